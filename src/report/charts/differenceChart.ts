import * as Plot from '@observablehq/plot';
import { formatIsoDay } from '../../calendar/iso.js';
import { counted, dated, grouped } from '../text/prose.js';
import type { DayCount } from './calendarChart.js';
import { dateOfDay, shortFigure, wholeTicks } from './figures.js';
import { type ChartOptions, type ChartSpace, chartSpace, drawPanel, frameChart, nameRectangles } from './frame.js';
import type { DayRange } from './volumeLayers.js';

/** What is compared. */
export interface DifferenceChartOptions extends ChartOptions {
  /** What the first counts are called; `before` when left out. */
  readonly beforeName?: string;
  /** What the second counts are called; `after` when left out. */
  readonly afterName?: string;
  /** The days that are drawn; all from the first to the last of both when left out. */
  readonly days?: DayRange | null;
  /** The series that are left out, by their labels in the legend; none when left out. */
  readonly hidden?: ReadonlySet<string>;
}

interface ComparedDay {
  readonly day: number;
  readonly before: number;
  readonly after: number;
}

/** What the series of differences are called. */
const [MORE, FEWER] = ['more', 'fewer'] as const;

const LINES_HEIGHT = 220;
const BARS_HEIGHT = 150;

/** All days from the first to the last of both, with the counts of each. */
function compareDays(before: readonly DayCount[], after: readonly DayCount[]): ComparedDay[] {
  const sums = new Map<number, { before: number; after: number }>();
  const add = (counts: readonly DayCount[], side: 'before' | 'after') => {
    for (const { day, count } of counts) {
      const sum = sums.get(day) ?? { before: 0, after: 0 };
      sum[side] += count;
      sums.set(day, sum);
    }
  };
  add(before, 'before');
  add(after, 'after');
  if (sums.size === 0) return [];
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const day of sums.keys()) {
    first = Math.min(first, day);
    last = Math.max(last, day);
  }
  return Array.from({ length: last - first + 1 }, (_, i) => ({
    day: first + i,
    ...(sums.get(first + i) ?? { before: 0, after: 0 }),
  }));
}

/** The labels of the differences that there are. */
function labelsOf(days: readonly ComparedDay[]): string[] {
  return [
    ...(days.some(({ before, after }) => after > before) ? [MORE] : []),
    ...(days.some(({ before, after }) => after < before) ? [FEWER] : []),
  ];
}

/** What the differences of two daily volumes are called in the legend of `drawDifferenceChart`, those that there are. */
export function differenceLabels(before: readonly DayCount[], after: readonly DayCount[]): string[] {
  return labelsOf(compareDays(before, after));
}

/** Draws the sides that are shown. */
function drawLines(
  space: ChartSpace,
  days: readonly ComparedDay[],
  isShown: Readonly<Record<'before' | 'after', boolean>>,
): SVGElement {
  const x = ({ day }: ComparedDay) => dateOfDay(day);
  const top = days.reduce(
    (most, { before, after }) => Math.max(most, isShown.before ? before : 0, isShown.after ? after : 0),
    1,
  );
  const area = { x, y: 'before', curve: 'step-after', fill: space.colors.neutral, fillOpacity: 0.6 } as const;
  const line = { x, y: 'after', curve: 'step-after', stroke: space.colors.limit, strokeWidth: 1.25 } as const;
  const ticks = wholeTicks(top, 5);
  return drawPanel(space, {
    height: LINES_HEIGHT,
    marginLeft: 48,
    marginTop: 10,
    x: { type: 'utc', label: null },
    y: { label: null, domain: [0, top], tickFormat: shortFigure, ticks },
    marks: [
      Plot.gridY({ stroke: space.colors.grid, strokeOpacity: 1, ticks }),
      isShown.before ? Plot.areaY(days, area) : null,
      isShown.after ? Plot.lineY(days, line) : null,
      Plot.ruleY([0], { stroke: space.colors.quiet }),
    ],
  });
}

