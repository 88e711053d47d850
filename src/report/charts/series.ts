import { isAepDateType } from '../../rules/emailTypes.js';
import type { ChartColors } from './theme.js';

/** How many emails of one kind a day holds. */
export interface DayKindCount {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** An email type or any other name of a series. */
  readonly kind: string;
  readonly count: number;
}

/** One series of a stacked chart. */
export interface Series {
  /** The name in the legend. */
  readonly label: string;
  readonly color: string;
}

/** What belongs to which series. */
export interface SeriesScale {
  /** From the bottom of the stack up. */
  readonly series: readonly Series[];
  /** The place in `series` of each kind. */
  readonly placeOf: ReadonlyMap<string, number>;
}

/** The kind of emails that are not planned but sent or on their way. */
export const ALREADY_SENT = 'sent or on its way';

/** Kinds that always have the same colour, by their place in the theme's series. */
const FIXED_LABELS: ReadonlyMap<string, string> = new Map([
  ['birthday', 'birthday'],
  ['effective_date', 'effective date'],
  ['aep', 'aep'],
  ['post_window', 'post-window'],
  ['followup', 'follow-up'],
]);

const OTHER_LABEL = 'other';
const LONGEST_LABEL = 32;

/** The kind that an email type is charted as: follow-ups and aep dates are one kind each, every campaign is its own. */
export function kindOfType(emailType: string): string {
  const lower = emailType.toLowerCase();
  if (lower.startsWith('followup_')) return 'followup';
  return isAepDateType(lower) ? 'aep' : lower;
}

/** A text that is not longer than a legend or an axis has room for. */
export function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function labelOf(kind: string): string {
  return FIXED_LABELS.get(kind) ?? shortened(kind.replace(/^campaign_/, 'campaign '), LONGEST_LABEL);
}

/**
 * Gives kinds their colours. The five kinds of the rules always have the same; the largest of the others take what the theme has
 * left, and the rest is one neutral series, `other`.
 */
export function seriesScale(counts: Iterable<DayKindCount>, colors: ChartColors): SeriesScale {
  const totals = new Map<string, number>();
  for (const { kind, count } of counts) totals.set(kind, (totals.get(kind) ?? 0) + count);
  const fixed = [...FIXED_LABELS.keys()];
  const others = [...totals.keys()]
    .filter((kind) => !FIXED_LABELS.has(kind) && kind !== ALREADY_SENT)
    .sort((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0) || (a < b ? -1 : 1));
  const own = others.slice(0, colors.series.length - fixed.length);
  const series: Series[] = [];
  const placeOf = new Map<string, number>();
  const add = (kinds: readonly string[], label: string, color: string) => {
    const found = kinds.filter((kind) => totals.has(kind));
    if (found.length === 0) return;
    for (const kind of found) placeOf.set(kind, series.length);
    series.push({ label, color });
  };
  add([ALREADY_SENT], ALREADY_SENT, colors.neutral);
  [...fixed, ...own].forEach((kind, i) => {
    add([kind], labelOf(kind), colors.series[i]);
  });
  const rest = others.slice(own.length);
  add(rest, rest.length === 1 ? labelOf(rest[0]) : `${rest.length} ${OTHER_LABEL} kinds`, colors.quiet);
  return { series, placeOf };
}
