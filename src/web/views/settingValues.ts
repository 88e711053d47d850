import type { ConfigProblem } from '../../rules/config.js';
import type { ConfigField } from '../page/configFields.js';

/** The problem of a key, the first when there are several. */
export function problemAt(
  problems: readonly ConfigProblem[],
  path: readonly (string | number)[],
): ConfigProblem | null {
  return problems.find((problem) => problem.path.join('\n') === path.join('\n')) ?? null;
}

/** The first problem of a key or of what lies under it. */
export function problemUnder(
  problems: readonly ConfigProblem[],
  path: readonly (string | number)[],
): ConfigProblem | null {
  return problems.find((problem) => path.every((key, i) => problem.path[i] === key)) ?? null;
}

function numberOrText(text: string): number | string {
  return /^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$/.test(text) ? Number(text) : text;
}

/** What stands in a field, as the configuration has it: numbers where they can be read as such, lists by their commas. */
export function valueOfText(text: string, { kind, keys }: Pick<ConfigField, 'kind' | 'keys'>): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const parts = trimmed.split(',').map((part) => part.trim());
  if (kind === 'list') return parts.filter((part) => part !== '');
  if (kind === 'record') return Object.fromEntries(parts.map((part, i) => [keys[i] ?? `${i + 1}`, numberOrText(part)]));
  return kind === 'whole' || kind === 'number' ? numberOrText(trimmed) : trimmed;
}

/** A value of the configuration as it stands in a field. */
export function textOfValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? Object.values(value).join(', ') : String(value);
}
