import { yearOf } from '../calendar/day.js';
import { ROW_CLASS } from '../columns/schedules.js';
import { NO_DEADLINE } from '../plan/fillKernel.js';
import { mix } from '../rules/mix.js';
import { dayWithoutStart, findStart, type Start } from '../rules/startDay.js';
import { exclusionOn } from '../rules/windows.js';
import type { CatchUpFacts, ClosedDayFacts, StartFacts } from './explanation.js';
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

/** An email whose start day is asked for. */
interface StartQuestion {
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

/** A row that is not owned and holds a type and day, null when there is none (Rules 5, step 5). */
export function holdingRow(subject: Subject, type: number, day: number): number | null {
  const { schedules } = subject.plan.organization;
  const holds = (row: number) =>
    schedules.type[row] === type && schedules.scheduledDay[row] === day && !isOwned(subject, row);
  return subject.rows.find(holds) ?? null;
}

/** What is asked of the rules for an email, and the rows that it may keep (Rules 5, from ideal day to start day). */
function askRules(subject: Subject, { type, event, ideal, deadline }: StartQuestion, row: number | null): Start {
  const { run, organization } = subject.plan;
  const planned = organization.planned.types[type];
  const { plannedDay, scheduledDay, rowClass } = organization.schedules;
  return findStart({
    today: run.today,
    idealDay: ideal,
    deadline: deadline === NO_DEADLINE ? null : deadline,
    ownedRow:
      row === null
        ? null
        : {
            isPreScheduled: rowClass[row] === ROW_CLASS.preScheduled,
            plannedDay: orNull(plannedDay[row]),
            scheduledDay: orNull(scheduledDay[row]),
          },
    catchUp:
      planned.kind === 'followup'
        ? null
        : {
            spreadDays: run.config.load_balancing.catch_up_spread_days,
            scrambled: mix(subject.id, planned.code, yearOf(event)),
          },
    isExcluded: (day) => respectsWindows(planned) && exclusionOn(subject.windowed, day) !== null,
    isHeld: (day) => holdingRow(subject, type, day) !== null,
    isOpen: (day) => run.capacity.openDays.isOpen(day),
  });
}

/** Finds the start day of an email, and how it is found (Rules 5, from ideal day to start day). */
export function startFacts(
  subject: Subject,
  question: StartQuestion,
): { readonly day: number; readonly facts: StartFacts } {
  const row = question.ideal >= subject.plan.run.today ? null : ownedRow(subject, question);
  const start = askRules(subject, question, row);
  return {
    day: start.day,
    facts: {
      step: start.step,
      step_date: dayText(start.stepDay),
      owned_row: row === null ? null : rowFacts(subject, row),
      catch_up: catchUpFacts(subject, question, start),
      held: Array.from({ length: start.heldDays }, (_, i) => {
        const holder = holdingRow(subject, question.type, start.stepDay + i);
        return { date: dayText(start.stepDay + i), row_id: holder === null ? null : rowId(subject.plan, holder) };
      }),
      closed: closedDayFacts(subject, start),
      date: dayText(start.day),
    },
  };
}

function catchUpFacts(subject: Subject, { type, event }: StartQuestion, { catchUp }: Start): CatchUpFacts | null {
  if (catchUp === null) return null;
  const planned = subject.plan.organization.planned.types[type];
  const { spreadDays, remainder, aimedDay } = catchUp;
  return {
    spread_days: spreadDays,
    mix: spreadDays === null ? null : mix(subject.id, planned.code, yearOf(event)),
    remainder,
    aimed_date: dayText(aimedDay),
    excluded: spreadDays !== null && respectsWindows(planned) ? exclusionFacts(subject, aimedDay) : null,
  };
}

function closedDayFacts({ plan }: Subject, { closedDay, day, lacksOpenDay }: Start): ClosedDayFacts | null {
  const closedBy = closedDay === null ? null : plan.run.capacity.openDays.closedBy(closedDay);
  if (closedDay === null || closedBy === null) return null;
  return { date: dayText(closedDay), closed_by: closedBy, moved_to: lacksOpenDay ? null : dayText(day) };
}

/** The day of an email that is suppressed or stopped by underwriting (Rules 5, underwriting). */
export function stoppedStart(
  subject: Subject,
  question: StartQuestion,
  step: 'suppressed' | 'underwriting',
): { readonly day: number; readonly facts: StartFacts } {
  const { today } = subject.plan.run;
  const row = question.ideal >= today ? null : ownedRow(subject, question);
  const plannedDay = row === null ? null : orNull(subject.plan.organization.schedules.plannedDay[row]);
  const day = dayWithoutStart(today, question.ideal, plannedDay);
  const owned = row === null ? null : rowFacts(subject, row);
  const date = dayText(day);
  return { day, facts: { step, step_date: date, owned_row: owned, catch_up: null, held: [], closed: null, date } };
}
