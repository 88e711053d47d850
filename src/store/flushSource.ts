import type { ScheduleRows } from '../columns/scheduleRows.js';
import type { Plan } from '../plan/plan.js';
import { RowWriter } from '../plan/rows.js';
import { keepIdentity, ROW_ACTION, type ScheduleDiff } from './diff.js';
import { FLUSH_BATCH_ROWS, type FlushRows } from './flushKeys.js';

/** The rows that a diff adds, in the order of their candidates, made whenever they are asked for (Rules 11). */
export class DiffRows implements FlushRows {
  readonly count: number;
  /** The candidate of every place. */
  readonly candidates: Uint32Array;
  readonly #plan: Plan;
  readonly #diff: ScheduleDiff;
  readonly #writer: RowWriter;
  /** The candidates of the rows that are asked for. */
  readonly #batch = new Uint32Array(FLUSH_BATCH_ROWS);

  constructor(plan: Plan, diff: ScheduleDiff) {
    this.#plan = plan;
    this.#diff = diff;
    this.#writer = new RowWriter(plan, FLUSH_BATCH_ROWS);
    this.count = diff.inserted + diff.replaced;
    this.candidates = new Uint32Array(this.count);
    const { candidates } = this;
    const { action } = diff;
    let place = 0;
    for (let candidate = 0; candidate < plan.count; candidate++) {
      if (action[candidate] >= ROW_ACTION.insert) candidates[place++] = candidate;
    }
  }

  /** The rows at some places; good until the next call. @param columns those that are needed; all when left out */
  at(places: Uint32Array, columns?: ReadonlySet<keyof ScheduleRows>): ScheduleRows {
    const writer = this.#writer;
    const { candidates } = this;
    const batch = this.#batch.subarray(0, places.length);
    for (let i = 0; i < batch.length; i++) batch[i] = candidates[places[i]];
    writer.addAll(batch, columns);
    if (this.#diff.replaced > 0) {
      for (let i = 0; i < batch.length; i++) keepIdentity(writer.rows, i, this.#plan, this.#diff, batch[i]);
    }
    return writer.rows;
  }
}
