import { anniversary, anniversaryOf, yearOf } from '../calendar/day.js';
import { ofForm } from '../columns/schedules.js';
import { isOfCampaign, isOfEvent } from '../rules/history.js';
import { isPast, orNull, type Subject } from './subject.js';

/** The rows by which history has a yearly or post-window email (Rules 5, history has it). @param type its index */
export function rowsOfEvent(subject: Subject, type: number, eventYear: number, event: number): number[] {
  const { schedules } = subject.plan.organization;
  return subject.rows.filter((row) => {
    if (schedules.type[row] !== type || !isPast(subject, row)) return false;
    const past = { eventYear: orNull(schedules.eventYear[row]), sentDay: orNull(schedules.sentDay[row]) };
    return isOfEvent(past, eventYear, event);
  });
}

/** The rows by which history has the email of a running campaign (Rules 5, history has it). @param campaign its index */
export function rowsOfCampaign(subject: Subject, campaign: number): number[] {
  const { schedules, running, emailTypes } = subject.plan.organization;
  const { id, type } = running[campaign];
  return subject.rows.filter((row) => {
    if (!isPast(subject, row)) return false;
    const found = ofForm(schedules, row, 'instanceId');
    const instanceId = Number.isNaN(found) ? null : found;
    return isOfCampaign({ type: emailTypes.names[schedules.type[row]], instanceId }, { id, typeName: type.name });
  });
}

/** An event of a yearly email and whether history has it. */
export interface Occurrence {
  readonly event: number;
  /** The rows by which history has it; empty when it does not. */
  readonly rows: readonly number[];
}

/**
 * The two occurrences of a birthday, effective date or aep date that a run looks at (Rules 5, which occurrence): the first
 * whose deadline is not past, and the next; null when the contact has no such date.
 */
export function yearlyOccurrences(subject: Subject, type: number): readonly [Occurrence, Occurrence] | null {
  const { run, organization } = subject.plan;
  const planned = organization.planned.types[type];
  const { birthDay, effectiveDay } = subject.windowed;
  const date = planned.kind === 'birthday' ? birthDay : effectiveDay;
  if (planned.kind !== 'aep' && date === null) return null;
  const aep = planned.kind === 'aep' ? run.config.aep[type - 2] : null;
  const eventOf = (year: number) =>
    aep === null ? anniversary(date ?? 0, year) : anniversaryOf(aep.month, aep.day, year);
  const deadlineOf = (year: number) => {
    return aep === null ? eventOf(year) : anniversaryOf(aep.deadline_month, aep.deadline_day, year);
  };
  const thisYear = yearOf(run.today);
  const first = deadlineOf(thisYear) < run.today ? thisYear + 1 : thisYear;
  const occurrence = (year: number) => ({
    event: eventOf(year),
    rows: rowsOfEvent(subject, type, year, eventOf(year)),
  });
  return [occurrence(first), occurrence(first + 1)];
}
