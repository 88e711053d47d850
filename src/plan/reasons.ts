import { ROW_CLASS } from '../columns/schedules.js';
import { conflictReason, exclusionReason, SKIP_REASONS, suppressedReason } from '../rules/reasons.js';
import type { Plan } from './plan.js';
import { suppressionNumber, suppressionReason } from './suppressed.js';

/** What became of a candidate, as the kernel says it. */
export const REASON = {
  scheduled: 0,
  suppressed: 1,
  underwritingOrganization: 2,
  underwritingCampaign: 3,
  exclusion: 4,
  noOpenDay: 5,
  conflict: 6,
  frequency: 7,
  dailyCap: 8,
  expired: 9,
  outsideActiveWindow: 10,
} as const;

/** The reasons whose candidates become skipped rows. */
export type SkipReason = Exclude<keyof typeof REASON, 'scheduled' | 'expired' | 'outsideActiveWindow'>;

/** Something for each skip reason, by its number. */
export type BySkipReason<Value> = Readonly<Record<(typeof REASON)[SkipReason], Value>>;

/** How many reasons there are. */
export const REASON_COUNT = Object.keys(REASON).length;

/** Tells whether a candidate becomes a row of `email_schedules`; the others are counted issues (Rules 6). */
export function becomesRow(reason: number): boolean {
  return reason < REASON.expired;
}

/** The `ROW_CLASS` of the rows that candidates of a reason become. */
export function rowClassOf(reason: number): number {
  if (reason === REASON.scheduled) return ROW_CLASS.preScheduled;
  return reason === REASON.conflict || reason === REASON.frequency ? ROW_CLASS.limited : ROW_CLASS.skipped;
}

/**
 * Tells what a candidate's reason speaks of, as a number, so that reason and subject make its text: an exclusion's rule, the type that
 * won a conflict, why it is suppressed; 0 for the others.
 */
export function subjects(plan: Pick<Plan, 'views' | 'run' | 'organization'>): (candidate: number) => number {
  // Looked up once, see `plannedDays`.
  const { candidateReason, candidateContact, candidateDetail } = plan.views;
  const { ruleOf } = plan.run.assigned;
  return (candidate) => {
    switch (candidateReason[candidate]) {
      case REASON.exclusion:
        return ruleOf[candidateContact[candidate]];
      case REASON.conflict:
        return candidateDetail[candidate];
      case REASON.suppressed:
        return suppressionNumber(plan, candidate);
      default:
        return 0;
    }
  };
}

/** The text of a skip reason, as it is stored. @param subject see `subjects` */
export function reasonText(plan: Pick<Plan, 'run' | 'organization'>, reason: number, subject: number): string {
  switch (reason) {
    case REASON.suppressed:
      return suppressedReason(suppressionReason(plan, subject));
    case REASON.underwritingOrganization:
      return SKIP_REASONS.underwritingOrganization;
    case REASON.underwritingCampaign:
      return SKIP_REASONS.underwritingCampaign;
    case REASON.exclusion: {
      const rule = plan.run.assigned.rules[subject - 1];
      return exclusionReason(rule.kind, rule.state);
    }
    case REASON.noOpenDay:
      return SKIP_REASONS.noOpenDay;
    case REASON.conflict:
      return conflictReason(Number(plan.organization.planned.types[subject].instance?.id));
    case REASON.frequency:
      return SKIP_REASONS.frequencyLimit;
    case REASON.dailyCap:
      return SKIP_REASONS.dailyCap;
    default:
      throw new RangeError(`reason: expected one that skips, got ${reason}`);
  }
}

/** The text codes of skip reasons, each text made once. */
export class ReasonCodes {
  /** By subject times the number of reasons plus the reason: the code + 1. */
  readonly #codes: number[] = [];

  readonly #subjectOf: (candidate: number) => number;

  constructor(private readonly plan: Plan) {
    this.#subjectOf = subjects(plan);
  }

  /** The code of a skipped candidate's reason in the run's dictionary. */
  codeOf(candidate: number): number {
    const { plan } = this;
    const reason = plan.views.candidateReason[candidate];
    const subject = this.#subjectOf(candidate);
    const place = subject * REASON_COUNT + reason;
    this.#codes[place] ??= plan.organization.texts.codeOf(reasonText(plan, reason, subject)) + 1;
    return this.#codes[place] - 1;
  }
}
