import * as Plot from '@observablehq/plot';
import { civilFromDay, dayFromCivil } from '../../calendar/day.js';
import { formatIsoDay } from '../../calendar/iso.js';
import { counted } from '../text/prose.js';
import { dayLine } from './figures.js';
import { type ChartOptions, chartSpace, drawPanel, frameChart, nameRectangles, pixelScales } from './frame.js';
import { heatScale } from './heat.js';
import type { DayRange } from './volumeLayers.js';

/** How many emails a day holds. */
export interface DayCount {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly count: number;
}

/** Which year is drawn. */
export interface CalendarChartOptions extends ChartOptions {
  /** Days since 1970-01-01; the year that is drawn begins with its month. The first day with emails when left out. */
  readonly startDay?: number;
  /** The days that are looked at; the others are drawn faint. All when left out. */
  readonly days?: DayRange | null;
}

/** Where a day stands: in which band of weeks, in which week of it, on which weekday. */
interface Cell {
  readonly day: number;
  readonly count: number;
  readonly band: number;
  readonly week: number;
  /** 0 for Monday. */
  readonly weekday: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS_SHOWN = 12;
const LEFT = 46;
const RIGHT = 14;
const MONTH_HEIGHT = 20;

/** Monday is 0; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

function firstOfMonth(day: number, monthsLater: number): number {
  const { year, month } = civilFromDay(day);
  const months = year * 12 + month - 1 + monthsLater;
  return dayFromCivil(Math.floor(months / 12), (months % 12) + 1, 1);
}

function isIn(days: DayRange | null | undefined, day: number): boolean {
  return days == null || (day >= days.start && day < days.end);
}

/** The days of a year in bands of so many months. */
function cellsOf(countOf: ReadonlyMap<number, number>, start: number, monthsPerBand: number): Cell[] {
  const cells: Cell[] = [];
  for (let band = 0; band * monthsPerBand < MONTHS_SHOWN; band++) {
    const first = firstOfMonth(start, band * monthsPerBand);
    const end = firstOfMonth(start, (band + 1) * monthsPerBand);
    const monday = first - weekdayOf(first);
    for (let day = first; day < end; day++) {
      const week = Math.floor((day - monday) / 7);
      cells.push({ day, count: countOf.get(day) ?? 0, band, week, weekday: weekdayOf(day) });
    }
  }
  return cells;
}

/**
 * Draws twelve months as a calendar whose days are the darker (in the dark: the brighter) the more emails they hold.
 *
 * Each day is a rectangle with the attribute `data-day`, `YYYY-MM-DD`.
 *
 * @param days in any order, each day once; days outside of the twelve months are not drawn, and the note says how many emails
 *   they hold
 */
export function drawCalendarChart(days: readonly DayCount[], options: CalendarChartOptions): SVGSVGElement {
  const space = chartSpace(options);
  const title = 'A year of emails, day by day';
  const busy = days.filter(({ count }) => count > 0);
  const startDay = options.startDay ?? busy.reduce((first, { day }) => Math.min(first, day), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(startDay)) return frameChart(space, options, { title, note: 'There are none.', panels: [] });
  const start = firstOfMonth(startDay, 0);
  const monthsPerBand = space.isNarrow ? 4 : MONTHS_SHOWN;
  const cells = cellsOf(new Map(days.map(({ day, count }) => [day, count])), start, monthsPerBand);
  const heat = heatScale(
    cells.map(({ count }) => count),
    space.colors,
  );
  const weeks = Math.max(...cells.map(({ week }) => week)) + 1;
  const size = (space.width - LEFT - RIGHT) / weeks;
  const bands = MONTHS_SHOWN / monthsPerBand;
  const bandHeight = MONTH_HEIGHT + 7 * size;
  const top = ({ band, weekday }: Cell) => band * bandHeight + MONTH_HEIGHT + weekday * size;
  const height = bands * bandHeight + 10;
  const months = cells.filter(({ day }) => civilFromDay(day).day === 1);
  const names = Array.from({ length: bands }, (_, band) => [0, 2, 4].map((weekday) => ({ band, weekday }))).flat();
  const panel = drawPanel(space, {
    ...pixelScales(space, height),
    marks: [
      Plot.rect(cells, {
        x1: ({ week }: Cell) => LEFT + week * size,
        x2: ({ week }: Cell) => LEFT + (week + 1) * size,
        y1: top,
        y2: (cell: Cell) => top(cell) + size,
        inset: size > 10 ? 1 : 0.5,
        rx: size > 10 ? 2 : 0,
        fill: ({ count }: Cell) => heat.stepOf(count).fill,
        fillOpacity: ({ day }: Cell) => (isIn(options.days, day) ? 1 : 0.35),
        title: ({ day, count }: Cell) => dayLine(day, count),
        className: 'sendplan-days',
      }),
      Plot.text(months, {
        x: ({ week, weekday }: Cell) => LEFT + (week + (weekday > 0 ? 1 : 0)) * size,
        y: ({ band }: Cell) => band * bandHeight + MONTH_HEIGHT - 8,
        text: ({ day }: Cell) => {
          const { year, month } = civilFromDay(day);
          return month === 1 || day === start ? `${MONTHS[month - 1]} ${year}` : MONTHS[month - 1];
        },
        textAnchor: 'start',
      }),
      Plot.text(names, {
        x: LEFT - 8,
        y: ({ band, weekday }: { band: number; weekday: number }) =>
          band * bandHeight + MONTH_HEIGHT + (weekday + 0.5) * size,
        text: ({ weekday }: { weekday: number }) => WEEKDAYS[weekday],
        textAnchor: 'end',
      }),
    ],
  });
  nameRectangles(
    panel,
    'sendplan-days',
    'data-day',
    cells.map(({ day }) => formatIsoDay(day)),
  );
  const shown = cells.reduce((total, { count }) => total + count, 0);
  const all = days.reduce((total, { count }) => total + count, 0);
  const outside = all > shown ? ` ${counted(all - shown, 'email')} of other months are not shown.` : '';
  return frameChart(space, options, {
    title,
    note: `${counted(shown, 'email')} from ${formatIsoDay(start)} to ${formatIsoDay(cells[cells.length - 1].day)}; emails per day:${outside}`,
    legend: heat.legend,
    panels: [panel],
  });
}
