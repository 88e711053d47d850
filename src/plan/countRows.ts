import type { Plan } from './plan.js';
import { becomesRow, REASON } from './reasons.js';

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

const REASON_COUNT = Object.keys(REASON).length;

/** The text of a skip reason, in all its variants a small number. */
function reasonName({ organization, run }: Plan, reason: number, subject: number): string {
  switch (reason) {
    case REASON.underwritingOrganization:
      return 'underwriting:organization';
    case REASON.underwritingCampaign:
      return 'underwriting:campaign';
    case REASON.exclusion: {
      const rule = run.assigned.rules[subject - 1];
      return `exclusion:${rule.kind}:${rule.state}`;
    }
    case REASON.conflict:
      return `conflict:campaign:${organization.planned.types[subject].instance?.id}`;
    default:
      return 'frequency_limit';
  }
}

/**
 * Counts the rows of a plan by type and skip reason.
 *
 * @param leftOut candidates whose row was refused; they are not counted
 */
export function countRows(plan: Plan, leftOut: ReadonlySet<number> = new Set()): RowCounts {
  const { views, organization } = plan;
  const { types } = organization.planned;
  const { candidateReason, candidateType, candidateContact, candidateDetail } = views;
  const { ruleOf, rules } = plan.run.assigned;
  const hasLeftOut = leftOut.size > 0;
  const scheduled = new Uint32Array(types.length);
  const skipped = new Uint32Array(types.length);
  // By the reason and what it speaks of, an exclusion's rule or the type that won a conflict, as one number: texts are made once.
  const codes = new Uint32Array(REASON_COUNT * (1 + Math.max(types.length, rules.length)));
  for (let i = 0; i < plan.count; i++) {
    const reason = candidateReason[i];
    if (!becomesRow(reason) || (hasLeftOut && leftOut.has(i))) continue;
    if (reason === REASON.scheduled) {
      scheduled[candidateType[i]]++;
      continue;
    }
    skipped[candidateType[i]]++;
    let subject = 0;
    if (reason === REASON.exclusion) subject = ruleOf[candidateContact[i]];
    else if (reason === REASON.conflict) subject = candidateDetail[i];
    codes[subject * REASON_COUNT + reason]++;
  }
  const reasons = new Map<string, number>();
  for (const [code, count] of codes.entries()) {
    if (count === 0) continue;
    const name = reasonName(plan, code % REASON_COUNT, Math.floor(code / REASON_COUNT));
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
