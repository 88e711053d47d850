import type { ScheduleRows } from '../columns/scheduleRows.js';
import type { Plan } from '../plan/plan.js';
import { KEY_COLUMNS, RowWriter } from '../plan/rows.js';
import { isWritten, keepIdentity, type ScheduleDiff } from './diff.js';
import { FLUSH_BATCH_ROWS, type FlushRows } from './flushKeys.js';

/** The rows that a diff adds, in the order of their candidates, made whenever they are asked for (Rules 11). */
export class DiffRows implements FlushRows {
  readonly count: number;
  /** The candidate of every place. */
  readonly candidates: Uint32Array;
  readonly #plan: Plan;
  readonly #diff: ScheduleDiff;
  readonly #writer: RowWriter;

  constructor(plan: Plan, diff: ScheduleDiff) {
    this.#plan = plan;
    this.#diff = diff;
    this.#writer = new RowWriter(plan, FLUSH_BATCH_ROWS);
    this.count = diff.inserted + diff.replaced;
    this.candidates = new Uint32Array(this.count);
    let place = 0;
    for (let candidate = 0; candidate < plan.count; candidate++) {
      if (isWritten(diff, candidate)) this.candidates[place++] = candidate;
    }
  }

  /** The rows at some places; good until the next call. @param columns those that are needed; all when left out */
  at(places: Uint32Array, columns?: ReadonlySet<keyof ScheduleRows>): ScheduleRows {
    const areKeys = columns !== undefined && [...columns].every((column) => KEY_COLUMNS.has(column));
    const writer = this.#writer;
    writer.clear();
    for (let i = 0; i < places.length; i++) {
      const candidate = this.candidates[places[i]];
      const place = areKeys ? writer.addKeys(candidate) : writer.add(candidate);
      keepIdentity(writer.rows, place, this.#plan, this.#diff, candidate);
    }
    return writer.rows;
  }
}
