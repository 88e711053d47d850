import * as Plot from '@observablehq/plot';
import { formatIsoDay } from '../../calendar/iso.js';
import { counted, grouped } from '../text/prose.js';
import { dateOfDay, dayLine, shortFigure, wholeTicks } from './figures.js';
import { type ChartOptions, type ChartSpace, chartSpace, drawPanel, frameChart, nameRectangles } from './frame.js';
import { type DayKindCount, type SeriesScale, seriesScale } from './series.js';

/** How the daily volume is drawn. */
export interface VolumeChartOptions extends ChartOptions {
  /**
   * The daily cap, drawn as a line, or the cap of each day, drawn in steps, 0 on a closed day, which is shaded; none when left out.
   */
  readonly cap?: number | ((day: number) => number);
}

/** Counts of days in a row, by series. */
interface DailyStacks {
  readonly startDay: number;
  /** How many days, those without emails included. */
  readonly length: number;
  /** By series, then day. */
  readonly counts: readonly Float64Array[];
  readonly totals: Float64Array;
}

const PLOT_HEIGHT = 300;
/** A day narrower than this has no room for a bar of its own with gaps. */
const BAR_PIXELS = 4;

function stackDays(counts: readonly DayKindCount[], scale: SeriesScale): DailyStacks {
  let startDay = Number.POSITIVE_INFINITY;
  let lastDay = Number.NEGATIVE_INFINITY;
  for (const { day } of counts) {
    startDay = Math.min(startDay, day);
    lastDay = Math.max(lastDay, day);
  }
  const length = counts.length === 0 ? 0 : lastDay - startDay + 1;
  const stacks = scale.series.map(() => new Float64Array(length));
  const totals = new Float64Array(length);
  for (const { day, kind, count } of counts) {
    stacks[scale.placeOf.get(kind) ?? 0][day - startDay] += count;
    totals[day - startDay] += count;
  }
  return { startDay, length, counts: stacks, totals };
}

/** The stacks up to and with each series, by series, then day. */
function topsOf({ counts, length }: DailyStacks): Float64Array[] {
  const sums = new Float64Array(length);
  return counts.map((series) => {
    for (let i = 0; i < length; i++) sums[i] += series[i];
    return Float64Array.from(sums);
  });
}

/** Bars with gaps between the days. */
function barMarks(
  { startDay, counts }: DailyStacks,
  tops: readonly Float64Array[],
  scale: SeriesScale,
): Plot.Markish[] {
  return counts.map((series, place) => {
    const places = Array.from(series.keys()).filter((i) => series[i] > 0);
    return Plot.rectY(places, {
      x1: (i: number) => dateOfDay(startDay + i),
      x2: (i: number) => dateOfDay(startDay + i + 1),
      y1: (i: number) => tops[place][i] - series[i],
      y2: (i: number) => tops[place][i],
      fill: scale.series[place].color,
      insetLeft: 0.5,
      insetRight: 0.5,
    });
  });
}

/** One outline per series, so that no seams show between days; each is painted over the feet of those above it. */
function outlineMarks(
  { startDay, length, counts }: DailyStacks,
  tops: readonly Float64Array[],
  scale: SeriesScale,
): Plot.Markish[] {
  return tops
    .map((series, place) => {
      // Where a series has nothing, those below it are all there is to see.
      const height = (i: number) => (i < length && counts[place][i] > 0 ? series[i] : 0);
      // A step holds until the next point, and the last point ends the last day.
      const places = Array.from({ length: length + 1 }, (_, i) => i).filter(
        (i) => i === 0 || i === length || height(i) !== height(i - 1),
      );
      return Plot.areaY(places, {
        x: (i: number) => dateOfDay(startDay + i),
        y1: 0,
        y2: height,
        curve: 'step-after',
        fill: scale.series[place].color,
      });
    })
    .reverse();
}

/** What each day holds, as an invisible bar over its stack that shows it when it is pointed at. */
function dayTitles({ startDay, totals, counts }: DailyStacks, scale: SeriesScale): string[] {
  return Array.from(totals, (total, i) => {
    const parts = scale.series.flatMap(({ label }, place) =>
      counts[place][i] > 0 ? [`${label}: ${grouped(counts[place][i])}`] : [],
    );
    return [dayLine(startDay + i, total), ...parts.reverse()].join('\n');
  });
}

