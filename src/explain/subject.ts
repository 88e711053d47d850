import { formatIsoDay } from '../calendar/iso.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { PlannedType } from '../columns/plannedTypes.js';
import {
  isEndedClass,
  isHistoryClass,
  isOwnedClass,
  isSentClass,
  ROW_CLASS,
  TYPE_FLAGS,
} from '../columns/schedules.js';
import { NO_DEADLINE } from '../plan/fillKernel.js';
import type { Plan } from '../plan/plan.js';
import { windowedContact } from '../plan/windowedContact.js';
import { type ExclusionWindow, exclusionOn, statutoryStart, type WindowedContact } from '../rules/windows.js';
import type { ExclusionFacts, RowFacts, RowStanding, WindowFacts } from './explanation.js';

/** One contact of a plan, with its places in the columns. */
export interface Subject {
  readonly plan: Plan;
  /** The contact's index in the columns. */
  readonly contact: number;
  readonly id: number;
  readonly windowed: WindowedContact;
  /** Its candidates, in the kernel's order. */
  readonly candidates: readonly number[];
  /** Its rows of `email_schedules`, by row id. */
  readonly rows: readonly number[];
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}

/** Turns to a contact of a plan. */
export function subjectFor(plan: Plan, contact: number): Subject {
  const { contacts, schedules } = plan.organization;
  return {
    plan,
    contact,
    id: contacts.id[contact],
    windowed: windowedContact(plan, contact),
    candidates: range(plan.views.candidateFirst[contact], plan.views.candidateFirst[contact + 1]),
    rows: range(schedules.first[contact], schedules.first[contact + 1]),
  };
}

/** A value of an Int32 column, null where it holds none. */
export function orNull(value: number): number | null {
  return value === NULL_INT32 ? null : value;
}

/** A day as facts show it. */
export function dayText(day: number): string {
  return formatIsoDay(day);
}

/** A day that may be missing, as facts show it. */
export function dayTextOrNull(day: number | null): string | null {
  return day === null || day === NULL_INT32 || day === NO_DEADLINE ? null : formatIsoDay(day);
}

/** The planned type of a candidate. */
export function typeOf({ plan }: Subject, candidate: number): PlannedType {
  return plan.organization.planned.types[plan.views.candidateType[candidate]];
}

/** Tells whether windows exclude emails of a type (Rules 5, the table; 6). */
export function respectsWindows(type: PlannedType): boolean {
  return type.instance?.type?.respectsWindows ?? true;
}

/** Tells whether a row counts as an email (Rules 1, history). */
export function isHistory({ plan }: Subject, row: number): boolean {
  const rowClass = plan.organization.schedules.rowClass[row];
  return isHistoryClass(rowClass);
}

/** Tells whether a row is history or ended (Rules 1). */
export function isPast(subject: Subject, row: number): boolean {
  return isHistory(subject, row) || isEndedClass(subject.plan.organization.schedules.rowClass[row]);
}

/** Tells whether a run owns a row (Rules 1). */
export function isOwned({ plan }: Subject, row: number): boolean {
  return isOwnedClass(plan.organization.schedules.rowClass[row]);
}

/** Tells whether a row is of a follow-up type. */
export function isFollowupRow({ plan }: Subject, row: number): boolean {
  const { emailTypes, schedules } = plan.organization;
  return (emailTypes.flags[schedules.type[row]] & TYPE_FLAGS.followup) !== 0;
}

/** What `ROW_CLASS` tells of a row. */
function standingOf(rowClass: number): RowStanding {
  if (rowClass === ROW_CLASS.preScheduled) return 'pre-scheduled';
  if (isOwnedClass(rowClass)) return 'skipped';
  if (isSentClass(rowClass)) return 'sent';
  if (isHistoryClass(rowClass)) return 'on_its_way';
  return isEndedClass(rowClass) ? 'ended' : 'other';
}

/** A row as facts show it. */
export function rowFacts({ plan }: Subject, row: number): RowFacts {
  const { schedules, emailTypes } = plan.organization;
  const standing = standingOf(schedules.rowClass[row]);
  const hasSentDay = standing === 'on_its_way' || standing === 'sent' || standing === 'ended';
  return {
    row_id: rowId(plan, row),
    email_type: emailTypes.names[schedules.type[row]],
    standing,
    event_year: orNull(schedules.eventYear[row]),
    planned_send_date: dayTextOrNull(schedules.plannedDay[row]),
    scheduled_send_date: dayTextOrNull(schedules.scheduledDay[row]),
    sent_date: hasSentDay ? dayTextOrNull(schedules.sentDay[row]) : null,
  };
}

/** The id of a row, null when it has no number for one. */
export function rowId(plan: Plan, row: number): number | null {
  const id = plan.organization.schedules.id[row];
  return Number.isFinite(id) ? id : null;
}

/** A window as facts show it. */
export function windowFacts({ windowed }: Subject, window: ExclusionWindow): WindowFacts {
  return {
    year: window.year,
    anchor: dayText(window.anchor),
    first_day: dayText(window.start),
    last_day: dayText(window.end),
    statutory_first_day: dayText(statutoryStart(windowed, window)),
  };
}

/** What excludes a day for the contact, null when nothing does (Rules 4). */
export function exclusionFacts(subject: Subject, day: number): ExclusionFacts | null {
  const exclusion = exclusionOn(subject.windowed, day);
  if (exclusion === null) return null;
  const { window } = exclusion;
  if (window === null) return { date: dayText(day), part: 'all_year', window: null };
  const part = day < statutoryStart(subject.windowed, window) ? 'buffer' : 'statutory';
  return { date: dayText(day), part, window: windowFacts(subject, window) };
}

/**
 * Requires that an explanation and the plan agree: what is told must be what was planned.
 *
 * @throws Error naming the contact and what disagrees, a defect of this program
 */
export function requireAgreement(isTrue: boolean, { id }: Pick<Subject, 'id'>, claim: string): asserts isTrue {
  if (!isTrue) throw new Error(`explanation of contact ${id}: the plan does not agree that ${claim}`);
}
