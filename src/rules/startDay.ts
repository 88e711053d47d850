import { MOST_HELD_MOVES, OPEN_DAY_SEARCH_DAYS } from './constants.js';

/** The step that gave a start day: the ideal day, the owned row's planned day, its send day, or catching up (Rules 5). */
export type StartStep = 'ideal' | 'kept_planned_day' | 'kept_send_day' | 'catch_up';

/** An email whose start day is asked for, and what is known of days. Days are days since 1970-01-01. */
export interface StartQuestion {
  readonly today: number;
  readonly idealDay: number;
  /** Null is none. */
  readonly deadline: number | null;
  /** Its owned row, null without one. */
  readonly ownedRow: Pick<PromisingRow, 'isPreScheduled' | 'plannedDay' | 'scheduledDay'> | null;
  /** Over how many days it may catch up, and its mix; null for a follow-up, which catches up tomorrow. */
  readonly catchUp: { readonly spreadDays: number; readonly scrambled: number } | null;
  /** Tells whether a day is excluded for it; for an email that ignores windows none is. */
  isExcluded(day: number): boolean;
  /** Tells whether a row that is not owned has its contact, its type and that day. */
  isHeld(day: number): boolean;
  isOpen(day: number): boolean;
}

/** The arithmetic of a catch-up day (Rules 5, step 4). */
export interface CatchUp {
  /** `n` of the rule; null for follow-ups, which are not spread. */
  readonly spreadDays: number | null;
  /** The mix modulo `n`; null for follow-ups. */
  readonly remainder: number | null;
  /** The day that comes out, excluded or not. */
  readonly aimedDay: number;
  /** The day that is taken. */
  readonly day: number;
}

/** A start day and how it was found (Rules 5, from ideal day to start day). */
export interface Start {
  readonly day: number;
  readonly step: StartStep;
  /** The day that steps 1 to 4 gave. */
  readonly stepDay: number;
  /** Set for the step `catch_up`. */
  readonly catchUp: CatchUp | null;
  /** How many days it moved on from days that are held (step 5). */
  readonly heldDays: number;
  /** The closed day that it moved away from, or could not (step 6); null when it was open, or excluded so that it stayed. */
  readonly closedDay: number | null;
  /** Whether there is no open day to move to, so that the email is skipped as `no_open_day`. */
  readonly lacksOpenDay: boolean;
}

/** Finds the day an email gets before limits and balance move it (Rules 5, from ideal day to start day). */
export function findStart(question: StartQuestion): Start {
  const found = stepDay(question);
  const heldDays = countHeldDays(question, found.stepDay);
  const day = found.stepDay + heldDays;
  const start = { ...found, heldDays, closedDay: null, lacksOpenDay: false };
  if (question.isOpen(day) || question.isExcluded(day)) return { ...start, day };
  const openDay = nextOpenDay(question, day) ?? lastOpenDay(question, day);
  return { ...start, day: openDay ?? day, closedDay: day, lacksOpenDay: openDay === null };
}

function isPast({ deadline }: StartQuestion, day: number): boolean {
  return deadline !== null && day > deadline;
}

/** Steps 1 to 4. */
function stepDay(question: StartQuestion): Pick<Start, 'step' | 'stepDay' | 'catchUp'> {
  const { today, idealDay, ownedRow } = question;
  const isPossible = (day: number | null): day is number => day !== null && day >= today && !isPast(question, day);
  if (idealDay >= today) return { step: 'ideal', stepDay: idealDay, catchUp: null };
  if (ownedRow !== null) {
    const { plannedDay, scheduledDay } = ownedRow;
    if (isPossible(plannedDay)) return { step: 'kept_planned_day', stepDay: plannedDay, catchUp: null };
    if (ownedRow.isPreScheduled && isPossible(scheduledDay)) {
      return { step: 'kept_send_day', stepDay: scheduledDay, catchUp: null };
    }
  }
  const catchUp = catchUpOf(question);
  return { step: 'catch_up', stepDay: catchUp.day, catchUp };
}

/** Step 4. */
function catchUpOf(question: StartQuestion): CatchUp {
  const { today, deadline } = question;
  if (question.catchUp === null) {
    const day = isPast(question, today + 1) ? today : today + 1;
    return { spreadDays: null, remainder: null, aimedDay: day, day };
  }
  const { spreadDays: most, scrambled } = question.catchUp;
  const spreadDays = deadline === null ? most : Math.min(most, deadline - today + 1);
  const remainder = scrambled % spreadDays;
  let aimedDay = today;
  while (modulo(aimedDay, spreadDays) !== remainder) aimedDay++;
  let day = aimedDay;
  while (day >= today && question.isExcluded(day)) day--;
  return { spreadDays, remainder, aimedDay, day: day < today ? aimedDay : day };
}

/** The remainder that is never negative, for days before 1970 too. */
function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** Step 5: how many days a start moves on because rows that are not owned hold them. */
function countHeldDays(question: StartQuestion, day: number): number {
  let moves = 0;
  while (moves < MOST_HELD_MOVES && question.isHeld(day + moves) && !isPast(question, day + moves + 1)) moves++;
  return moves;
}

/** Step 6, forward: the first open day that is free, with no excluded day on the way; null when there is none. */
function nextOpenDay(question: StartQuestion, closedDay: number): number | null {
  for (let day = closedDay + 1; day <= closedDay + OPEN_DAY_SEARCH_DAYS; day++) {
    if (isPast(question, day) || question.isExcluded(day)) return null;
    if (question.isOpen(day) && !question.isHeld(day)) return day;
  }
  return null;
}

/** Step 6, back: the last open day that is free and not excluded, from today on; null when there is none. */
function lastOpenDay(question: StartQuestion, closedDay: number): number | null {
  for (let day = closedDay - 1; day >= Math.max(question.today, closedDay - OPEN_DAY_SEARCH_DAYS); day--) {
    if (question.isOpen(day) && !question.isExcluded(day) && !question.isHeld(day)) return day;
  }
  return null;
}

/**
 * The day of an email for which no start day is looked for, because it is suppressed or stopped by underwriting (Rules 5): its
 * ideal day; if that has passed, what its owned row was planned for, whenever that is; else today.
 */
export function dayWithoutStart(today: number, idealDay: number, ownedPlannedDay: number | null): number {
  return idealDay >= today ? idealDay : (ownedPlannedDay ?? today);
}

/** The row that an email had before, as far as it promises a day. */
export interface PromisingRow {
  readonly isPreScheduled: boolean;
  /** Its `planned_send_date`. */
  readonly plannedDay: number | null;
  /** Its `scheduled_send_date`. */
  readonly scheduledDay: number | null;
  readonly skipReason: string | null;
}

/**
 * What `planned_send_date` holds of an email that is to be sent: its start, but what its row held before today where the email
 * keeps the day that the row had for it (Rules 5, step 3).
 */
export function storedPlannedDay(
  today: number,
  start: { readonly step: string; readonly startDay: number; readonly sendDay: number },
  ownedRow: Pick<PromisingRow, 'plannedDay' | 'scheduledDay'> | null,
): number {
  if (start.step !== 'kept_send_day' || ownedRow === null) return start.startDay;
  const { plannedDay, scheduledDay } = ownedRow;
  const stays = plannedDay !== null && plannedDay < today && start.sendDay === scheduledDay;
  return stays ? plannedDay : start.startDay;
}
