import type { Organization } from '../columns/organization.js';
import type { KernelViews } from '../kernel/columns.js';
import { createKernel, type Kernel, type KernelBuild } from '../kernel/kernel.js';
import type { Config } from '../rules/config.js';
import { dailyLimits } from '../rules/limits.js';
import { countColumns, type RunRules } from './countColumns.js';
import { fillKernel, kernelNumbers } from './fillKernel.js';
import { becomesRow, REASON } from './reasons.js';
import { assignRules } from './stateRules.js';

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
}

/** The bits of `candidateStep` that hold the step. */
export const STEP_BITS = 7;

/** Which step of section 5 gave a candidate its start day, 1 to 4; 0 when underwriting stopped it. */
export function startStepOf({ views }: Plan, candidate: number): number {
  return views.candidateStep[candidate] & STEP_BITS;
}

/** Settings of planning that change how it works, not what comes out. */
export interface PlanOptions {
  /** How many contacts the kernel plans in one call. */
  readonly batchSize?: number;
  /** Which build of the kernel plans; the one with SIMD, where the engine has it, when left out. */
  readonly kernelBuild?: KernelBuild;
  /** Is told, between calls, how many contacts are planned. */
  readonly onProgress?: (contactsDone: number) => void;
}

const DEFAULT_BATCH_SIZE = 65_536;

/**
 * Plans all contacts (Rules 4 to 8 and 10) and applies the contact limits once (Rules 9, step 1); the days are not balanced
 * yet. Campaign candidates that come too late are noted as issues.
 *
 * @throws SendplanError `kernel_error` when the organization does not fit into the kernel's memory
 */
export async function planOrganization(
  organization: Organization,
  config: Config,
  today: number,
  options: PlanOptions = {},
): Promise<Plan> {
  const { batchSize = DEFAULT_BATCH_SIZE, kernelBuild, onProgress = () => {} } = options;
  const contactCount = organization.contacts.count;
  const limits = dailyLimits(config, organization.contacts.rowCount);
  const run: RunRules = { config, today, limits, assigned: assignRules(organization, config) };
  const counts = countColumns(organization, run);
  const kernel = await createKernel(counts, kernelNumbers(organization, run, counts), kernelBuild);
  fillKernel(kernel.views, organization, run);

  let count = 0;
  let start = 0;
  do {
    const end = Math.min(start + batchSize, contactCount);
    count = kernel.planContacts(start, end);
    onProgress(end);
    start = end;
  } while (start < contactCount);
  const plan: Plan = { organization, run, kernel, views: kernel.views, count };
  if (kernel.lateCampaigns() > 0) noteLateCampaigns(plan);
  return plan;
}

/** Notes the campaign candidates that get no row because they come too late (Rules 6). */
function noteLateCampaigns({ views, count, organization }: Plan): void {
  const { contacts, planned, issues } = organization;
  for (let i = 0; i < count; i++) {
    const reason = views.candidateReason[i];
    if (becomesRow(reason)) continue;
    const kind = reason === REASON.expired ? 'expired' : 'outside_active_window';
    issues.add(contacts.id[views.candidateContact[i]], kind, planned.types[views.candidateType[i]].name);
  }
}
