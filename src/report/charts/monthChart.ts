import * as Plot from '@observablehq/plot';
import { civilFromDay, dayFromCivil } from '../../calendar/day.js';
import { formatIsoDay } from '../../calendar/iso.js';
import { counted, grouped } from '../text/prose.js';
import { shortFigure, wholeTicks } from './figures.js';
import { type ChartOptions, chartSpace, drawPanel, frameChart } from './frame.js';
import { type DayKindCount, seriesScale } from './series.js';

const PLOT_HEIGHT = 280;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface Part {
  readonly month: number;
  readonly place: number;
  bottom: number;
  count: number;
}

/** Months since the year 0. */
function monthOf(day: number): number {
  const { year, month } = civilFromDay(day);
  return year * 12 + month - 1;
}

function startOf(month: number): number {
  return dayFromCivil(Math.floor(month / 12), (month % 12) + 1, 1);
}

/**
 * Draws the emails of each month, stacked by kind, with their sum above.
 *
 * @param counts in any order; counts of the same month and kind are added up
 */
export function drawMonthChart(counts: readonly DayKindCount[], options: ChartOptions): SVGSVGElement {
  const space = chartSpace(options);
  const title = 'Emails per month';
  if (counts.length === 0) return frameChart(space, options, { title, note: 'There are none.', panels: [] });
  const scale = seriesScale(counts, space.colors);
  const first = monthOf(counts.reduce((least, { day }) => Math.min(least, day), Number.POSITIVE_INFINITY));
  const last = monthOf(counts.reduce((most, { day }) => Math.max(most, day), Number.NEGATIVE_INFINITY));
  const months = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const parts = months.map((month) => scale.series.map((_, place): Part => ({ month, place, bottom: 0, count: 0 })));
  for (const { day, kind, count } of counts) parts[monthOf(day) - first][scale.placeOf.get(kind) ?? 0].count += count;
  const totals = parts.map((stack) =>
    stack.reduce((sum, part) => {
      part.bottom = sum;
      return sum + part.count;
    }, 0),
  );
  const highest = totals.reduce((most, total) => Math.max(most, total), 0);
  const monthPixels = (space.width - 70) / months.length;
  // Labels of narrow bars would run into each other.
  const every = Math.max(1, Math.ceil(34 / monthPixels));
  const name = (month: number) => `${MONTHS[month % 12]} ${Math.floor(month / 12)}`;
  const panel = drawPanel(space, {
    height: PLOT_HEIGHT,
    marginLeft: 48,
    x: { type: 'band', domain: months, label: null, axis: null, padding: 0.18 },
    y: { label: null, domain: [0, highest * 1.08 || 1], tickFormat: shortFigure, ticks: wholeTicks(highest, 5) },
    color: { type: 'identity' },
    marks: [
      Plot.gridY({ stroke: space.colors.grid, strokeOpacity: 1, ticks: wholeTicks(highest, 5) }),
      Plot.barY(
        parts.flat().filter(({ count }) => count > 0),
        {
          x: 'month',
          y1: 'bottom',
          y2: ({ bottom, count }: Part) => bottom + count,
          fill: ({ place }: Part) => scale.series[place].color,
          title: ({ month, place, count }: Part) =>
            `${name(month)}, ${scale.series[place].label}: ${counted(count, 'email')}`,
        },
      ),
      Plot.ruleY([0], { stroke: space.colors.quiet }),
      Plot.axisX({
        ticks: months.filter((_, i) => i % every === 0),
        tickFormat: (month: number, i: number) =>
          i === 0 || month % 12 < every ? `${MONTHS[month % 12]}\n${Math.floor(month / 12)}` : MONTHS[month % 12],
        tickSize: 0,
        fill: space.colors.quiet,
      }),
      Plot.text(
        months.filter((_, i) => i % every === 0),
        {
          x: (month: number) => month,
          y: (month: number) => totals[month - first],
          text: (month: number) => shortFigure(totals[month - first]),
          dy: -8,
          fill: space.colors.ink,
        },
      ),
    ],
  });
  const total = totals.reduce((sum, count) => sum + count, 0);
  const busiest = first + totals.indexOf(highest);
  return frameChart(space, options, {
    title,
    note: `${counted(total, 'email')} in ${counted(months.length, 'month')} from ${formatIsoDay(startOf(first)).slice(0, 7)} on, most in ${name(busiest)}: ${grouped(highest)}.`,
    legend: scale.series,
    panels: [panel],
  });
}
