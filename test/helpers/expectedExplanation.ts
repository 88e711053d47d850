import { formatIsoDay } from '../../src/calendar/iso.js';
import type { ContactExplanation } from '../../src/explain/contactExplanation.js';
import { campaignProposals } from '../../src/oracle/campaigns.js';
import type { CrowdedDay } from '../../src/oracle/dailyCap.js';
import { followupProposal } from '../../src/oracle/followups.js';
import { hasCampaignHistory, hasHistory } from '../../src/oracle/history.js';
import type { Candidate, Contact, PlainCampaignInstance, PlainOrganization } from '../../src/oracle/model.js';
import { oracle } from '../../src/oracle/oracle.js';
import { yearlyProposals } from '../../src/oracle/yearly.js';
import { aepType, campaignType, isFollowupType } from '../../src/rules/emailTypes.js';
import { anchorDate, type ExclusionWindow, windowsAround } from '../../src/rules/windows.js';
import type { OrganizationCase } from './arbitraries.js';

/** The facts of an email that both an explanation and the reference model tell. */
export interface EmailFacts {
  readonly type: string;
  readonly event: string;
  readonly ideal: string;
  readonly deadline: string | null;
  readonly priority: number;
  readonly step: string;
  readonly ownedRow: number | null;
  readonly heldDays: number;
  readonly closed: string | null;
  readonly start: string;
  /** The window that excludes the start day as `year first last`. */
  readonly window: string | null;
  /** The day that smoothing left it on; null when it was skipped before. */
  readonly smoothed: string | null;
  /** The full days that it waited on, as `day waiting went`. */
  readonly fullDays: readonly string[];
  readonly booked: string | null;
  /** The last day it could be given, when it did not go on its first. */
  readonly last: string | null;
  readonly send: string;
  readonly status: string;
  readonly skipReason: string | null;
}

function byType(a: EmailFacts, b: EmailFacts): number {
  const [left, right] = [`${a.type} ${a.event}`, `${b.type} ${b.event}`];
  return left < right ? -1 : Number(left > right);
}

/** The facts in an explanation. */
export function factsOf({ emails, absent }: ContactExplanation): { emails: EmailFacts[]; absent: string[] } {
  return {
    emails: emails
      .map((email) => {
        const window = email.exclusion?.window;
        const pass = email.conflict?.pass ?? email.frequency?.pass;
        const isBalanced =
          email.status === 'pre-scheduled' || pass === 'after_balancing' || email.skip_reason === 'daily_cap';
        const { smoothing } = email;
        const smoothed = smoothing !== null && smoothing.obstacle === null ? smoothing.target_date : email.start.date;
        return {
          type: email.email_type,
          event: email.event_date,
          ideal: email.ideal_date,
          deadline: email.deadline,
          priority: email.priority,
          step: email.start.step,
          ownedRow: email.start.owned_row?.row_id ?? null,
          heldDays: email.start.held.length,
          closed: email.start.closed?.date ?? null,
          start: email.start.date,
          window: window ? `${window.year} ${window.first_day} ${window.last_day}` : null,
          smoothed: isBalanced ? smoothed : null,
          fullDays: email.daily_cap?.full_days.map((day) => `${day.date} ${day.waiting} ${day.went}`) ?? [],
          booked: email.booked_date,
          last: email.daily_cap?.last_date ?? null,
          send: email.scheduled_send_date,
          status: email.status,
          skipReason: email.skip_reason,
        };
      })
      .sort(byType),
    absent: absent.map((absence) => `${absence.email_type} ${absence.reason}`).sort(),
  };
}

/** What the reference model has to say about the contacts of an organization. */
export class ReferenceFacts {
  readonly #organization: PlainOrganization;
  readonly #candidates: readonly Candidate[];
  readonly #crowdedDays: ReadonlyMap<number, CrowdedDay>;

  constructor({ records, config, today }: OrganizationCase) {
    const result = oracle(records, { today, config, uniqueIndexes: [] });
    this.#organization = result.organization;
    this.#crowdedDays = new Map(result.crowdedDays.map((one) => [one.day, one]));
    this.#candidates = result.candidates;
  }

  /** The contacts that were not rejected. */
  get contacts(): readonly Contact[] {
    return this.#organization.contacts;
  }

  /** The facts of a contact. */
  of(contact: Contact): { emails: EmailFacts[]; absent: string[] } {
    const own = this.#candidates.filter((candidate) => candidate.contact.id === contact.id);
    return {
      emails: own.map((candidate) => this.#facts(candidate)).sort(byType),
      absent: this.#absent(contact, own).sort(),
    };
  }

  #facts(candidate: Candidate): EmailFacts {
    const { balancedFrom: smoothed, sendDay, skipReason } = candidate;
    const waitedOn = [...this.#crowdedDays.values()].filter(
      ({ day }) =>
        smoothed !== null && day >= smoothed && (day < sendDay || (day === sendDay && skipReason === 'daily_cap')),
    );
    const asksForRow = candidate.step !== 'ideal' && candidate.idealDay < this.#organization.today;
    const window = candidate.excludedBy;
    return {
      type: candidate.emailType,
      event: formatIsoDay(candidate.eventDay),
      ideal: formatIsoDay(candidate.idealDay),
      deadline: candidate.deadline === null ? null : formatIsoDay(candidate.deadline),
      priority: candidate.priority,
      step: candidate.step,
      ownedRow: asksForRow ? (candidate.ownedRow?.id ?? null) : null,
      heldDays: candidate.heldDays,
      closed: candidate.closedDay === null ? null : formatIsoDay(candidate.closedDay),
      start: formatIsoDay(candidate.startDay),
      window: window === null ? null : `${window.year} ${formatIsoDay(window.start)} ${formatIsoDay(window.end)}`,
      smoothed: smoothed === null ? null : formatIsoDay(smoothed),
      fullDays: waitedOn.map(({ day, waiting, taken }) => `${formatIsoDay(day)} ${waiting} ${taken}`),
      booked: smoothed === null || candidate.bookedDay === null ? null : formatIsoDay(candidate.bookedDay),
      last: waitedOn.length === 0 ? null : formatIsoDay(Number(candidate.lastDay)),
      send: formatIsoDay(candidate.sendDay),
      status: candidate.status,
      skipReason: candidate.skipReason,
    };
  }

