import { shortDate } from './format.js';
import { settingsKey } from './ownSettings.js';
import type { ChosenDatabase, PageState } from './state.js';

/** Whether two databases differ in nothing but what was changed of their suppressions. */
export function isSameButSuppressions(one: ChosenDatabase, other: ChosenDatabase): boolean {
  const before = (database: ChosenDatabase) => database.suppressions?.before ?? database;
  return one !== other && before(one) === before(other);
}

/** In which ways the plan that is shown is not the one of the day, settings and database that are set; none when it is. */
export function staleReasons({
  current,
  database,
  asOf,
  draft,
  isYamlWrong,
}: Pick<PageState, 'current' | 'database' | 'asOf' | 'draft' | 'isYamlWrong'>): string[] {
  if (current === null) return [];
  const reasons: string[] = [];
  if (database !== null && isSameButSuppressions(database, current.database)) {
    reasons.push('The suppressions have been changed since.');
  } else if (database !== current.database) {
    reasons.push(`It is of ${current.databaseName}, and ${database === null ? 'none' : 'another database'} is chosen.`);
  }
  const planned = current.result.report.as_of;
  if (asOf !== planned) {
    reasons.push(`It is as of ${shortDate(planned)}, and the day is ${asOf === '' ? 'not set' : shortDate(asOf)}.`);
  }
  if (isYamlWrong) reasons.push('The settings as YAML are not right, and were not taken over.');
  else if (settingsKey(draft) !== settingsKey(current.config)) reasons.push('The settings have been changed since.');
  return reasons;
}
