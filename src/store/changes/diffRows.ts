import type { ScheduleRows } from '../../columns/scheduleRows.js';
import type { Plan } from '../../plan/plan.js';
import { type KindRows, RowKinds } from '../../plan/rowKinds.js';
import { RowWriter } from '../../plan/rows.js';
import { keepIdentity, ROW_ACTION, type ScheduleDiff } from './diffSchedules.js';
import { FLUSH_BATCH_ROWS, type NewRows } from './newRows.js';
import { WrittenCandidates } from './writtenCandidates.js';

/** The rows that a diff adds, in the order of their candidates, made whenever they are asked for (Rules 11). */
export class DiffRows implements NewRows {
  readonly count: number;
  readonly #candidates: WrittenCandidates;
  readonly #plan: Plan;
  readonly #diff: ScheduleDiff;
  readonly #writer: RowWriter;
  readonly #rowKinds: RowKinds;
  /** The kinds of rows that keep a `created_at`, by what their kind would be otherwise and that text. */
  readonly #keptKinds = new Map<number, number>();
  /** The candidates of the rows that are asked for. */
  readonly #batch = new Uint32Array(FLUSH_BATCH_ROWS);
  readonly #kindRows: KindRows & { count: number } = {
    count: 0,
    kind: new Int32Array(FLUSH_BATCH_ROWS),
    id: new Float64Array(FLUSH_BATCH_ROWS).fill(Number.NaN),
    contactId: new Float64Array(FLUSH_BATCH_ROWS),
    plannedDay: new Int32Array(FLUSH_BATCH_ROWS),
    sendDay: new Int32Array(FLUSH_BATCH_ROWS),
    eventDate: new Int32Array(FLUSH_BATCH_ROWS),
    initialId: new Float64Array(FLUSH_BATCH_ROWS),
  };

  constructor(plan: Plan, diff: ScheduleDiff) {
    this.#plan = plan;
    this.#diff = diff;
    this.#writer = new RowWriter(plan, FLUSH_BATCH_ROWS);
    this.#rowKinds = new RowKinds(plan);
    this.count = diff.inserted + diff.replaced;
    this.#candidates = new WrittenCandidates(diff);
  }

  /** The candidate whose row is at a place. */
  candidateAt(place: number): number {
    return this.#candidates.at(place);
  }

  /** The whole rows at some places, at most `FLUSH_BATCH_ROWS`, in the order asked for; good until the next call. */
  at(places: Uint32Array): ScheduleRows {
    const writer = this.#writer;
    writer.clear();
    for (const place of places) {
      const candidate = this.candidateAt(place);
      keepIdentity(writer.rows, writer.add(candidate), this.#plan, this.#diff, candidate);
    }
    return writer.rows;
  }

  rowAt(place: number): ScheduleRows {
    return this.at(Uint32Array.of(place));
  }

  kinds(places: Uint32Array): KindRows {
    const rows = this.#kindRows;
    const batch = this.#batch.subarray(0, places.length);
    this.#candidates.fill(places, batch);
    rows.count = batch.length;
    this.#rowKinds.fill(batch, rows);
    if (this.#diff.replaced > 0) this.#keepIdentities(rows, batch);
    return rows;
  }

  /** As `keepIdentity`: rows that take the place of others have their ids, and are of the same kind only with equal `created_at`. */
  #keepIdentities({ kind, id }: KindRows, batch: Uint32Array): void {
    const { schedules } = this.#plan.organization;
    const { action, replacedRow } = this.#diff;
    for (let i = 0; i < batch.length; i++) {
      const candidate = batch[i];
      id[i] = Number.NaN;
      if (action[candidate] !== ROW_ACTION.replace) continue;
      const row = replacedRow[candidate];
      id[i] = schedules.id[row];
      const createdAt = schedules.createdAt[row];
      if (kind[i] < 0 || createdAt < 0) continue;
      const key = kind[i] * 2 ** 32 + createdAt;
      let kept = this.#keptKinds.get(key);
      if (kept === undefined) {
        kept = this.#rowKinds.next();
        this.#keptKinds.set(key, kept);
      }
      kind[i] = kept;
    }
  }
}
