import type { ConfigProblem } from '../../rules/config.js';
import type { ConfigField } from '../page/configFields.js';

/** The problem of a key, the first when there are several. */
export function problemAt(
  problems: readonly ConfigProblem[],
  path: readonly (string | number)[],
): ConfigProblem | null {
  return problems.find((problem) => problem.path.join('\n') === path.join('\n')) ?? null;
}

/** What stands in a field, as the configuration has it: numbers where they can be read as such. */
export function valueOfText(text: string, kind: ConfigField['kind']): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const isNumber = (kind === 'whole' || kind === 'number') && /^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$/.test(trimmed);
  return isNumber ? Number(trimmed) : trimmed;
}
