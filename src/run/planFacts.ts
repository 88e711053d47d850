import type { PlannedType } from '../columns/plannedTypes.js';
import { PlanTally } from '../plan/countRows.js';
import { type MissedEmails, MissedTally } from '../plan/missedEmails.js';
import type { Plan } from '../plan/plan.js';
import { countWithdrawnEmails, type WithdrawnEmails } from '../plan/withdrawnEmails.js';
import type { ScheduleDiff } from '../store/changes/diffSchedules.js';

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
    const { found, withdrawn } = countWithdrawnEmails(plan, diff.staysAsIs);
    this.#withdrawn = { found: this.#withdrawn.found + found, withdrawn: this.#withdrawn.withdrawn + withdrawn };
  }

  missed(): MissedEmails {
    return this.#missed.missed();
  }

  withdrawn(): WithdrawnEmails {
    return this.#withdrawn;
  }
}
