import type { Plan } from '../../plan/plan.js';
import { type KindRows, kindRowBuffers, RowKinds } from '../../plan/rowKinds.js';
import { RowWriter } from '../../plan/rows.js';
import { ROW_ACTION, type ScheduleDiff } from './diffSchedules.js';
import { FLUSH_BATCH_ROWS } from './newRows.js';
import type { RowTemplates } from './rowTemplates.js';

/** A row of a batch that is of no kind: its template, and what it has beside that. */
interface OddRow {
  readonly i: number;
  readonly template: number;
  readonly priority: number;
  readonly instanceId: number;
}

/** A row of a batch that takes the place of an owned row, and what it keeps of that. */
interface ReplacingRow {
  readonly i: number;
  readonly id: number;
  readonly createdAt: number;
}

/** Some of the rows that a run writes. */
export interface WrittenBatch {
  /** Their kinds are numbers of templates. */
  readonly rows: KindRows;
  readonly odd: readonly OddRow[];
  readonly replacing: readonly ReplacingRow[];
}

/** The rows of a plan that a diff inserts and replaces, in the order of their candidates, a batch at a time: each is good until the next. */
export class WrittenBatches implements Iterable<WrittenBatch> {
  readonly #plan: Plan;
  readonly #diff: ScheduleDiff;
  readonly #templates: RowTemplates;
  readonly #rowKinds: RowKinds;
  readonly #writer: RowWriter;
  readonly #rows = kindRowBuffers(FLUSH_BATCH_ROWS);
  readonly #batch = new Uint32Array(FLUSH_BATCH_ROWS);
  #candidate = 0;
  /** The number + 1 of the template of every kind; 0 is not known yet. */
  #templateOf = new Int32Array(256);

  /** @param templates of the rows, which are added to */
  constructor(plan: Plan, diff: ScheduleDiff, templates: RowTemplates) {
    this.#plan = plan;
    this.#diff = diff;
    this.#templates = templates;
    this.#rowKinds = new RowKinds(plan);
    this.#writer = new RowWriter(plan, 1);
  }

  *[Symbol.iterator](): Generator<WrittenBatch> {
    const { inserted, replaced } = this.#diff;
    for (let left = inserted + replaced; left > 0; ) {
      const count = Math.min(left, FLUSH_BATCH_ROWS);
      left -= count;
      yield this.#fill(this.#nextCandidates(count));
    }
  }

  /** The next candidates whose rows are written, of whom there are at least so many. */
  #nextCandidates(count: number): Uint32Array {
    const { action } = this.#diff;
    const batch = this.#batch;
    let candidate = this.#candidate;
    for (let i = 0; i < count; candidate++) if (action[candidate] >= ROW_ACTION.insert) batch[i++] = candidate;
    this.#candidate = candidate;
    return batch.subarray(0, count);
  }

  #fill(batch: Uint32Array): WrittenBatch {
    const rows = this.#rows;
    rows.count = batch.length;
    this.#rowKinds.fill(batch, rows);
    const { kind } = rows;
    const odd: OddRow[] = [];
    for (let i = 0; i < batch.length; i++) {
      const known = kind[i] < 0 || kind[i] >= this.#templateOf.length ? 0 : this.#templateOf[kind[i]];
      if (known > 0) kind[i] = known - 1;
      else if (kind[i] >= 0) kind[i] = this.#learn(kind[i], batch[i], rows.initialId[i]);
      else odd.push({ i, ...this.#oddRow(batch[i], rows.initialId[i]) });
    }
    return { rows, odd, replacing: this.#diff.replaced === 0 ? [] : this.#keepIdentities(batch) };
  }

  /** The number of the template of a kind that comes for the first time. */
  #learn(kind: number, candidate: number, initialId: number): number {
    this.#writer.clear();
    this.#writer.add(candidate);
    const digits = Number.isNaN(initialId) ? 0 : String(initialId).length;
    const number = this.#templates.numberOf(this.#writer.rows, initialId, digits);
    if (kind >= this.#templateOf.length) {
      const longer = new Int32Array(2 * kind);
      longer.set(this.#templateOf);
      this.#templateOf = longer;
    }
    this.#templateOf[kind] = number + 1;
    return number;
  }

  #oddRow(candidate: number, initialId: number): Omit<OddRow, 'i'> {
    this.#writer.clear();
    this.#writer.add(candidate);
    const { rows } = this.#writer;
    const priority = rows.priority[0];
    const instanceId = rows.instanceId[0];
    rows.priority[0] = 0;
    rows.instanceId[0] = Number.NaN;
    return { template: this.#templates.numberOf(rows, initialId, 0), priority, instanceId };
  }

  /** Rows that take the place of others have their ids, and are of the same kind only with equal `created_at` (Rules 11). */
  #keepIdentities(batch: Uint32Array): ReplacingRow[] {
    const { schedules } = this.#plan.organization;
    const { action, replacedRow } = this.#diff;
    const { kind } = this.#rows;
    const replacing: ReplacingRow[] = [];
    for (let i = 0; i < batch.length; i++) {
      if (action[batch[i]] !== ROW_ACTION.replace) continue;
      const row = replacedRow[batch[i]];
      const createdAt = schedules.createdAt[row];
      replacing.push({ i, id: schedules.id[row], createdAt });
      if (kind[i] >= 0 && createdAt >= 0) kind[i] = this.#templates.keeping(kind[i], createdAt);
    }
    return replacing;
  }
}
