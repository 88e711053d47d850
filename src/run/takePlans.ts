import { type Balance, balanceDays } from '../balance/balance.js';
import type { Placements } from '../balance/groups.js';
import {
  balanceBook,
  countRange,
  type GroupedRange,
  groupRange,
  placeRange,
  type RangeBalance,
  type RangeCounts,
  type RangeGroups,
  sumBalances,
  sumCounts,
} from '../balance/ranges.js';
import type { Organization } from '../columns/organization.js';
import type { Plan } from '../plan/plan.js';
import { noteLateCampaigns } from '../plan/planOrganization.js';
import type { RangePlans } from '../plan/rangePlans.js';
import { diffSchedules, type ScheduleDiff } from '../store/changes/diffSchedules.js';
import { RunChanges } from '../store/changes/runChanges.js';
import { PlanFacts } from './planFacts.js';
import type { Stopwatch } from './stopwatch.js';

/** What a run needs of its plans, which can go then. */
export interface TakenPlans {
  readonly facts: PlanFacts;
  readonly changes: RunChanges;
  readonly balance: Balance;
  /** The plan and what it changes, where it is to be kept. */
  readonly kept: { readonly plan: Plan; readonly diff: ScheduleDiff } | null;
}

/** What is the same in all ranges. */
export type WholeBook = Pick<Organization, 'texts' | 'planned'> & { readonly contactCount: number };

/** How plans are taken. */
export interface TakeSettings {
  readonly batchSize?: number;
  /** Balances a plan that is the only one, in the place of `balanceDays`. */
  readonly balance?: (plan: Plan) => Balance;
  readonly keepsPlan?: boolean;
  /** Has the engine collect what is unused, see `letGo`. */
  readonly collect?: () => void;
}

/** Gathers what a run needs of plans, one after the other. */
class Taking {
  readonly facts: PlanFacts;
  readonly changes: RunChanges;

  constructor({ texts, planned, contactCount }: WholeBook, rowCount: number, today: number) {
    this.facts = new PlanFacts(planned.types);
    this.changes = new RunChanges(texts, { rows: rowCount, contacts: contactCount, today });
  }

  take(plan: Plan): ScheduleDiff {
    const diff = diffSchedules(plan);
    this.facts.add(plan, diff);
    this.changes.add(plan, diff);
    return diff;
  }
}

/**
 * Plans, balances, compares with what was found, and takes what a run needs of it; then lets the plans go, but for one that is to be
 * kept.
 *
 * @throws SendplanError `kernel_error` when a plan does not fit into memory
 */
export async function takePlans(
  plans: RangePlans,
  book: WholeBook,
  settings: TakeSettings,
  watch: Stopwatch,
): Promise<TakenPlans> {
  if (plans.count > 1) return new RangesTaken(plans, book, settings, watch).take();
  const onProgress = (done: number) => watch.progress('plan', done, book.contactCount);
  await watch.measure('plan', async () => {
    await plans.plan(0, { batchSize: settings.batchSize, onProgress });
    noteLateCampaigns(plans.at(0));
  });
  const { balance: balanceOf = balanceDays } = settings;
  const balance = await watch.measure('balance', () => balanceOf(plans.at(0)));
  const { taking, kept } = await watch.measure('diff', () => {
    const plan = plans.at(0);
    const all = new Taking(book, plan.count, plans.run.today);
    const diff = all.take(plan);
    return { taking: all, kept: settings.keepsPlan === true ? { plan, diff } : null };
  });
  plans.end();
  if (kept === null) await watch.measure('diff', () => plans.letGo(0, settings.collect));
  return { facts: taking.facts, changes: taking.changes, balance, kept };
}

/**
 * Takes the plans of ranges, which are balanced as one (Rules 9): ranges are counted, then put into groups, then given the days of these.
 * No function that waits holds a plan, which could not go then.
 */
class RangesTaken {
  readonly #plans: RangePlans;
  readonly #book: WholeBook;
  readonly #settings: TakeSettings;
  readonly #watch: Stopwatch;
  readonly #counts: RangeCounts[] = [];
  readonly #groups: RangeGroups[] = [];
  /** Ranges whose plans stay from round to round. */
  readonly #grouped: (GroupedRange | null)[] = [];
  readonly #balances: RangeBalance[] = [];
  #candidateCount = 0;

  constructor(plans: RangePlans, book: WholeBook, settings: TakeSettings, watch: Stopwatch) {
    this.#plans = plans;
    this.#book = book;
    this.#settings = settings;
    this.#watch = watch;
  }

  async take(): Promise<TakenPlans> {
    const { run, isKept } = this.#plans;
    await this.#eachRange('balance', (i) => this.#count(i), !isKept);
    const all = sumCounts(this.#counts);
    await this.#eachRange('balance', (i) => this.#group(i, all), !isKept);
    const placements = await this.#watch.measure('balance', () => balanceBook(all.history, this.#groups, run));
    this.#groups.length = 0;
    const taking = new Taking(this.#book, this.#candidateCount, run.today);
    await this.#eachRange('diff', (i) => this.#takeRange(i, all, placements[i], taking), true);
    this.#plans.end();
    const balance = sumBalances(this.#balances, placements, all.history, run);
    return { facts: taking.facts, changes: taking.changes, balance, kept: null };
  }

  /** Does something with the plan of each range. @param isLast whether the plan has served then */
  async #eachRange(stage: 'balance' | 'diff', work: (i: number) => void, isLast: boolean): Promise<void> {
    const { batchSize, collect } = this.#settings;
    const onProgress = (done: number) => this.#watch.progress('plan', done, this.#book.contactCount);
    for (let i = 0; i < this.#plans.count; i++) {
      await this.#watch.measure('plan', () => this.#plans.plan(i, { batchSize, onProgress }));
      await this.#watch.measure(stage, () => work(i));
      if (isLast) await this.#watch.measure(stage, () => this.#plans.letGo(i, collect));
    }
  }

  #count(i: number): void {
    const plan = this.#plans.at(i);
    this.#candidateCount += plan.count;
    this.#counts.push(countRange(plan));
  }

  #group(i: number, all: RangeCounts): void {
    const grouped = groupRange(this.#plans.at(i), this.#counts[i], all);
    const { groups, starting } = grouped;
    this.#groups.push({ groups, starting });
    this.#grouped.push(this.#plans.isKept ? grouped : null);
  }

  #takeRange(i: number, all: RangeCounts, placements: Placements, taking: Taking): void {
    const grouped = this.#grouped[i] ?? groupRange(this.#plans.at(i), this.#counts[i], all);
    this.#grouped[i] = null;
    this.#balances.push(placeRange(grouped, placements));
    noteLateCampaigns(grouped.plan);
    taking.take(grouped.plan);
  }
}