  #absent(contact: Contact, candidates: readonly Candidate[]): string[] {
    const { config, instances } = this.#organization;
    const has = (type: string) => candidates.some((candidate) => candidate.emailType === type);
    const yearly = ['birthday', 'effective_date', ...config.aep.map((_, i) => aepType(i))];
    const absent = yearly.filter((type) => !has(type)).map((type) => `${type} ${this.#yearlyReason(contact, type)}`);
    absent.push(...this.#postWindowReasons(contact, candidates).map((reason) => `post_window ${reason}`));
    if (!candidates.some((candidate) => isFollowupType(candidate.emailType))) {
      absent.push(`followup ${this.#followupReason(contact)}`);
    }
    for (const instance of instances) {
      const type = campaignType(instance.type.name, instance.id);
      if (!has(type)) absent.push(`${type} ${this.#campaignReason(contact, instance, type)}`);
    }
    return absent;
  }

  #yearlyReason(contact: Contact, type: string): string {
    if (contact.state === null) return 'unknown_state';
    if (type === 'birthday' && contact.birthDay === null) return 'no_birth_date';
    if (type !== 'effective_date') return 'history_has_it';
    if (contact.effectiveDay === null) return 'no_effective_date';
    const unsent = { ...this.#organization, schedulesOf: new Map() };
    // Without history nothing but its youth keeps a policy from having one.
    const isOldEnough = yearlyProposals(unsent, contact).some((proposal) => proposal.kind === 'effective_date');
    return isOldEnough ? 'history_has_it' : 'first_email_months';
  }

  /** One reason for each window that owes an email and has none, or why there is no such window. */
  #postWindowReasons(contact: Contact, candidates: readonly Candidate[]): string[] {
    const { config, today } = this.#organization;
    if (contact.state === null) return ['unknown_state'];
    if (!config.organization.enable_post_window_emails) return ['switched_off'];
    if (anchorDate(contact) === null) return ['no_windows'];
    const owing = new Map<number, ExclusionWindow>();
    for (const candidate of candidates) {
      if (candidate.excludedBy !== null && candidate.kind !== 'followup')
        owing.set(candidate.excludedBy.year, candidate.excludedBy);
    }
    for (const window of windowsAround(contact, today, config.load_balancing.catch_up_spread_days))
      owing.set(window.year, window);
    if (owing.size === 0) return ['no_window_owes'];
    const planned = candidates.map((candidate) => candidate.window?.year);
    return [...owing.values()]
      .filter((window) => !planned.includes(window.year))
      .map((window) =>
        hasHistory(this.#organization, contact.id, 'post_window', window.year, window.end)
          ? 'history_has_it'
          : 'next_window_overlaps',
      );
  }

  #followupReason(contact: Contact): string {
    if (contact.state === null) return 'unknown_state';
    if (!this.#organization.config.followups.enabled) return 'switched_off';
    const rows = this.#organization.schedulesOf.get(contact.id) ?? [];
    const records = rows.filter(
      (row) => !isFollowupType(row.type) || row.statusClass === 'owned' || row.statusClass === 'other',
    );
    // With no follow-up ever sent there is one for every initial email.
    const unfollowed = { ...this.#organization, schedulesOf: new Map([[contact.id, records]]) };
    return followupProposal(unfollowed, contact) === null ? 'no_initial_email' : 'followup_after_initial';
  }

  #campaignReason(contact: Contact, instance: PlainCampaignInstance, type: string): string {
    const { today, enrolmentsOf } = this.#organization;
    if (!instance.type.active) return 'campaign_type_inactive';
    if (!instance.hasReadableDates) return 'campaign_unreadable';
    if (instance.activeStart !== null && instance.activeStart > today) return 'campaign_not_started';
    if (instance.activeEnd !== null && instance.activeEnd < today) return 'campaign_over';
    const issue = campaignProposals(this.#organization, contact).issues.find((one) => one.detail === type);
    if (issue !== undefined) return issue.kind;
    const isEnrolled = (enrolmentsOf.get(contact.id) ?? []).some((one) => one.instanceId === instance.id);
    if (!instance.type.targetsAll && !isEnrolled) return 'not_enrolled';
    if (contact.state === null) {
      const isFiltered = instance.states !== null || instance.carriers !== null;
      if (isFiltered || !this.#organization.config.organization.send_without_zipcode_for_universal)
        return 'unknown_state';
      if (contact.hasUnreadableState && instance.type.respectsWindows) return 'unreadable_state';
    } else {
      if (instance.states !== null && !instance.states.has(contact.state)) return 'filtered_by_state';
      if (instance.carriers !== null && (contact.carrier === null || !instance.carriers.has(contact.carrier)))
        return 'filtered_by_carrier';
    }
    return hasCampaignHistory(this.#organization, contact.id, instance) ? 'history_has_it' : 'no reason';
  }
}
