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

/** Percent as a share of one; what is no number stays as it was typed. */
function shareOf(value: number | string): number | string {
  // Without digits that only binary fractions have: 7 % is 0.07.
  return typeof value === 'number' ? Number((value / 100).toPrecision(12)) : value;
}

/** What stands in a field, as the configuration has it: numbers where they can be read as such, lists by their commas. */
export function valueOfText(
  text: string,
  { kind, keys, isShare = false }: Pick<ConfigField, 'kind' | 'keys'> & { readonly isShare?: boolean },
): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const parts = trimmed.split(',').map((part) => part.trim());
  if (kind === 'list') return parts.filter((part) => part !== '');
  if (kind === 'record') return Object.fromEntries(parts.map((part, i) => [keys[i] ?? `${i + 1}`, numberOrText(part)]));
  if (kind === 'number' && isShare) return shareOf(numberOrText(trimmed.replace(/\s*%$/, '')));
  return kind === 'whole' || kind === 'number' ? numberOrText(trimmed) : trimmed;
}

/** A value of the configuration as it stands in a field. */
export function textOfValue(value: unknown, { isShare }: { readonly isShare: boolean } = { isShare: false }): string {
  if (value === undefined || value === null) return '';
  if (isShare && typeof value === 'number') return String(Number((value * 100).toPrecision(12)));
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? Object.values(value).join(', ') : String(value);
}

/** What a field takes, in the words of people: `0 to 100 %`. */
export function rangeText({ kind, minimum, maximum, isShare }: ConfigField): string | null {
  if (isShare) return '0 to 100 %';
  if (kind !== 'whole' && kind !== 'number') return null;
  const number = kind === 'whole' ? 'a whole number' : 'a number';
  if (minimum === null || maximum === null || maximum > 1e6) {
    return minimum === null || minimum < -1e6 ? number : `${number} from ${minimum} on`;
  }
  return `${kind === 'whole' ? 'a whole number, ' : ''}${minimum} to ${maximum}`;
}

const TEXTS: Readonly<Record<string, string>> = {
  timezone: 'the name of a time zone, such as America/Chicago',
  send_time: 'hours, minutes and seconds, such as 08:30:00',
  'calendar.weekdays': 'at least one day',
  'calendar.closed': 'days of the years 1900 to 2199',
  'load_balancing.ramp': 'a first day, at least 1 email on it, and a growth above 0 up to 1000 % a day',
};

/** What is wrong with a field, in its own words: its label and what it takes. */
export function problemText(label: string, field: ConfigField, problem: ConfigProblem, value: unknown): string {
  const isInRange = typeof value === 'number' && value >= (field.minimum ?? value) && value <= (field.maximum ?? value);
  const isWhole = field.kind !== 'whole' || Number.isInteger(value);
  if (field.path.join('.') === 'followups.delay_days' && isInRange && isWhole) {
    const most = problem.allowed.match(/[0-9]+$/)?.[0] ?? '';
    return `${label}: not more than the days an email can be followed, which are ${most}`;
  }
  return `${label}: ${TEXTS[field.path.join('.')] ?? rangeText(field) ?? 'something else'}`;
}