function drawDifferences(
  space: ChartSpace,
  days: readonly ComparedDay[],
  hidden: ReadonlySet<string>,
  titleOf: (day: ComparedDay) => string,
) {
  const end = days[days.length - 1].day + 1;
  const [more, , less] = space.colors.series;
  const difference = ({ before, after }: ComparedDay) =>
    hidden.has(after > before ? MORE : FEWER) ? 0 : after - before;
  // Without a difference an axis would have no length, and everything on it would fill it.
  const least = days.reduce((lowest, day) => Math.min(lowest, difference(day)), 0);
  const most = days.reduce((highest, day) => Math.max(highest, difference(day)), 0);
  const domain = least === most ? [-1, 1] : [least, most];
  const ticks = wholeTicks(domain[1] - domain[0], 4);
  const span = { x1: ({ day }: ComparedDay) => dateOfDay(day), x2: ({ day }: ComparedDay) => dateOfDay(day + 1) };
  const panel = drawPanel(space, {
    height: BARS_HEIGHT,
    marginLeft: 48,
    marginTop: 10,
    x: { type: 'utc', label: null, domain: [dateOfDay(days[0].day), dateOfDay(end)] },
    y: {
      label: null,
      domain,
      tickFormat: (value: number) => (value > 0 ? `+${shortFigure(value)}` : shortFigure(value)),
      ticks,
    },
    color: { type: 'identity' },
    marks: [
      Plot.gridY({ stroke: space.colors.grid, strokeOpacity: 1, ticks }),
      Plot.rectY(
        days.filter((day) => difference(day) !== 0),
        {
          ...span,
          y1: 0,
          y2: difference,
          fill: (day: ComparedDay) => (difference(day) > 0 ? more : less),
          className: 'sendplan-differences',
        },
      ),
      Plot.ruleY([0], { stroke: space.colors.quiet }),
      // Days without a difference can be pointed at too.
      Plot.rect(days, {
        ...span,
        y1: domain[0],
        y2: domain[1],
        title: titleOf,
        fill: 'none',
        pointerEvents: 'all',
        className: 'sendplan-days',
      }),
    ],
  });
  nameRectangles(
    panel,
    'sendplan-days',
    'data-day',
    days.map(({ day }) => formatIsoDay(day)),
  );
  return panel;
}

/**
 * Draws two daily volumes, the second as a line over the first, and below them how many emails more or fewer the second has each day.
 *
 * Each day is covered by a rectangle with the attribute `data-day`, `YYYY-MM-DD`.
 *
 * @param before, after in any order; counts of the same day are added up
 */
export function drawDifferenceChart(
  before: readonly DayCount[],
  after: readonly DayCount[],
  options: DifferenceChartOptions,
): SVGSVGElement {
  const space = chartSpace(options);
  const { beforeName = 'before', afterName = 'after', hidden = new Set() } = options;
  const title = 'What changes, day by day';
  const { days: shown = null } = options;
  const days = compareDays(before, after).filter(
    ({ day }) => shown === null || (day >= shown.start && day < shown.end),
  );
  if (days.length === 0) return frameChart(space, options, { title, note: 'There are no emails.', panels: [] });
  const sum = (side: 'before' | 'after') => days.reduce((total, day) => total + day[side], 0);
  const moved = days.reduce((total, day) => total + Math.abs(day.after - day.before), 0);
  const [more, , less] = space.colors.series;
  const told = moved === 0 ? 'No day differs.' : `The differences of all days add up to ${grouped(moved)}.`;
  return frameChart(space, options, {
    title,
    note: `${beforeName}: ${counted(sum('before'), 'email')}; ${afterName}: ${counted(sum('after'), 'email')}. ${told}`,
    legend: [
      { label: beforeName, color: space.colors.neutral },
      { label: afterName, color: space.colors.limit },
      ...labelsOf(days).map((label) => ({ label, color: label === MORE ? more : less })),
    ].filter(({ label }) => !hidden.has(label)),
    panels: [
      drawLines(space, days, { before: !hidden.has(beforeName), after: !hidden.has(afterName) }),
      drawDifferences(
        space,
        days,
        hidden,
        (day) =>
          `${dated(formatIsoDay(day.day))}\n${beforeName}: ${grouped(day.before)}\n${afterName}: ${grouped(day.after)}`,
      ),
    ],
  });
}
