import { shortDate } from './format.js';
import { settingsKey } from './ownSettings.js';
import type { PageState } from './state.js';

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
  if (database !== current.database) {
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
