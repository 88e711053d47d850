import type { Plan } from './plan.js';
import { becomesRow, REASON, REASON_COUNT, reasonText, subjectOf } from './reasons.js';

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

/**
 * Counts the rows of a plan by type and skip reason.
 *
 * @param leftOut candidates whose row was refused; they are not counted
 */
export function countRows(plan: Plan, leftOut: ReadonlySet<number> = new Set()): RowCounts {
  const { views, organization } = plan;
  const { types } = organization.planned;
  const { candidateReason, candidateType } = views;
  const hasLeftOut = leftOut.size > 0;
  const scheduled = new Uint32Array(types.length);
  const skipped = new Uint32Array(types.length);
  // By the reason and what it speaks of, as one number: texts are made once.
  const counts = new Map<number, number>();
  for (let i = 0; i < plan.count; i++) {
    const reason = candidateReason[i];
    if (!becomesRow(reason) || (hasLeftOut && leftOut.has(i))) continue;
    if (reason === REASON.scheduled) {
      scheduled[candidateType[i]]++;
      continue;
    }
    skipped[candidateType[i]]++;
    const code = subjectOf(plan, i) * REASON_COUNT + reason;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const reasons = new Map<string, number>();
  for (const [code, count] of counts) {
    const name = reasonText(plan, code % REASON_COUNT, Math.floor(code / REASON_COUNT));
    reasons.set(name, (reasons.get(name) ?? 0) + count);
  }
  const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
  return {
    total: sum(scheduled) + sum(skipped),
    preScheduled: sum(scheduled),
    skipped: sum(skipped),
    byType: types
      .map((type, i) => ({ email_type: type.name, pre_scheduled: scheduled[i], skipped: skipped[i] }))
      .filter((count) => count.pre_scheduled + count.skipped > 0),
    byReason: [...reasons]
      .map(([reason, rows]) => ({ reason, rows }))
      .sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1)),
  };
}
