import type { Balance } from '../balance/balance.js';
import { yearOf } from '../calendar/day.js';
import { ContactIndex } from '../columns/contactIndex.js';
import { FAILED_UNDERWRITING } from '../columns/contacts.js';
import { isEndedClass, isHistoryClass } from '../columns/schedules.js';
import { SendplanError } from '../errors.js';
import { isMissed } from '../plan/missedEmails.js';
import { type Plan, startStepOf } from '../plan/plan.js';
import { becomesRow, REASON } from '../plan/reasons.js';
import { RowWriter } from '../plan/rows.js';
import { absences } from './absences.js';
import { bookedDay, CappedDays, capFacts, smoothingFacts } from './balancing.js';
import type { ContactExplanation } from './contactExplanation.js';
import { eventSource, passedOver } from './events.js';
import type { ConflictFacts, ContactFacts, EmailExplanation, RowFacts, StartFacts } from './explanation.js';
import { type LimitSkip, limitSkips } from './limits.js';
import { holdingRow, startFacts, stoppedStart } from './startDay.js';
import {
  dayText,
  dayTextOrNull,
  exclusionFacts,
  requireAgreement,
  respectsWindows,
  rowFacts,
  type Subject,
  subjectFor,
  typeOf,
} from './subject.js';
import { suppressionFacts } from './suppressionFacts.js';
import { ruleFacts, windowList } from './windowList.js';

/** The steps by the kernel's number of each (Rules 5); the first is none. */
const STEPS = [null, 'ideal', 'kept_planned_day', 'kept_send_day', 'catch_up'] as const;

/** The contact's rows whose emails missed their deadline. */
function missedRows(subject: Subject): RowFacts[] {
  const { plan, contact } = subject;
  const { schedules } = plan.organization;
  const rows: RowFacts[] = [];
  for (let row = schedules.first[contact]; row < schedules.first[contact + 1]; row++) {
    if (isMissed(plan, contact, row)) rows.push(rowFacts(subject, row));
  }
  return rows;
}

/** Explains the contacts of one balanced plan; what several explanations need is worked out once. */
export class Explainer {
  readonly #plan: Plan;
  readonly #balance: Balance;
  readonly #index: ContactIndex;
  readonly #writer: RowWriter;
  readonly #cappedDays: CappedDays;

  /** @param balance what balancing did to the same plan */
  constructor(plan: Plan, balance: Balance) {
    this.#plan = plan;
    this.#balance = balance;
    this.#index = new ContactIndex(plan.organization.contacts.id);
    this.#writer = new RowWriter(plan, 1);
    this.#cappedDays = new CappedDays(plan);
  }

