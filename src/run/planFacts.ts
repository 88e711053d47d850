import type { PlannedType } from '../columns/plannedTypes.js';
import { type PlainTally, PlanTally } from '../plan/countRows.js';
import { type MissedEmails, MissedTally, type PlainMissed } from '../plan/missedEmails.js';
import type { Plan } from '../plan/plan.js';
import { countWithdrawnEmails, type WithdrawnEmails } from '../plan/withdrawnEmails.js';
import type { ScheduleDiff } from '../store/changes/diffSchedules.js';

/** What is told of plans, as data that goes from thread to thread. */
export interface PlainFacts {
  readonly rows: PlainTally;
  readonly missed: PlainMissed;
  readonly withdrawn: WithdrawnEmails;
}

/** What is told of the plans of a run, gathered plan by plan; the plans can go then. */
export class PlanFacts {
  readonly rows: PlanTally;
  readonly #missed = new MissedTally();
  #withdrawn: WithdrawnEmails = { found: 0, withdrawn: 0 };

  /** @param types of all plans */
  constructor(types: readonly PlannedType[]) {
    this.rows = new PlanTally(types);
  }

  /** Adds what is told of a plan. */
  add(plan: Plan, diff: ScheduleDiff): void {
    this.rows.add(plan);
    this.#missed.add(plan);
    this.#addWithdrawn(countWithdrawnEmails(plan, diff.staysAsIs));
  }

  #addWithdrawn({ found, withdrawn }: WithdrawnEmails): void {
    this.#withdrawn = { found: this.#withdrawn.found + found, withdrawn: this.#withdrawn.withdrawn + withdrawn };
  }

  /** What is told so far, for another thread. */
  plain(): PlainFacts {
    return { rows: this.rows.plain(), missed: this.#missed.plain(), withdrawn: this.#withdrawn };
  }

  /** Adds what is told of plans of another thread, whose contacts come behind. */
  append({ rows, missed, withdrawn }: PlainFacts): void {
    this.rows.append(rows);
    this.#missed.append(missed);
    this.#addWithdrawn(withdrawn);
  }

  missed(): MissedEmails {
    return this.#missed.missed();
  }

  withdrawn(): WithdrawnEmails {
    return this.#withdrawn;
  }
}
