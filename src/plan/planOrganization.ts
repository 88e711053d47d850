import type { Organization } from '../columns/organization.js';
import { isHistoryClass } from '../columns/schedules.js';
import type { KernelCounts } from '../kernel/columns.js';
import { createKernel, type KernelBuild } from '../kernel/kernel.js';
import type { Config } from '../rules/config.js';
import { countColumns } from './countColumns.js';
import { fillKernel, kernelNumbers } from './fillKernel.js';
import { overKernel } from './overKernel.js';
import type { Plan } from './plan.js';
import { REASON } from './reasons.js';
import { type RunRules, rulesOfRun } from './runRules.js';

/** Settings of planning; but for `contactRows` they change how it works, not what comes out. */
export interface PlanOptions {
  /** How many contacts the kernel plans in one call. */
  readonly batchSize?: number;
  /** Which build of the kernel plans; the one with SIMD, where the engine has it, when left out. */
  readonly kernelBuild?: KernelBuild;
  /** The rows of all contacts tables, where the organization is a range of a book; those of its own when left out. */
  readonly contactRows?: number;
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
  const run = rulesOfRun(organization, config, today, options.contactRows);
  const plan = await planContacts(organization, run, countColumns(organization, run), options);
  noteLateCampaigns(plan);
  return plan;
}

/**
 * `planOrganization` by rules and counts that are known, but for the issues.
 *
 * @param counts what `countColumns` says
 */
export async function planContacts(
  organization: Organization,
  run: RunRules,
  counts: KernelCounts,
  { batchSize = DEFAULT_BATCH_SIZE, kernelBuild, onProgress = () => {} }: PlanOptions,
): Promise<Plan> {
  const contactCount = organization.contacts.count;
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
  const history = countHistory(organization, run.today, counts.dayCount);
  const starting = new Uint32Array(counts.dayCount);
  const { views } = kernel;
  return { organization: overKernel(organization, views), run, kernel, views, count, history, starting };
}

/** Counts the history rows of every contact, known or not, by sent day from today on (Rules 9, seats). */
function countHistory({ schedules }: Organization, today: number, dayCount: number): Int32Array {
  const perDay = new Int32Array(dayCount);
  const { rowClass, sentDay, count } = schedules;
  for (let i = 0; i < count; i++) if (isHistoryClass(rowClass[i]) && sentDay[i] >= today) perDay[sentDay[i] - today]++;
  return perDay;
}

/** Notes the campaign candidates that get no row because they come too late (Rules 6), as they stand. */
export function noteLateCampaigns({ kernel, views, count, organization }: Plan): void {
  if (kernel.lateCampaigns() === 0) return;
  const { contacts, planned, issues } = organization;
  const { candidateReason, candidateContact, candidateType } = views;
  const late = [
    ...placesOf(candidateReason, REASON.expired, count),
    ...placesOf(candidateReason, REASON.outsideActiveWindow, count),
  ];
  for (const i of late.sort((a, b) => a - b)) {
    const kind = candidateReason[i] === REASON.expired ? 'expired' : 'outside_active_window';
    issues.add(contacts.id[candidateContact[i]], kind, planned.types[candidateType[i]].name);
  }
}

/** The places of a value among the first `count`; found by the engine itself, for they are few among millions. */
function* placesOf(values: Uint8Array, value: number, count: number): Generator<number> {
  for (let i = values.indexOf(value); i >= 0 && i < count; i = values.indexOf(value, i + 1)) yield i;
}