  /**
   * Explains every email that a contact gets, and every one it could be expected to get and does not (Rules 2 to 10).
   *
   * @throws SendplanError `bad_input` when there is no such contact
   * @throws Error when an explanation and the plan disagree, a defect of this program
   */
  explain(contactId: number): ContactExplanation {
    const { organization, run, views } = this.#plan;
    const issues = organization.issues.issues.filter((issue) => issue.contact_id === contactId);
    const common = { contact_id: contactId, as_of: dayText(run.today), issues };
    const contact = this.#index.indexOf(contactId);
    if (contact < 0) {
      const rejection = issues.find((issue) => issue.kind === 'invalid_email');
      if (rejection === undefined) {
        throw new SendplanError('bad_input', `There is no contact with the id ${contactId}.`, {
          hint: 'Give the id of a row of the table contacts.',
        });
      }
      const all = { email_type: 'all', kind: 'all', campaign_instance_id: null } as const;
      const absent = [{ reason: 'rejected_contact', value: rejection.detail, ...all } as const];
      return { ...common, contact: null, rule: null, windows: [], emails: [], absent, missed: [] };
    }
    const subject = subjectFor(this.#plan, contact);
    const skips = limitSkips(subject);
    const emails = subject.candidates
      .filter((candidate) => becomesRow(views.candidateReason[candidate]))
      .map((candidate) => this.#email(subject, candidate, skips.get(candidate) ?? null));
    return {
      ...common,
      contact: contactFacts(subject),
      rule: ruleFacts(subject),
      windows: windowList(subject),
      emails,
      absent: absences(subject),
      missed: missedRows(subject),
    };
  }

  /** The rows of a contact that were sent, are on their way or have ended (Rules 1), by their days; none of one that is not planned. */
  history(contactId: number): RowFacts[] {
    const contact = this.#index.indexOf(contactId);
    if (contact < 0) return [];
    const { first, rowClass } = this.#plan.organization.schedules;
    const subject = subjectFor(this.#plan, contact);
    const rows: RowFacts[] = [];
    for (let row = first[contact]; row < first[contact + 1]; row++) {
      if (isHistoryClass(rowClass[row]) || isEndedClass(rowClass[row])) rows.push(rowFacts(subject, row));
    }
    return rows.sort((a, b) => ((a.sent_date ?? '') < (b.sent_date ?? '') ? -1 : 1));
  }

  #email(subject: Subject, candidate: number, skip: LimitSkip | null): EmailExplanation {
    const { views, run, kernel } = this.#plan;
    const type = typeOf(subject, candidate);
    const send = views.candidateSend[candidate];
    const reason = views.candidateReason[candidate];
    const start = startOf(subject, candidate);
    const isExcluded = reason === REASON.exclusion;
    const exclusion =
      respectsWindows(type) && startStepOf(this.#plan, candidate) !== 0
        ? exclusionFacts(subject, views.candidateStart[candidate])
        : null;
    requireAgreement(
      (exclusion !== null) === isExcluded,
      subject,
      `${start.date} is ${exclusion === null ? 'free' : 'excluded'}`,
    );
    const overloaded = this.#balance.overloadedDays.find((load) => load.day === send);
    const holder = holdingRow(subject, views.candidateType[candidate], send);
    return {
      email_type: type.name,
      kind: type.kind,
      campaign_instance_id: this.#instanceId(candidate),
      priority: kernel.priorityOf(candidate),
      event_date: dayText(views.candidateEvent[candidate]),
      event: eventSource(subject, candidate),
      passed_over: passedOver(subject, candidate),
      respects_windows: respectsWindows(type),
      ideal_date: dayText(kernel.idealOf(candidate)),
      deadline: dayTextOrNull(kernel.deadlineOf(candidate)),
      suppression: suppressionFacts(subject, candidate),
      start,
      exclusion,
      ...this.#moves(subject, candidate, skip),
      overloaded_day:
        overloaded === undefined || reason !== REASON.scheduled
          ? null
          : { emails: overloaded.planned + overloaded.history, threshold: run.capacity.thresholdOn(send) },
      conflict: skip?.reason === 'conflict' ? conflictFacts(subject, skip) : null,
      frequency: skip?.reason === 'frequency' ? skip.facts : null,
      planned_send_date: this.#plannedDate(candidate),
      scheduled_send_date: dayText(send),
      status: reason === REASON.scheduled ? 'pre-scheduled' : 'skipped',
      skip_reason: this.#skipReason(candidate),
      place_taken_by: holder === null ? null : rowFacts(subject, holder),
    };
  }

  /** What balancing did with a candidate that the contact limits had not skipped before (Rules 9). */
  #moves(
    subject: Subject,
    candidate: number,
    skip: LimitSkip | null,
  ): Pick<EmailExplanation, 'smoothing' | 'booked_date' | 'daily_cap'> {
    const { views } = this.#plan;
    const pass = skip === null ? null : skip.reason === 'conflict' ? skip.pass : skip.facts.pass;
    const reason = views.candidateReason[candidate];
    const takesPart = reason === REASON.scheduled || reason === REASON.dailyCap || pass === 'after_balancing';
    if (!takesPart) {
      const stays = views.candidateSend[candidate] === views.candidateStart[candidate];
      requireAgreement(stays, subject, `${typeOf(subject, candidate).name} was skipped before days were balanced`);
      return { smoothing: null, booked_date: null, daily_cap: null };
    }
    const smoothing = smoothingFacts(subject, candidate);
    const from = smoothing?.day ?? views.candidateStart[candidate];
    return {
      smoothing: smoothing?.facts ?? null,
      booked_date: dayTextOrNull(bookedDay(subject, candidate)),
      daily_cap: capFacts(subject, candidate, from, this.#cappedDays),
    };
  }

  /** The values of the row that the candidate becomes, from the same writer that writes it (Rules 11). */
  #row(candidate: number): { rows: RowWriter['rows']; place: number } {
    this.#writer.clear();
    return { place: this.#writer.add(candidate), rows: this.#writer.rows };
  }

  #skipReason(candidate: number): string | null {
    const { rows, place } = this.#row(candidate);
    const code = rows.skipReason[place];
    return code < 0 ? null : rows.texts[code];
  }

  #plannedDate(candidate: number): string {
    const { rows, place } = this.#row(candidate);
    return dayText(rows.plannedDay[place]);
  }

  #instanceId(candidate: number): number | null {
    const { rows, place } = this.#row(candidate);
    const id = rows.instanceId[place];
    return Number.isNaN(id) ? null : id;
  }
}

