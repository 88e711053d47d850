import { formatIsoDay } from '../calendar/iso.js';
import { contactOfRow } from '../columns/contactOfRow.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { isEndedClass, isHistoryClass, ROW_CLASS } from '../columns/schedules.js';
import { candidateOfRow } from './candidateOfRow.js';
import type { Plan } from './plan.js';

/** The emails of one type that were to be sent on a day before today, were not, and cannot be sent in time any more. */
export interface MissedType {
  readonly email_type: string;
  readonly rows: number;
}

/** The emails that missed their deadline since they were planned (Rules 12.7). */
export interface MissedEmails {
  readonly rows: number;
  /** The most frequent first. */
  readonly by_type: readonly MissedType[];
  /** One of them. */
  readonly example: {
    readonly contact_id: number;
    readonly email_type: string /** `YYYY-MM-DD` */;
    readonly send_day: string;
  } | null;
}

/** Missed emails, counted by type, as data that goes from thread to thread. */
export interface PlainMissed {
  readonly counts: ReadonlyMap<string, number>;
  readonly example: MissedEmails['example'];
}

/** Tells whether another row of the contact says that the email went out, or ended. */
function isInHistory({ schedules }: Plan['organization'], contact: number, row: number): boolean {
  for (let other = schedules.first[contact]; other < schedules.first[contact + 1]; other++) {
    const { rowClass, type, eventYear } = schedules;
    const isPast = isHistoryClass(rowClass[other]) || isEndedClass(rowClass[other]);
    if (isPast && type[other] === type[row] && eventYear[other] === eventYear[row]) return true;
  }
  return false;
}

/** Tells whether the email of a contact's row was to be sent before today, was not, and is not planned again (Rules 12.7). */
export function isMissed(plan: Plan, contact: number, row: number): boolean {
  const { rowClass, scheduledDay } = plan.organization.schedules;
  if (rowClass[row] !== ROW_CLASS.preScheduled) return false;
  if (scheduledDay[row] === NULL_INT32 || scheduledDay[row] >= plan.run.today) return false;
  return candidateOfRow(plan, contact, row) < 0 && !isInHistory(plan.organization, contact, row);
}

/** Finds the emails that were to be sent before today, were not, and for which it is too late (Rules 12.7), plan by plan. */
export class MissedTally {
  readonly #counts = new Map<string, number>();
  #example: MissedEmails['example'] = null;

  /** Adds those of a plan. */
  add(plan: Plan): void {
    const { organization } = plan;
    const { contacts, schedules, emailTypes } = organization;
    const { rowClass, scheduledDay } = schedules;
    const { today } = plan.run;
    const endRow = schedules.first[contacts.count];
    for (let row = 0; row < endRow; row++) {
      // Few rows are left of days that have passed: whose they are is looked for then.
      if (rowClass[row] !== ROW_CLASS.preScheduled || scheduledDay[row] >= today) continue;
      const contact = contactOfRow(organization, row);
      if (!isMissed(plan, contact, row)) continue;
      const type = emailTypes.names[schedules.type[row]];
      this.#addCount(type, 1);
      this.#example ??= {
        contact_id: contacts.id[contact],
        email_type: type,
        send_day: formatIsoDay(scheduledDay[row]),
      };
    }
  }

  #addCount(type: string, count: number): void {
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + count);
  }

  /** What was found so far, for another thread. */
  plain(): PlainMissed {
    return { counts: this.#counts, example: this.#example };
  }

  /** Adds what another thread found, whose contacts come behind. */
  append({ counts, example }: PlainMissed): void {
    for (const [type, count] of counts) this.#addCount(type, count);
    this.#example ??= example;
  }

  missed(): MissedEmails {
    const byType = [...this.#counts].map(([type, rows]) => ({ email_type: type, rows }));
    byType.sort((a, b) => b.rows - a.rows || (a.email_type < b.email_type ? -1 : 1));
    return { rows: byType.reduce((sum, { rows }) => sum + rows, 0), by_type: byType, example: this.#example };
  }
}
