import type { Organization } from '../columns/organization.js';
import type { KernelViews } from '../kernel/columns.js';
import type { Kernel } from '../kernel/kernel.js';
import type { RunRules } from './runRules.js';

/**
 * The candidates of a run (Rules 5 to 10), one element each in the `candidate` columns of `views`, contact by contact:
 * `views.candidateFirst[i] .. [i + 1]` are contact i's. The views are the kernel's memory and live as long as the plan.
 */
export interface Plan {
  readonly organization: Organization;
  readonly run: RunRules;
  readonly kernel: Kernel;
  readonly views: KernelViews;
  /** How many candidates there are. */
  readonly count: number;
  /** Emails of history by sent day, in days from today on, of every contact, known or not (Rules 9, seats). */
  readonly history: Int32Array;
  /** How many emails each day has as the daily cap finds them, in days from today on; zeros until days are balanced. */
  readonly starting: Uint32Array;
}

/** The bits of `candidateStep` that hold the step. */
export const STEP_BITS = 7;

/** Which step of section 5 gave a candidate its start day, 1 to 4; 0 when a suppression or underwriting stopped it. */
export function startStepOf({ views }: Plan, candidate: number): number {
  return views.candidateStep[candidate] & STEP_BITS;
}

/**
 * Tells the day that a candidate's row says it was planned for: its start, but for an email that keeps the day that its row had for it
 * what that row says (Rules 5, step 3).
 */
export function plannedDays({ views, kernel }: Pick<Plan, 'views' | 'kernel'>): (candidate: number) => number {
  // Looked up once: views have so many columns that each look takes as long as the day itself.
  const { candidateStep, candidateStart } = views;
  return (candidate) =>
    (candidateStep[candidate] & STEP_BITS) === 3 ? kernel.plannedOf(candidate) : candidateStart[candidate];
}