/** How a candidate's start day was found, which must be the plan's own (Rules 5). */
function startOf(subject: Subject, candidate: number): StartFacts {
  const { views, kernel } = subject.plan;
  const { name, kind } = typeOf(subject, candidate);
  const day = views.candidateStart[candidate];
  const step = STEPS[startStepOf(subject.plan, candidate)];
  const event = views.candidateEvent[candidate];
  const eventYear =
    kind === 'post_window' ? views.candidateDetail[candidate] : kind === 'followup' ? null : yearOf(event);
  const question = {
    type: views.candidateType[candidate],
    event,
    ideal: kernel.idealOf(candidate),
    deadline: kernel.deadlineOf(candidate),
    eventYear,
  };
  const reason = views.candidateReason[candidate];
  const isSuppressed = reason === REASON.suppressed;
  const isStopped = reason === REASON.underwritingOrganization || reason === REASON.underwritingCampaign;
  requireAgreement((step === null) === (isSuppressed || isStopped), subject, `${name} goes through the steps`);
  const start =
    step === null
      ? stoppedStart(subject, question, isSuppressed ? 'suppressed' : 'underwriting')
      : startFacts(subject, question);
  const claim = `${name} starts on ${start.facts.date} by the step ${start.facts.step}`;
  requireAgreement(start.day === day && (step === null || start.facts.step === step), subject, claim);
  const lacksOpenDay = start.facts.closed !== null && start.facts.closed.moved_to === null;
  requireAgreement(
    lacksOpenDay === (reason === REASON.noOpenDay),
    subject,
    `${name} has ${lacksOpenDay ? 'no' : 'an'} open day`,
  );
  return start.facts;
}

function conflictFacts(subject: Subject, skip: LimitSkip & { reason: 'conflict' }): ConflictFacts {
  const { instance, name } = typeOf(subject, skip.winner);
  if (instance === null) throw new TypeError(`${name}: expected a campaign`);
  return {
    pass: skip.pass,
    date: dayText(skip.day),
    campaign_instance_id: instance.id,
    email_type: name,
    priority: subject.plan.kernel.priorityOf(skip.winner),
  };
}

function contactFacts({ windowed, plan, contact }: Subject): ContactFacts {
  const { contacts } = plan.organization;
  return {
    state: windowed.state,
    birth_date: dayTextOrNull(windowed.birthDay),
    effective_date: dayTextOrNull(windowed.effectiveDay),
    carrier: contacts.carrier[contact] < 0 ? null : contacts.carriers[contacts.carrier[contact]],
    failed_underwriting: (contacts.flags[contact] & FAILED_UNDERWRITING) !== 0,
  };
}

/**
 * Explains one contact of a balanced plan (Rules 2 to 10); `Explainer` does several.
 *
 * @throws SendplanError `bad_input` when there is no such contact
 */
export function explainContact(plan: Plan, balance: Balance, contactId: number): ContactExplanation {
  return new Explainer(plan, balance).explain(contactId);
}
