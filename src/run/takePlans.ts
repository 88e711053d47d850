import { type Balance, balanceDays } from '../balance/balance.js';
import type { Placements } from '../balance/groups.js';
import {
  balanceBook,
  type RangeBalance,
  type RangeCounts,
  type RangeGroups,
  sumBalances,
  sumCounts,
} from '../balance/ranges.js';
import type { Plan } from '../plan/plan.js';
import { noteLateCampaigns } from '../plan/planOrganization.js';
import type { KernelLimits, RangePlans } from '../plan/rangePlans.js';
import type { Issue } from '../rules/records.js';
import type { ScheduleDiff } from '../store/changes/diffSchedules.js';
import type { RunChanges } from '../store/changes/runChanges.js';
import type { PlanFacts } from './planFacts.js';
import { type PlainTaken, PlanShare, type ShareCounts, Taking, type WholeBook } from './planShare.js';
import type { Stopwatch } from './stopwatch.js';

/** What a run needs of its plans, which can go then. */
export interface TakenPlans {
  readonly facts: PlanFacts;
  readonly changes: RunChanges;
  readonly balance: Balance;
  /** The plan and what it changes, where it is to be kept. */
  readonly kept: { readonly plan: Plan; readonly diff: ScheduleDiff } | null;
}

/** What another thread took of its plans. */
export interface TakenBeside extends PlainTaken {
  readonly balances: readonly RangeBalance[];
  /** How many texts it was given. */
  readonly textCount: number;
  /** The texts that it has learned, whose codes come behind those. */
  readonly newTexts: readonly string[];
  readonly issues: readonly Issue[];
}

/** Contacts that another thread plans, see `PlanShare`; each function waits for that thread. */
export interface ShareBeside {
  /** How many of its contacts it says are planned. */
  readonly contactsDone: number;
  /** @param onProgress is called when `contactsDone` has changed; what it throws ends the share */
  count(onProgress: () => void): Promise<ShareCounts>;
  group(all: RangeCounts): Promise<readonly RangeGroups[]>;
  take(all: RangeCounts, placements: readonly Placements[]): Promise<TakenBeside>;
}

/** How contacts are divided among threads. */
export interface Shares {
  /** Those up to this one are this thread's own. */
  readonly ownEnd: number;
  /** What kernels of each thread may take. */
  readonly limits: KernelLimits;
  readonly beside: readonly ShareBeside[];
}

/** How plans are taken. */
export interface TakeSettings {
  readonly batchSize?: number;
  /** Balances a plan that is the only one, in the place of `balanceDays`. */
  readonly balance?: (plan: Plan) => Balance;
  readonly keepsPlan?: boolean;
  /** Has the engine collect what is unused, see `letGo`. */
  readonly collect?: () => void;
}

/** The plans of a book: those of this thread, and of its last contacts those of others. */
export interface BookPlans {
  readonly own: RangePlans;
  readonly beside: readonly ShareBeside[];
}

/**
 * Plans, balances, compares with what was found, and takes what a run needs of it; then lets the plans go, but for one that is to be
 * kept.
 *
 * @throws SendplanError `kernel_error` when a plan does not fit into memory
 */
export async function takePlans(
  plans: BookPlans,
  book: WholeBook,
  settings: TakeSettings,
  watch: Stopwatch,
): Promise<TakenPlans> {
  const { own, beside } = plans;
  if (own.count > 1 || beside.length > 0) return takeShares(plans, book, settings, watch);
  const onProgress = (done: number) => watch.progress('plan', done, book.contactCount);
  await watch.measure('plan', async () => {
    await own.plan(0, { batchSize: settings.batchSize, onProgress });
    noteLateCampaigns(own.at(0));
  });
  const { balance: balanceOf = balanceDays } = settings;
  const balance = await watch.measure('balance', () => balanceOf(own.at(0)));
  const { taking, kept } = await watch.measure('diff', () => {
    const plan = own.at(0);
    const all = new Taking(book, plan.count, own.run.today);
    const diff = all.take(plan);
    return { taking: all, kept: settings.keepsPlan === true ? { plan, diff } : null };
  });
  own.end();
  if (kept === null) await watch.measure('diff', () => own.letGo(0, settings.collect));
  return { facts: taking.facts, changes: taking.changes, balance, kept };
}

/** `takePlans` of contacts in ranges, some of them on other threads, which are balanced as one (Rules 9). */
async function takeShares(
  { own, beside }: BookPlans,
  book: WholeBook,
  { batchSize, collect }: TakeSettings,
  watch: Stopwatch,
): Promise<TakenPlans> {
  const { run } = own;
  let ownDone = 0;
  const tell = () => {
    const all = beside.reduce((sum, { contactsDone }) => sum + contactsDone, ownDone);
    watch.progress('plan', all, book.contactCount);
  };
  const onProgress = (done: number) => {
    ownDone = done;
    tell();
  };
  const share = new PlanShare(own, { batchSize, collect, onProgress }, watch);

  const counting = asked(beside.map((other) => other.count(tell)));
  const counts = [await share.count(), ...(await watch.measure('plan', () => watch.wait(counting)))];
  const all = sumCounts(counts.flatMap(({ ranges }) => ranges));

  const grouping = asked(beside.map((other) => other.group(all)));
  const groups = [await share.group(all), ...(await watch.measure('balance', () => watch.wait(grouping)))];
  const placements = await watch.measure('balance', () => balanceBook(all.history, groups.flat(), run));
  const ofShares = byShare(placements, groups);

  const takingBeside = asked(beside.map((other, i) => other.take(all, ofShares[i + 1])));
  const rowCount = counts.reduce((sum, { candidateCount }) => sum + candidateCount, 0);
  const taking = new Taking(book, rowCount, run.today);
  const balances = await share.take(all, ofShares[0], taking);
  const taken = await watch.measure('diff', () => watch.wait(takingBeside));
  await watch.measure('diff', () => {
    for (const one of taken) {
      append(taking, one, book);
      balances.push(...one.balances);
    }
  });
  const balance = sumBalances(balances, placements, all.history, run);
  return { facts: taking.facts, changes: taking.changes, balance, kept: null };
}

/** The placements of the ranges of each share. */
function byShare(placements: readonly Placements[], shares: readonly (readonly RangeGroups[])[]): Placements[][] {
  let start = 0;
  return shares.map((ranges) => {
    const end = start + ranges.length;
    const own = placements.slice(start, end);
    start = end;
    return own;
  });
}

/** All answers; a thread that fails while this one works is told of when it is waited for. */
function asked<Answer>(answers: readonly Promise<Answer>[]): Promise<Answer[]> {
  const all = Promise.all(answers);
  all.catch(() => {});
  return all;
}

/** Adds what another thread took. */
function append(taking: Taking, taken: TakenBeside, { texts, issues }: WholeBook): void {
  const { textCount } = taken;
  const codes = taken.newTexts.map((text) => texts.codeOf(text));
  taking.append(taken, (code) => (code < textCount ? code : codes[code - textCount]));
  for (const { contact_id, kind, detail } of taken.issues) issues.add(contact_id, kind, detail);
}
