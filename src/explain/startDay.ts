import { yearOf } from '../calendar/day.js';
import { ROW_CLASS } from '../columns/schedules.js';
import { NO_DEADLINE } from '../plan/fillKernel.js';
import { mix } from '../rules/mix.js';
import { exclusionOn } from '../rules/windows.js';
import type { CatchUpFacts, StartFacts, StartStep } from './explanation.js';
import {
  dayText,
  exclusionFacts,
  isFollowupRow,
  isOwned,
  orNull,
  respectsWindows,
  rowFacts,
  rowId,
  type Subject,
} from './subject.js';

/** How often a start day moves on while another row holds it. */
const MOST_HELD_DAYS = 7;

/** An email whose start day is asked for. */
export interface StartQuestion {
  /** The type's index among the planned ones. */
  readonly type: number;
  readonly event: number;
  readonly ideal: number;
  /** `NO_DEADLINE` for none. */
  readonly deadline: number;
  /** The event year by which its owned row is found; null for follow-ups. */
  readonly eventYear: number | null;
}

/** The owned row whose plan an email keeps, null when there is none (Rules 5, its owned row). */
function ownedRow(subject: Subject, { type, eventYear }: StartQuestion): number | null {
  const { schedules } = subject.plan.organization;
  const owned = subject.rows.filter((row) => isOwned(subject, row));
  if (eventYear === null) return owned.find((row) => isFollowupRow(subject, row)) ?? null;
  const ofType = owned.filter((row) => schedules.type[row] === type);
  const ofYear = ofType.find((row) => schedules.eventYear[row] === eventYear);
  return ofYear ?? ofType.find((row) => orNull(schedules.eventYear[row]) === null) ?? null;
}

/** A row that is not owned and holds a type and day, null when there is none (Rules 5, last). */
export function holdingRow(subject: Subject, type: number, day: number): number | null {
  const { schedules } = subject.plan.organization;
  const holds = (row: number) =>
    schedules.type[row] === type && schedules.scheduledDay[row] === day && !isOwned(subject, row);
  return subject.rows.find(holds) ?? null;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** Step 4 (Rules 5): the catch-up day and the arithmetic that leads to it. */
function catchUp(subject: Subject, { type, event, deadline }: StartQuestion): { day: number; facts: CatchUpFacts } {
  const { run, organization } = subject.plan;
  const { today } = run;
  const planned = organization.planned.types[type];
  if (planned.kind === 'followup') {
    const day = Math.min(today + 1, deadline);
    return { day, facts: { spread_days: null, mix: null, remainder: null, aimed_date: dayText(day), excluded: null } };
  }
  const most = run.config.load_balancing.catch_up_spread_days;
  const spreadDays = deadline === NO_DEADLINE ? most : Math.min(most, deadline - today + 1);
  const scrambled = mix(subject.id, planned.code, yearOf(event));
  const remainder = scrambled % spreadDays;
  const aimed = today + modulo(remainder - modulo(today, spreadDays), spreadDays);
  const excluded = respectsWindows(planned) ? exclusionFacts(subject, aimed) : null;
  let day = aimed;
  if (excluded !== null) {
    let free = aimed - 1;
    while (free >= today && exclusionOn(subject.windowed, free) !== null) free--;
    if (free >= today) day = free;
  }
  return { day, facts: { spread_days: spreadDays, mix: scrambled, remainder, aimed_date: dayText(aimed), excluded } };
}

/** Steps 1 to 4 (Rules 5): which one gives the day. */
function stepOf(
  subject: Subject,
  question: StartQuestion,
): { step: StartStep; day: number; row: number | null; catchUp: CatchUpFacts | null } {
  const { today } = subject.plan.run;
  const { ideal, deadline } = question;
  if (ideal >= today) return { step: 'ideal', day: ideal, row: null, catchUp: null };
  const row = ownedRow(subject, question);
  if (row !== null) {
    const { plannedDay, scheduledDay, rowClass } = subject.plan.organization.schedules;
    const isPossible = (day: number) => day >= today && day <= deadline;
    if (isPossible(plannedDay[row])) return { step: 'kept_planned_day', day: plannedDay[row], row, catchUp: null };
    if (rowClass[row] === ROW_CLASS.preScheduled && isPossible(scheduledDay[row])) {
      return { step: 'kept_send_day', day: scheduledDay[row], row, catchUp: null };
    }
  }
  const { day, facts } = catchUp(subject, question);
  return { step: 'catch_up', day, row, catchUp: facts };
}

/** Finds the start day of an email, and how it is found (Rules 5, from ideal day to start day). */
export function startFacts(
  subject: Subject,
  question: StartQuestion,
): { readonly day: number; readonly facts: StartFacts } {
  const { step, day, row, catchUp: facts } = stepOf(subject, question);
  const held: { date: string; row_id: number | null }[] = [];
  let start = day;
  while (held.length < MOST_HELD_DAYS && start < question.deadline) {
    const holder = holdingRow(subject, question.type, start);
    if (holder === null) break;
    held.push({ date: dayText(start), row_id: rowId(subject.plan, holder) });
    start++;
  }
  return {
    day: start,
    facts: {
      step,
      step_date: dayText(day),
      owned_row: row === null ? null : rowFacts(subject, row),
      catch_up: facts,
      held,
      date: dayText(start),
    },
  };
}

/** The start of an email that underwriting stops: its ideal day, or today (Rules 5, underwriting). */
export function underwritingStart(day: number): StartFacts {
  const date = dayText(day);
  return { step: 'underwriting', step_date: date, owned_row: null, catch_up: null, held: [], date };
}
