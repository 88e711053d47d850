import * as Plot from '@observablehq/plot';
import { formatIsoDay } from '../../calendar/iso.js';
import { counted, grouped } from '../text/prose.js';
import { dateOfDay, dayLine, shortFigure, wholeTicks } from './figures.js';
import { type ChartOptions, type ChartSpace, chartSpace, drawPanel, frameChart, nameRectangles } from './frame.js';
import { type DayKindCount, type SeriesScale, seriesScale } from './series.js';
import {
  type CapLine,
  capLineOf,
  capMarks,
  closedMarks,
  type DailyStacks,
  type DayRange,
  lineMarks,
  overMarks,
  stackDays,
  stackMarks,
} from './volumeLayers.js';

/** How the daily volume is drawn. */
export interface VolumeChartOptions extends ChartOptions {
  /**
   * The daily cap, drawn as a line, or the cap of each day, drawn in steps, 0 on a closed day, which is shaded; none when left out.
   */
  readonly cap?: number | ((day: number) => number);
  /** The days that are drawn; all from the first to the last that has emails when left out. */
  readonly days?: DayRange | null;
  /** The series that are left out, by their labels; none when left out. */
  readonly hidden?: ReadonlySet<string>;
  /** How heights grow: `log` draws each series as a line, because stacks would lie; `linear` when left out. */
  readonly scale?: 'linear' | 'log';
}

const PLOT_HEIGHT = 300;

/** What each day holds, as an invisible bar over its stack that shows it when it is pointed at. */
function dayTitles({ startDay, totals, counts }: DailyStacks, scale: SeriesScale): string[] {
  return Array.from(totals, (total, i) => {
    const parts = scale.series.flatMap(({ label }, place) =>
      counts[place][i] > 0 ? [`${label}: ${grouped(counts[place][i])}`] : [],
    );
    return [dayLine(startDay + i, total), ...parts.reverse()].join('\n');
  });
}

/** The series that are drawn, in the colours that they have among all. */
function shownSeries({ series, placeOf }: SeriesScale, hidden: ReadonlySet<string>): SeriesScale {
  const shown = series.filter(({ label }) => !hidden.has(label));
  const places = Array.from(placeOf, ([kind, place]) => [kind, shown.indexOf(series[place])] as const);
  return { series: shown, placeOf: new Map(places.filter(([, place]) => place >= 0)) };
}

/** The axis of counts. */
function countAxis(top: number, scale: 'linear' | 'log') {
  const common = { label: null, tickFormat: shortFigure };
  if (scale === 'linear')
    return { ...common, domain: [0, top * 1.06], ticks: wholeTicks(top, 5), foot: 0, head: top * 1.06 };
  const powers = Array.from({ length: Math.ceil(Math.log10(Math.max(2, top))) + 1 }, (_, i) => 10 ** i);
  const head = Math.max(10, top * 1.5);
  return {
    ...common,
    type: 'log' as const,
    domain: [0.8, head],
    ticks: powers.filter((power) => power <= head),
    foot: 0.8,
    head,
  };
}

function legendOf({ series }: SeriesScale, line: CapLine | null, { colors }: ChartSpace) {
  return [
    ...series,
    ...(line?.closed.length ? [{ label: 'closed', color: colors.neutral }] : []),
    ...(line?.over.length ? [{ label: 'over its cap (▾)', color: colors.limit }] : []),
  ];
}

/**
 * Draws the emails of each day, stacked by kind, with the daily cap as a line (Rules 9, daily cap) and a tick above each day that
 * holds more.
 *
 * Each day is covered by a rectangle with the attribute `data-day`, `YYYY-MM-DD`, and the day's counts as its title.
 *
 * @param counts in any order; counts of the same day and kind are added up
 */
export function drawVolumeChart(counts: readonly DayKindCount[], options: VolumeChartOptions): SVGSVGElement {
  const { days = null, hidden = new Set(), scale: growth = 'linear' } = options;
  const space = chartSpace(options);
  const all = seriesScale(counts, space.colors);
  const whole = stackDays(counts, all, days);
  const title = 'Emails per day';
  if (whole.length === 0) return frameChart(space, options, { title, note: 'There are none.', panels: [] });
  const scale = shownSeries(all, hidden);
  const shown = counts.filter(({ kind }) => scale.placeOf.has(kind));
  const stacks =
    hidden.size === 0 ? whole : stackDays(shown, scale, { start: whole.startDay, end: whole.startDay + whole.length });
  const { startDay, length, totals } = stacks;
  const highest = totals.reduce((most, total) => Math.max(most, total), 0);
  const fullest = totals.indexOf(highest);
  const line = capLineOf(options.cap, whole, whole.totals);
  const { foot, head, ...axis } = countAxis(Math.max(highest, line?.highest ?? 0, 1), growth);
  const titles = dayTitles(stacks, scale);
  const panel = drawPanel(space, {
    height: PLOT_HEIGHT,
    marginLeft: 48,
    x: { type: 'utc', label: null, domain: [dateOfDay(startDay), dateOfDay(startDay + length)] },
    y: axis,
    marks: [
      Plot.gridY({ stroke: space.colors.grid, strokeOpacity: 1, ticks: axis.ticks }),
      ...closedMarks(line, space, startDay),
      ...(growth === 'log' ? lineMarks(stacks, scale) : stackMarks(stacks, scale, space)),
      Plot.ruleY([foot], { stroke: space.colors.quiet }),
      ...capMarks(line, space, stacks),
      ...overMarks(line, space, startDay),
      Plot.rect(titles, {
        x1: (_: string, i: number) => dateOfDay(startDay + i),
        x2: (_: string, i: number) => dateOfDay(startDay + i + 1),
        y1: foot,
        y2: head,
        title: (text: string) => text,
        fill: 'none',
        pointerEvents: 'all',
        className: 'sendplan-days',
      }),
    ],
  });
  const names = titles.map((_, i) => formatIsoDay(startDay + i));
  nameRectangles(panel, 'sendplan-days', 'data-day', names);
  const total = totals.reduce((sum, count) => sum + count, 0);
  return frameChart(space, options, {
    title,
    note: `${counted(total, 'email')} from ${formatIsoDay(startDay)} to ${formatIsoDay(startDay + length - 1)}, at most ${grouped(highest)} on a day (${formatIsoDay(startDay + fullest)}).`,
    legend: legendOf(scale, line, space),
    panels: [panel],
  });
}
