import type { Organization } from '../columns/organization.js';
import { Capacity } from '../rules/capacity.js';
import type { Config } from '../rules/config.js';
import { type DailyLimits, dailyLimits } from '../rules/limits.js';
import { type AssignedRules, assignRules } from './stateRules.js';

/** Everything that decides about a run besides the organization. */
export interface RunRules {
  readonly config: Config;
  readonly today: number;
  readonly limits: DailyLimits;
  /** The open days and their caps. */
  readonly capacity: Capacity;
  readonly assigned: AssignedRules;
}

/**
 * What decides about a run of an organization on a day (Rules 3, 4 and 9).
 *
 * @param today as days since 1970-01-01
 * @param contactRows the rows of all contacts tables, where the organization is a range of a book
 */
export function rulesOfRun(
  organization: Organization,
  config: Config,
  today: number,
  contactRows = organization.contacts.rowCount,
): RunRules {
  const limits = dailyLimits(config, contactRows);
  const capacity = new Capacity(config, limits);
  return { config, today, limits, capacity, assigned: assignRules(organization, config) };
}
