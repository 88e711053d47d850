import * as Plot from '@observablehq/plot';
import { grouped } from '../text/prose.js';
import { dateOfDay } from './figures.js';
import type { ChartSpace } from './frame.js';
import type { DayKindCount, SeriesScale } from './series.js';

/** Days in a row, as days since 1970-01-01: `[start, end)`. */
export interface DayRange {
  readonly start: number;
  readonly end: number;
}

/** Counts of days in a row, by series. */
export interface DailyStacks {
  readonly startDay: number;
  /** How many days, those without emails included. */
  readonly length: number;
  /** By series, then day. */
  readonly counts: readonly Float64Array[];
  /** What is drawn of each day. */
  readonly totals: Float64Array;
}

/** A day narrower than this has no room for a bar of its own with gaps. */
const BAR_PIXELS = 4;

/** Adds the counts of days in a row up by series. @param days of which days, all that have counts when it is null */
export function stackDays(counts: readonly DayKindCount[], scale: SeriesScale, days: DayRange | null): DailyStacks {
  let startDay = days?.start ?? Number.POSITIVE_INFINITY;
  let lastDay = days === null ? Number.NEGATIVE_INFINITY : days.end - 1;
  for (const { day } of days === null ? counts : []) {
    startDay = Math.min(startDay, day);
    lastDay = Math.max(lastDay, day);
  }
  const length = counts.length === 0 ? 0 : lastDay - startDay + 1;
  const stacks = scale.series.map(() => new Float64Array(length));
  const totals = new Float64Array(length);
  for (const { day, kind, count } of counts) {
    if (day < startDay || day > lastDay) continue;
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

/** The stacks as bars where days have room for one, else as outlines. */
export function stackMarks(stacks: DailyStacks, scale: SeriesScale, { width }: ChartSpace): Plot.Markish[] {
  return (width / stacks.length >= BAR_PIXELS ? barMarks : outlineMarks)(stacks, topsOf(stacks), scale);
}

/** Each series as a line of its own, in steps, for an axis on which heights cannot be added up; days without emails have none. */
export function lineMarks({ startDay, length, counts }: DailyStacks, scale: SeriesScale): Plot.Markish[] {
  const places = Array.from({ length: length + 1 }, (_, i) => i);
  return counts.map((series, place) =>
    Plot.lineY(places, {
      x: (i: number) => dateOfDay(startDay + i),
      y: (i: number) => series[Math.min(i, length - 1)] || Number.NaN,
      curve: 'step-after',
      stroke: scale.series[place].color,
      strokeWidth: 1.5,
    }),
  );
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

/** The caps of days in a row; on a closed day the one before goes on. */
export interface CapLine {
  readonly caps: readonly number[];
  /** The days that are closed, from the first one on. */
  readonly closed: readonly number[];
  readonly highest: number;
  /** The days that hold more than they take, whatever is drawn of them, from the first one on. */
  readonly over: readonly number[];
}

/** The caps of the days that are drawn; null when none are given. */
export function capLineOf(
  cap: number | ((day: number) => number) | undefined,
  { startDay, length }: DailyStacks,
  totals: Float64Array,
): CapLine | null {
  if (cap === undefined) return null;
  const found = Array.from({ length }, (_, i) => (typeof cap === 'number' ? cap : cap(startDay + i)));
  const closed = [...found.keys()].filter((i) => found[i] === 0);
  let last = found.find((value) => value > 0) ?? 0;
  const caps = found.map((value) => {
    if (value > 0) last = value;
    return last;
  });
  const over = [...found.keys()].filter((i) => totals[i] > found[i]);
  return { caps, closed, highest: Math.max(0, ...caps), over };
}

/** The closed days as bands behind the stacks. */
export function closedMarks(line: CapLine | null, { colors }: ChartSpace, startDay: number): Plot.Markish[] {
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

/** The cap as a line in steps, with the last one as a number. */
export function capMarks(
  line: CapLine | null,
  { colors }: ChartSpace,
  { startDay, length }: DailyStacks,
): Plot.Markish[] {
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

/** A tick above each day that holds more than its cap. */
export function overMarks(line: CapLine | null, { colors }: ChartSpace, startDay: number): Plot.Markish[] {
  if (line === null || line.over.length === 0) return [];
  return [
    Plot.dot(line.over, {
      x: (i: number) => dateOfDay(startDay + i + 0.5),
      frameAnchor: 'top',
      symbol: 'triangle',
      rotate: 180,
      r: 3.5,
      dy: -7,
      fill: colors.limit,
      className: 'sendplan-over',
    }),
  ];
}
