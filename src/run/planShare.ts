import type { Placements } from '../balance/groups.js';
import {
  countRange,
  type GroupedRange,
  groupRange,
  placeRange,
  type RangeBalance,
  type RangeCounts,
  type RangeGroups,
} from '../balance/ranges.js';
import type { Organization } from '../columns/organization.js';
import type { Plan } from '../plan/plan.js';
import { noteLateCampaigns } from '../plan/planOrganization.js';
import type { RangePlans } from '../plan/rangePlans.js';
import { diffSchedules, type ScheduleDiff } from '../store/changes/diffSchedules.js';
import { type PlainChanges, RunChanges } from '../store/changes/runChanges.js';
import { type PlainFacts, PlanFacts } from './planFacts.js';
import type { Stopwatch } from './stopwatch.js';

/** What is the same in all ranges. */
export type WholeBook = Pick<Organization, 'texts' | 'planned' | 'issues'> & { readonly contactCount: number };

/** What a run needs of plans, as data that goes from thread to thread. */
export interface PlainTaken {
  readonly facts: PlainFacts;
  readonly changes: PlainChanges;
}

/** Gathers what a run needs of plans, one after the other. */
export class Taking {
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

  /** What was taken, for another thread. */
  plain(): PlainTaken {
    return { facts: this.facts.plain(), changes: this.changes.plain() };
  }

  /**
   * Adds what another thread took of plans whose contacts come behind.
   *
   * @param codeOf what the code of each of its texts is here
   */
  append({ facts, changes }: PlainTaken, codeOf: (code: number) => number): void {
    this.facts.append(facts);
    this.changes.append(changes, codeOf);
  }
}

/** What the contacts of a share come to before they are balanced. */
export interface ShareCounts {
  readonly ranges: readonly RangeCounts[];
  readonly candidateCount: number;
}

/** How a share is planned. */
export interface ShareSettings {
  readonly batchSize?: number;
  /** Has the engine collect what is unused, see `letGo`. */
  readonly collect?: () => void;
  /** Is told how many of the share's contacts are planned. */
  readonly onProgress: (contactsDone: number) => void;
}

/**
 * Contacts that one thread plans, in ranges with a kernel each; whatever the shares, all ranges are balanced as one (Rules 9). They are
 * counted, then put into groups, then given the days of these. No function that waits holds a plan, which could not go then.
 */
export class PlanShare {
  readonly #plans: RangePlans;
  readonly #settings: ShareSettings;
  readonly #watch: Stopwatch;
  readonly #counts: RangeCounts[] = [];
  /** Ranges whose plans stay from round to round. */
  readonly #grouped: (GroupedRange | null)[] = [];
  #candidateCount = 0;

  constructor(plans: RangePlans, settings: ShareSettings, watch: Stopwatch) {
    this.#plans = plans;
    this.#settings = settings;
    this.#watch = watch;
  }

  /** Plans and counts. @throws SendplanError `kernel_error` when a plan does not fit into memory */
  async count(): Promise<ShareCounts> {
    await this.#eachRange('balance', (i) => this.#count(i), !this.#plans.isKept);
    return { ranges: this.#counts, candidateCount: this.#candidateCount };
  }

  /** Puts the candidates into groups. @param all what all shares counted */
  async group(all: RangeCounts): Promise<RangeGroups[]> {
    const found: RangeGroups[] = [];
    await this.#eachRange('balance', (i) => found.push(this.#group(i, all)), !this.#plans.isKept);
    return found;
  }

  /** Gives the candidates their days, compares them with what was found, and takes what a run needs. @param placements of each range */
  async take(all: RangeCounts, placements: readonly Placements[], taking: Taking): Promise<RangeBalance[]> {
    const balances: RangeBalance[] = [];
    await this.#eachRange('diff', (i) => balances.push(this.#takeRange(i, all, placements[i], taking)), true);
    this.#plans.end();
    return balances;
  }

  /** Does something with the plan of each range. @param isLast whether the plan has served then */
  async #eachRange(stage: 'balance' | 'diff', work: (i: number) => void, isLast: boolean): Promise<void> {
    const { batchSize, collect, onProgress } = this.#settings;
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

  #group(i: number, all: RangeCounts): RangeGroups {
    const grouped = groupRange(this.#plans.at(i), this.#counts[i], all);
    const { groups, starting } = grouped;
    this.#grouped.push(this.#plans.isKept ? grouped : null);
    return { groups, starting };
  }

  #takeRange(i: number, all: RangeCounts, placements: Placements, taking: Taking): RangeBalance {
    const grouped = this.#grouped[i] ?? groupRange(this.#plans.at(i), this.#counts[i], all);
    this.#grouped[i] = null;
    const balance = placeRange(grouped, placements);
    noteLateCampaigns(grouped.plan);
    taking.take(grouped.plan);
    return balance;
  }
}
