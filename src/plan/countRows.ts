import type { PlannedType } from '../columns/plannedTypes.js';
import type { Plan } from './plan.js';
import { becomesRow, REASON, REASON_COUNT, reasonText, subjects } from './reasons.js';

/** How many rows of one email type are planned. */
export interface TypeCount {
  readonly email_type: string;
  readonly pre_scheduled: number;
  readonly skipped: number;
}

/** How many rows are skipped for one reason. */
export interface ReasonCount {
  readonly reason: string;
  readonly rows: number;
}

/** A plan in figures. */
export interface RowCounts {
  readonly total: number;
  readonly preScheduled: number;
  readonly skipped: number;
  /** In the order of the rules; types without rows are left out. */
  readonly byType: readonly TypeCount[];
  /** The most frequent reason first. */
  readonly byReason: readonly ReasonCount[];
}

/** Of a row that was counted: what it was counted as. */
export interface CountedRow {
  readonly emailType: string;
  /** Null of a row that is to be sent. */
  readonly skipReason: string | null;
}

/** Counts of rows as data that goes from thread to thread. */
export interface PlainTally {
  readonly scheduled: Float64Array;
  readonly skipped: Float64Array;
  readonly reasons: ReadonlyMap<string, number>;
}

/** Counts the rows of plans of the same types by type and skip reason. */
export class PlanTally {
  readonly #names: readonly string[];
  readonly #scheduled: Float64Array;
  readonly #skipped: Float64Array;
  readonly #reasons = new Map<string, number>();

  /** @param types of all plans */
  constructor(types: readonly PlannedType[]) {
    this.#names = types.map((type) => type.name);
    this.#scheduled = new Float64Array(types.length);
    this.#skipped = new Float64Array(types.length);
  }

  /** Adds the rows of a plan. */
  add(plan: Plan): void {
    const { candidateReason, candidateType } = plan.views;
    const subjectOf = subjects(plan);
    const scheduled = this.#scheduled;
    const skipped = this.#skipped;
    // By the reason and what it speaks of, as one number: texts are made once.
    const counts: number[] = [];
    for (let i = 0; i < plan.count; i++) {
      const reason = candidateReason[i];
      if (!becomesRow(reason)) continue;
      if (reason === REASON.scheduled) {
        scheduled[candidateType[i]]++;
        continue;
      }
      skipped[candidateType[i]]++;
      const code = subjectOf(i) * REASON_COUNT + reason;
      counts[code] = (counts[code] ?? 0) + 1;
    }
    counts.forEach((count, code) => {
      this.#addReason(reasonText(plan, code % REASON_COUNT, Math.floor(code / REASON_COUNT)), count);
    });
  }

  #addReason(name: string, count: number): void {
    this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + count);
  }

  /** The counts for another thread. */
  plain(): PlainTally {
    return { scheduled: this.#scheduled, skipped: this.#skipped, reasons: this.#reasons };
  }

  /** Adds the rows that another thread counted, of the same types. */
  append({ scheduled, skipped, reasons }: PlainTally): void {
    for (let type = 0; type < scheduled.length; type++) {
      this.#scheduled[type] += scheduled[type];
      this.#skipped[type] += skipped[type];
    }
    for (const [name, count] of reasons) this.#addReason(name, count);
  }

  /** The figures. @param leftOut rows that were counted and are not to count */
  counts(leftOut: Iterable<CountedRow> = []): RowCounts {
    const scheduled = this.#scheduled.slice();
    const skipped = this.#skipped.slice();
    const reasons = new Map(this.#reasons);
    for (const { emailType, skipReason } of leftOut) {
      const counts = skipReason === null ? scheduled : skipped;
      counts[this.#names.indexOf(emailType)]--;
      if (skipReason !== null) reasons.set(skipReason, (reasons.get(skipReason) ?? 0) - 1);
    }
    const sum = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0);
    return {
      total: sum(scheduled) + sum(skipped),
      preScheduled: sum(scheduled),
      skipped: sum(skipped),
      byType: this.#names
        .map((name, i) => ({ email_type: name, pre_scheduled: scheduled[i], skipped: skipped[i] }))
        .filter((count) => count.pre_scheduled + count.skipped > 0),
      byReason: [...reasons]
        .filter(([, rows]) => rows > 0)
        .map(([reason, rows]) => ({ reason, rows }))
        .sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1)),
    };
  }
}

/** Counts the rows of a plan by type and skip reason. */
export function countRows(plan: Plan): RowCounts {
  const tally = new PlanTally(plan.organization.planned.types);
  tally.add(plan);
  return tally.counts();
}
