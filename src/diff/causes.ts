import { yearOf } from '../calendar/day.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { ROW_CLASS } from '../columns/schedules.js';
import { type Plan, startStepOf } from '../plan/plan.js';
import { REASON } from '../plan/reasons.js';
import { smoothingShift } from '../rules/smoothing.js';
import { isOtherConfig } from '../rules/storedConfig.js';
import type { PlannedRun } from '../store/changes/diffSchedules.js';

/**
 * What may have moved a row, in the order in which they are asked:
 *
 * - `new`: it is added.
 * - `due`: it was to be sent on a day that has passed, and was not.
 * - `passed`: it was skipped, and its day has passed.
 * - `configuration`: the last run had another configuration; what else has changed since cannot be told from it.
 * - `displaced`: it lost its seat (Rules 9, daily cap): a later day, though its start and data are the same.
 * - `data`: everything else, such as another contact, campaign, history or suppression, or a seat that became free.
 */
export const CHANGE_CAUSES = ['new', 'due', 'passed', 'configuration', 'displaced', 'data'] as const;

/** What moved a row. */
export type ChangeCause = (typeof CHANGE_CAUSES)[number];

/** The columns in which an email that lost its seat may differ; `planned_send_date` only after step 3 of section 5. */
const SEAT_COLUMNS = ['scheduled_send_date', 'planned_send_date'];

/** Those of one that is skipped in the end, because no seat was left (`excess: skip`). */
const SKIPPED_SEAT_COLUMNS = [...SEAT_COLUMNS, 'status', 'skip_reason'];

/** Tells what moved the rows that a run changes. */
export class CauseFinder {
  readonly #plan: Plan;
  readonly #isOtherConfig: boolean;
  readonly #seatBits: number;
  readonly #skippedSeatBits: number;

  /** @param columnNames the compared columns, in the order of the bits that `ofPlanned` is given */
  constructor({ plan, lastConfig }: Pick<PlannedRun, 'plan' | 'lastConfig'>, columnNames: readonly string[]) {
    const bitsOf = (names: readonly string[]) =>
      names.reduce((bits, name) => bits | (1 << columnNames.indexOf(name)), 0);
    this.#plan = plan;
    this.#isOtherConfig = lastConfig !== null && isOtherConfig(lastConfig, plan.run.config);
    this.#seatBits = bitsOf(SEAT_COLUMNS);
    this.#skippedSeatBits = bitsOf(SKIPPED_SEAT_COLUMNS);
  }

  /**
   * What moved a planned row that is written.
   *
   * @param foundRow the owned row whose place it takes, -1 for none
   * @param differing the columns in which both differ, a bit each
   */
  ofPlanned(candidate: number, foundRow: number, differing: number): ChangeCause {
    if (foundRow < 0) return 'new';
    const cause = this.ofRemoved(foundRow);
    return cause === 'data' && this.#lostItsSeat(candidate, foundRow, differing) ? 'displaced' : cause;
  }

  /** What moved an owned row that goes. */
  ofRemoved(foundRow: number): ChangeCause {
    const { scheduledDay, rowClass } = this.#plan.organization.schedules;
    const day = scheduledDay[foundRow];
    if (day !== NULL_INT32 && day < this.#plan.run.today) {
      return rowClass[foundRow] === ROW_CLASS.preScheduled ? 'due' : 'passed';
    }
    return this.#isOtherConfig ? 'configuration' : 'data';
  }

  #lostItsSeat(candidate: number, foundRow: number, differing: number): boolean {
    const { views, organization } = this.#plan;
    const { rowClass, plannedDay, scheduledDay } = organization.schedules;
    const isSkipped = views.candidateReason[candidate] === REASON.dailyCap;
    const allowed = isSkipped ? this.#skippedSeatBits : this.#seatBits;
    const start = views.candidateStart[candidate];
    const promisedDay = startStepOf(this.#plan, candidate) === 3 ? scheduledDay[foundRow] : plannedDay[foundRow];
    return (
      (isSkipped || views.candidateReason[candidate] === REASON.scheduled) &&
      rowClass[foundRow] === ROW_CLASS.preScheduled &&
      (differing & ~allowed) === 0 &&
      start === promisedDay &&
      views.candidateSend[candidate] >= scheduledDay[foundRow] + (isSkipped ? 0 : 1) &&
      !this.#isSmoothed(candidate)
    );
  }

  /** Tells whether an email lies where smoothing would put it, so that this may be what moved it (Rules 9, smoothing). */
  #isSmoothed(candidate: number): boolean {
    const { views, organization, run } = this.#plan;
    const { contacts, planned } = organization;
    if (planned.types[views.candidateType[candidate]].name !== 'effective_date') return false;
    if (startStepOf(this.#plan, candidate) !== 1) return false;
    const id = contacts.id[views.candidateContact[candidate]];
    const year = yearOf(views.candidateEvent[candidate]);
    const { offsetDays } = smoothingShift(id, year, run.limits.smoothingWindowDays);
    return views.candidateSend[candidate] === views.candidateStart[candidate] + offsetDays;
  }
}
