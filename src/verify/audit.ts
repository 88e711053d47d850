import { anniversary, anniversaryOf, END_DAY, FIRST_DAY, yearOf } from '../calendar/day.js';
import type { CampaignInstance, CampaignType } from '../columns/campaigns.js';
import { contactOfRow } from '../columns/contactOfRow.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { isHistoryClass, isOwnedClass, ofForm, ROW_CLASS, TYPE_FLAGS } from '../columns/schedules.js';
import { NO_DEADLINE } from '../plan/fillKernel.js';
import type { Plan } from '../plan/plan.js';
import { windowedContact } from '../plan/windowedContact.js';
import { type WindowedContact, windowOfYear } from '../rules/windows.js';
import type { FindingPlace, Findings } from './findings.js';
import type { FindingKind } from './kinds.js';

/** The campaign that a row belongs to; without an instance only its type is known. */
export interface RowCampaign {
  readonly type: CampaignType | null;
  readonly instance: CampaignInstance | null;
}

const NOT_CAMPAIGN = /^(?:birthday|effective_date|post_window|aep(?:_\d+)?|followup_.*)$/;

/**
 * What an audit asks of a row of `email_schedules`: its campaign, its event and deadline, whether windows count for it. These
 * come from the row, the contact and the rules in TypeScript, not from the kernel, whose plan is one of the things compared.
 */
export class Audit {
  readonly today: number;
  readonly #instanceByType = new Map<string, CampaignInstance>();
  readonly #typeByBareType = new Map<string, CampaignType>();
  #windowed: { readonly contact: number; readonly facts: WindowedContact } | null = null;

  constructor(
    readonly plan: Plan,
    readonly findings: Findings,
  ) {
    this.today = plan.run.today;
    const { instances, campaignTypes } = plan.organization;
    for (const instance of instances)
      this.#instanceByType.set(`campaign_${instance.type.name}_${instance.id}`.toLowerCase(), instance);
    for (const type of campaignTypes.values()) this.#typeByBareType.set(`campaign_${type.name}`.toLowerCase(), type);
  }

  /** Notes a finding about a row. */
  addRow(kind: FindingKind, row: number, found: string | null = null, expected: string | null = null): void {
    this.findings.add(kind, this.#placeOfRow(row), found, expected);
  }

  /** Notes a finding about what is planned and not there. */
  addCandidate(kind: FindingKind, candidate: number, expected: string | null = null): void {
    const { views, organization } = this.plan;
    const contactId = organization.contacts.id[views.candidateContact[candidate]];
    const emailType = organization.planned.types[views.candidateType[candidate]].name;
    const day = views.candidateSend[candidate];
    this.findings.add(kind, { contactId, rowId: Number.NaN, emailType, day }, null, expected);
  }

  #placeOfRow(row: number): FindingPlace {
    const { schedules, emailTypes, contacts } = this.plan.organization;
    const contact = contactOfRow(this.plan.organization, row);
    return {
      contactId: contact < 0 ? Number.NaN : contacts.id[contact],
      rowId: schedules.id[row],
      emailType: emailTypes.names[schedules.type[row]],
      day: this.dayOf(row),
    };
  }

  /** Tells whether the audit looks at emails of a row's type. */
  isOfAuditedType(row: number): boolean {
    const { schedules, emailTypes } = this.plan.organization;
    return this.findings.isOfType(emailTypes.names[schedules.type[row]]);
  }

  /** Tells whether a row waits to be sent. */
  isToBeSent(row: number): boolean {
    return this.plan.organization.schedules.rowClass[row] === ROW_CLASS.preScheduled;
  }

  /** Tells whether a row was sent or is on its way (Rules 1, history). */
  isHistory(row: number): boolean {
    const rowClass = this.plan.organization.schedules.rowClass[row];
    return isHistoryClass(rowClass);
  }

  /** Tells whether a row is of a follow-up type. */
  isFollowup(row: number): boolean {
    const { emailTypes, schedules } = this.plan.organization;
    return (emailTypes.flags[schedules.type[row]] & TYPE_FLAGS.followup) !== 0;
  }

  /** What a contact's windows come from; remembered while one contact is audited. */
  windowed(contact: number): WindowedContact {
    if (this.#windowed?.contact !== contact) {
      this.#windowed = { contact, facts: windowedContact(this.plan, contact) };
    }
    return this.#windowed.facts;
  }