/** The caps of days in a row; on a closed day the one before goes on. */
interface CapLine {
  readonly caps: readonly number[];
  /** The days that are closed, from the first one on. */
  readonly closed: readonly number[];
  readonly highest: number;
}

function capLineOf(cap: VolumeChartOptions['cap'], { startDay, length }: DailyStacks): CapLine | null {
  if (cap === undefined) return null;
  const found = Array.from({ length }, (_, i) => (typeof cap === 'number' ? cap : cap(startDay + i)));
  const closed = [...found.keys()].filter((i) => found[i] === 0);
  let last = found.find((value) => value > 0) ?? 0;
  const caps = found.map((value) => {
    if (value > 0) last = value;
    return last;
  });
  return { caps, closed, highest: Math.max(0, ...caps) };
}

/** The closed days as bands behind the stacks. */
function closedMarks(line: CapLine | null, { colors }: ChartSpace, startDay: number): Plot.Markish[] {
  if (line === null || line.closed.length === 0) return [];
  return [
    Plot.rectX(line.closed, {
      x1: (i: number) => dateOfDay(startDay + i),
      x2: (i: number) => dateOfDay(startDay + i + 1),
      fill: colors.neutral,
      fillOpacity: 0.18,
      className: 'sendplan-closed',
    }),
  ];
}

function capMarks(line: CapLine | null, { colors }: ChartSpace, { startDay, length }: DailyStacks): Plot.Markish[] {
  if (line === null) return [];
  const cap = line.caps[length - 1];
  // A step holds until the next point, and the last point ends the last day.
  const places = Array.from({ length: length + 1 }, (_, i) => i);
  return [
    Plot.lineY(places, {
      x: (i: number) => dateOfDay(startDay + i),
      y: (i: number) => line.caps[Math.min(i, length - 1)],
      curve: 'step-after',
      stroke: colors.limit,
      strokeWidth: 1.5,
      strokeDasharray: '5 3',
    }),
    Plot.text([cap], {
      x: () => dateOfDay(startDay + length),
      y: cap,
      text: () => `daily cap ${grouped(cap)}`,
      textAnchor: 'end',
      dy: -8,
      fill: colors.ink,
      stroke: colors.surface,
      strokeWidth: 4,
      fontWeight: 600,
    }),
  ];
}

/**
 * Draws the emails of each day, stacked by kind, with the daily cap as a line (Rules 9, daily cap).
 *
 * Each day is covered by a rectangle with the attribute `data-day`, `YYYY-MM-DD`, and the day's counts as its title.
 *
 * @param counts in any order; counts of the same day and kind are added up
 */
export function drawVolumeChart(counts: readonly DayKindCount[], options: VolumeChartOptions): SVGSVGElement {
  const space = chartSpace(options);
  const scale = seriesScale(counts, space.colors);
  const stacks = stackDays(counts, scale);
  const { startDay, length, totals } = stacks;
  const title = 'Emails per day';
  if (length === 0) return frameChart(space, options, { title, note: 'There are none.', panels: [] });
  const highest = totals.reduce((most, total) => Math.max(most, total), 0);
  const fullest = totals.indexOf(highest);
  const line = capLineOf(options.cap, stacks);
  const top = Math.max(highest, line?.highest ?? 0, 1);
  const ticks = wholeTicks(top, 5);
  const drawStacks = space.width / length >= BAR_PIXELS ? barMarks : outlineMarks;
  const titles = dayTitles(stacks, scale);
  const panel = drawPanel(space, {
    height: PLOT_HEIGHT,
    marginLeft: 48,
    x: { type: 'utc', label: null, domain: [dateOfDay(startDay), dateOfDay(startDay + length)] },
    y: { label: null, domain: [0, top * 1.06], tickFormat: shortFigure, ticks },
    marks: [
      Plot.gridY({ stroke: space.colors.grid, strokeOpacity: 1, ticks }),
      ...closedMarks(line, space, startDay),
      ...drawStacks(stacks, topsOf(stacks), scale),
      Plot.ruleY([0], { stroke: space.colors.quiet }),
      ...capMarks(line, space, stacks),
      Plot.rect(titles, {
        x1: (_: string, i: number) => dateOfDay(startDay + i),
        x2: (_: string, i: number) => dateOfDay(startDay + i + 1),
        y1: 0,
        y2: top * 1.06,
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
    legend: [...scale.series, ...(line?.closed.length ? [{ label: 'closed', color: space.colors.neutral }] : [])],
    panels: [panel],
  });
}
