import * as Plot from '@observablehq/plot';
import { grouped } from '../text/prose.js';
import { shortFigure, wholeTicks } from './figures.js';
import { type ChartOptions, type ChartSpace, chartSpace, drawPanel, frameChart, nameRectangles } from './frame.js';
import { shortened } from './series.js';

/** One bar: a name and how many emails. */
export interface NamedCount {
  readonly name: string;
  readonly count: number;
  /** What the bar is known by to whoever listens for clicks; nothing when left out. */
  readonly code?: string;
}

/** What bars are about. */
export interface BarChartOptions extends ChartOptions {
  /** At most so many bars are drawn, the rest as one more; 15 when left out. */
  readonly mostBars?: number;
}

const BAR_HEIGHT = 24;
/** With the name above the bar, where there is no room beside it. */
const LABELLED_BAR_HEIGHT = 38;
const MOST_BARS = 15;
const LETTER_PIXELS = 6.6;
/** What is beside a name that stands above its bar. */
const NAME_ROOM = 14;

/** The first bars, and what is behind them as one; the rest's name is that of no other. */
function barsOf(counts: readonly NamedCount[], mostBars: number): readonly NamedCount[] {
  if (counts.length <= mostBars) return counts;
  const rest = counts.slice(mostBars);
  return [
    ...counts.slice(0, mostBars),
    { name: `${rest.length} more`, count: rest.reduce((total, { count }) => total + count, 0) },
  ];
}

/** The names of the bars: beside them, or above them where there is no room. */
function nameMark({ isNarrow, colors }: ChartSpace, places: readonly number[], names: readonly string[]): Plot.Markish {
  if (!isNarrow) return Plot.axisY({ tickFormat: (i: number) => names[i], tickSize: 0, fill: colors.ink });
  return Plot.text(places, {
    y: (i: number) => i,
    x: 0,
    text: (i: number) => names[i],
    textAnchor: 'start',
    dy: -8,
    fill: colors.ink,
  });
}

/**
 * Draws one bar per name, in the order given, with its count and its share of all.
 *
 * Each bar is covered by a rectangle as wide as the longest, with its code as the attribute `data-code`.
 */
function drawBars(counts: readonly NamedCount[], options: BarChartOptions, title: string, note: string): SVGSVGElement {
  const space = chartSpace(options);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return frameChart(space, options, { title, note: 'There are none.', panels: [] });
  const bars = barsOf(counts, options.mostBars ?? MOST_BARS);
  const { isNarrow } = space;
  const { ink } = space.colors;
  const longest = isNarrow ? Math.floor((space.width - 2 * NAME_ROOM) / LETTER_PIXELS) : 46;
  const names = bars.map(({ name }) => shortened(name, longest));
  const places = bars.map((_, i) => i);
  const share = (count: number) => `${((100 * count) / total).toFixed(1)} %`;
  const highest = Math.max(...bars.map(({ count }) => count));
  const marginLeft = isNarrow ? NAME_ROOM : 20 + Math.max(...names.map(({ length }) => length)) * LETTER_PIXELS;
  const marginRight = isNarrow ? 112 : 120;
  const ticks = wholeTicks(
    highest,
    Math.max(2, Math.min(6, Math.floor((space.width - marginLeft - marginRight) / 60))),
  );
  const titleOf = (i: number) => `${bars[i].name}: ${grouped(bars[i].count)}, ${share(bars[i].count)}`;
  const isRest = (i: number) => i === (options.mostBars ?? MOST_BARS);
  const panel = drawPanel(space, {
    height: 34 + (isNarrow ? LABELLED_BAR_HEIGHT : BAR_HEIGHT) * bars.length,
    marginTop: 4,
    marginBottom: 30,
    marginLeft,
    marginRight,
    x: { label: null, tickFormat: shortFigure, ticks },
    y: { type: 'band', domain: places, label: null, axis: null, padding: isNarrow ? 0 : 0.22 },
    marks: [
      Plot.gridX({ stroke: space.colors.grid, strokeOpacity: 1, ticks }),
      Plot.barX(places, {
        y: (i: number) => i,
        x: (i: number) => bars[i].count,
        insetTop: isNarrow ? 20 : 0,
        fill: (i: number) => (isRest(i) ? space.colors.neutral : space.colors.series[0]),
      }),
      nameMark(space, places, names),
      Plot.text(places, {
        y: (i: number) => i,
        x: (i: number) => bars[i].count,
        text: (i: number) => `${grouped(bars[i].count)} (${share(bars[i].count)})`,
        textAnchor: 'start',
        dx: 6,
        dy: isNarrow ? 10 : 0,
        fill: ink,
      }),
      isNarrow ? null : Plot.ruleX([0], { stroke: space.colors.quiet }),
      // Short bars can be pointed at too.
      Plot.barX(places, {
        y: (i: number) => i,
        x1: 0,
        x2: highest,
        title: titleOf,
        fill: 'none',
        pointerEvents: 'all',
        className: 'sendplan-bars',
      }),
    ],
    color: { type: 'identity' },
  });
  nameRectangles(
    panel,
    'sendplan-bars',
    'data-code',
    bars.map(({ code = '' }) => code),
  );
  return frameChart(space, options, { title, note: `${grouped(total)} ${note}`, panels: [panel] });
}

/** Draws why emails are skipped (Rules 7 and 9), one bar per skip reason. @param reasons the most frequent first */
export function drawReasonChart(reasons: readonly NamedCount[], options: BarChartOptions): SVGSVGElement {
  return drawBars(reasons, options, 'Why emails are skipped', 'emails are skipped, by reason.');
}

/**
 * Draws by how many days emails were moved from their start day to their send day (Rules 9), one bar per distance.
 *
 * @param moves by the number of days, later is positive; emails that were not moved are not drawn
 */
export function drawMoveChart(
  moves: readonly { readonly days: number; readonly count: number }[],
  options: BarChartOptions,
): SVGSVGElement {
  const counts = moves
    .filter(({ days }) => days !== 0)
    .sort((a, b) => a.days - b.days)
    .map(({ days, count }) => ({ name: moveName(days), count }));
  return drawBars(
    counts,
    { mostBars: 31, ...options },
    'How far emails are moved',
    'emails leave on another day than the one they start on.',
  );
}

function moveName(days: number): string {
  const size = Math.abs(days);
  return `${size} ${size === 1 ? 'day' : 'days'} ${days > 0 ? 'later' : 'earlier'}`;
}
