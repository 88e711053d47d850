import type { ScheduleRows } from '../columns/scheduleRows.js';
import type { Plan } from '../plan/plan.js';
import { KEY_COLUMNS, RowWriter } from '../plan/rows.js';
import { ROW_ACTION, type ScheduleDiff } from './diff.js';
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
      const action = diff.action[candidate];
      if (action === ROW_ACTION.insert || action === ROW_ACTION.replace) this.candidates[place++] = candidate;
    }
  }

  /** The rows at some places; good until the next call. @param columns those that are needed; all when left out */
  at(places: Uint32Array, columns?: ReadonlySet<keyof ScheduleRows>): ScheduleRows {
    const areKeys = columns !== undefined && [...columns].every((column) => KEY_COLUMNS.has(column));
    const writer = this.#writer;
    const { action, replacedRow } = this.#diff;
    const { schedules } = this.#plan.organization;
    writer.clear();
    for (let i = 0; i < places.length; i++) {
      const candidate = this.candidates[places[i]];
      const place = areKeys ? writer.addKeys(candidate) : writer.add(candidate);
      if (action[candidate] !== ROW_ACTION.replace) continue;
      const row = replacedRow[candidate];
      writer.rows.id[place] = schedules.id[row];
      writer.rows.createdAt[place] = schedules.content.createdAt[schedules.contentIndex[row]];
    }
    return writer.rows;
  }
}