  /** The campaign of a row, null when it is of none (Rules 5, history has it). */
  campaignOf(row: number): RowCampaign | null {
    const { schedules, emailTypes, planned, instances } = this.plan.organization;
    const type = schedules.type[row];
    if (type < planned.firstCampaign) return null;
    const instance = type < planned.types.length ? planned.types[type].instance : null;
    if (instance !== null) return { type: instance.type, instance };
    const name = emailTypes.names[type];
    if (NOT_CAMPAIGN.test(name)) return null;
    const index = ofForm(schedules, row, 'instance');
    const named = index >= 0 ? instances[index] : this.#instanceByType.get(name);
    if (named !== undefined) return { type: named.type, instance: named };
    const bare = this.#typeByBareType.get(name);
    return bare === undefined ? null : { type: bare, instance: null };
  }

  /** Tells whether the rules have the type of a row. */
  isKnownType(row: number): boolean {
    const { schedules, planned } = this.plan.organization;
    return schedules.type[row] < planned.types.length || this.campaignOf(row) !== null;
  }

  /** Tells whether windows exclude a row's email (Rules 5, the table; 6). */
  respectsWindows(row: number): boolean {
    return this.campaignOf(row)?.type?.respectsWindows ?? true;
  }

  /** The event that a row of a yearly or post-window type names by its year, null when it names none (Rules 5). */
  eventOf(row: number, contact: number): number | null {
    const { schedules, planned } = this.plan.organization;
    const type = schedules.type[row];
    const year = schedules.eventYear[row];
    // Years beyond the calendar are found to be another event than planned.
    if (type >= planned.firstFollowup || year < yearOf(FIRST_DAY) || year > yearOf(END_DAY)) return null;
    const { birthDay, effectiveDay } = this.windowed(contact);
    switch (planned.types[type].kind) {
      case 'birthday':
        return birthDay === null ? null : anniversary(birthDay, year);
      case 'effective_date':
        return effectiveDay === null ? null : anniversary(effectiveDay, year);
      case 'aep': {
        const { month, day } = this.plan.run.config.aep[type - 2];
        return anniversaryOf(month, day, year);
      }
      default:
        return windowOfYear(this.windowed(contact), year)?.end ?? null;
    }
  }

  /** The last day on which a row's email makes sense, infinite for none or when it cannot be known (Rules 5, 6, 10). */
  deadlineOf(row: number, contact: number): number {
    const { schedules, planned } = this.plan.organization;
    const type = schedules.type[row];
    if (type >= planned.firstFollowup) {
      const campaign = this.campaignOf(row);
      if (campaign !== null && type >= planned.types.length) return campaign.instance?.endDay ?? Infinity;
      return this.#plannedDeadline(type, contact);
    }
    const event = this.eventOf(row, contact);
    if (event === null) return this.#plannedDeadline(type, contact);
    const { config } = this.plan.run;
    switch (planned.types[type].kind) {
      case 'aep': {
        const { deadline_month, deadline_day } = config.aep[type - 2];
        return anniversaryOf(deadline_month, deadline_day, schedules.eventYear[row]);
      }
      case 'post_window':
        return event + 1 + config.load_balancing.catch_up_spread_days;
      default:
        return event;
    }
  }

  /** The deadline of what is planned for a contact in a type; of follow-ups, in any. */
  #plannedDeadline(type: number, contact: number): number {
    const { views, kernel, organization } = this.plan;
    const { firstFollowup, firstCampaign } = organization.planned;
    const isFollowup = (one: number) => one >= firstFollowup && one < firstCampaign;
    for (let i = views.candidateFirst[contact]; i < views.candidateFirst[contact + 1]; i++) {
      const planned = views.candidateType[i];
      if (planned !== type && !(isFollowup(type) && isFollowup(planned))) continue;
      const deadline = kernel.deadlineOf(i);
      return deadline === NO_DEADLINE ? Infinity : deadline;
    }
    return Infinity;
  }

  /** The day of a row that waits to be sent, or on which it was sent; `NULL_INT32` for none. */
  dayOf(row: number): number {
    const { scheduledDay, sentDay, rowClass } = this.plan.organization.schedules;
    return isOwnedClass(rowClass[row]) ? scheduledDay[row] : sentDay[row];
  }

  hasDay(row: number): boolean {
    return this.dayOf(row) !== NULL_INT32;
  }
}
