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

/** The text of a candidate's skip reason, in all its variants a small number. */
function reasonName(plan: Plan, candidate: number, reason: number): string {
  const { views, organization, run } = plan;
  switch (reason) {
    case REASON.underwritingOrganization:
      return 'underwriting:organization';
    case REASON.underwritingCampaign:
      return 'underwriting:campaign';
    case REASON.exclusion: {
      const rule = run.assigned.rules[run.assigned.ruleOf[views.candidateContact[candidate]] - 1];
      return `exclusion:${rule.kind}:${rule.state}`;
    }
    case REASON.conflict:
      return `conflict:campaign:${organization.planned.types[views.candidateDetail[candidate]].instance?.id}`;
    default:
      return 'frequency_limit';
  }
}

/**
 * Counts the rows of a plan by type and skip reason.
 *
 * @param isLeftOut tells candidates whose row was refused; they are not counted
 */
export function countRows(plan: Plan, isLeftOut: (candidate: number) => boolean = () => false): RowCounts {
  const { views, organization } = plan;
  const { types } = organization.planned;
  const scheduled = new Uint32Array(types.length);
  const skipped = new Uint32Array(types.length);
  const reasons = new Map<string, number>();
  for (let i = 0; i < plan.count; i++) {
    const reason = views.candidateReason[i];
    if (!becomesRow(reason) || isLeftOut(i)) continue;
    if (reason === REASON.scheduled) {
      scheduled[views.candidateType[i]]++;
      continue;
    }
    skipped[views.candidateType[i]]++;
    const name = reasonName(plan, i, reason);
    reasons.set(name, (reasons.get(name) ?? 0) + 1);
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
