import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import type { ChartOptions } from '../../report/charts/frame.js';
import { element, fill, freshId } from '../page/dom.js';
import { longDayText } from '../page/format.js';

/** Draws a chart for a width in pixels. */
export type DrawChart = (options: ChartOptions) => SVGSVGElement;

/** Days that can be chosen in a chart. */
export interface DayChoice {
  readonly firstDay: number;
  readonly dayCount: number;
  /** What is said of a day when it is pointed at with the keys. */
  readonly describe: (day: number) => string;
  readonly onChoose: (day: number) => void;
}

const NARROWEST = 280;

/** A chart whose drawing changes. */
export interface ChangingChart {
  readonly view: HTMLElement;
  /** Draws another drawing in the place of the one that was. */
  draw(drawing: DrawChart): void;
}

/** A place for charts, which are drawn again when it gets another width. @param onDrawn is called after every drawing */
export function changingChart(onDrawn: () => void = () => {}): ChangingChart {
  const view = element('div.chart-picture');
  let drawing: DrawChart | null = null;
  let width = 0;
  const draw = () => {
    if (drawing === null || width === 0) return;
    fill(view, drawing({ document, width: Math.max(NARROWEST, width), hasTitle: false }));
    onDrawn();
  };
  new ResizeObserver(([entry]) => {
    const given = Math.floor(entry.contentRect.width);
    if (given === width) return;
    width = given;
    draw();
  }).observe(view);
  return {
    view,
    draw(next) {
      drawing = next;
      draw();
    },
  };
}

/**
 * A chart. With `days` its days can be clicked, and walked through with the arrow keys: left and right by a day, up and down by
 * a week, Page Up and Page Down by four weeks, Enter to choose.
 */
export function chartBox(drawing: DrawChart, days: DayChoice | null = null): HTMLElement {
  let pointed: number | null = null;
  const mark = () => {
    for (const rect of chart.view.querySelectorAll('.pointed')) rect.classList.remove('pointed');
    if (pointed !== null) chart.view.querySelector(`[data-day="${formatIsoDay(pointed)}"]`)?.classList.add('pointed');
  };
  const chart = changingChart(mark);
  const box = element('div.chart', {}, chart.view);
  if (days !== null) {
    const said = element('p.pointed-day', { attributes: { role: 'status' } });
    const point = (day: number) => {
      pointed = Math.min(days.firstDay + days.dayCount - 1, Math.max(days.firstDay, day));
      mark();
      fill(said, days.describe(pointed));
    };
    makeDaysReachable(chart.view, days, () => pointed, point);
    box.append(said);
  }
  chart.draw(drawing);
  return box;
}

/** A chart whose shapes can be clicked. @param attribute the attribute of the shapes, whose value is handed over */
export function choosableChart(drawing: DrawChart, attribute: string, onChoose: (value: string) => void): HTMLElement {
  const chart = changingChart();
  chart.view.classList.add('with-choices');
  chart.view.addEventListener('click', (event) => {
    const value = event.target instanceof Element ? event.target.getAttribute(attribute) : null;
    if (value !== null && value !== '') onChoose(value);
  });
  chart.draw(drawing);
  return element('div.chart', {}, chart.view);
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -7,
  ArrowDown: 7,
  PageUp: -28,
  PageDown: 28,
};

function makeDaysReachable(
  picture: HTMLElement,
  { firstDay, dayCount, onChoose }: DayChoice,
  pointed: () => number | null,
  point: (day: number) => void,
): void {
  const helpId = freshId('keys');
  picture.tabIndex = 0;
  picture.classList.add('with-days');
  picture.setAttribute('role', 'group');
  picture.setAttribute('aria-label', `Days of the chart, from ${longDayText(firstDay)} on`);
  picture.setAttribute('aria-describedby', helpId);
  picture.after(
    element(
      'p.unseen',
      { attributes: { id: helpId } },
      'Arrow keys go from day to day and week to week, Enter shows the emails of a day.',
    ),
  );
  picture.addEventListener('keydown', (event) => {
    const day = pointed();
    if (event.key === 'Enter' && day !== null) onChoose(day);
    else if (event.key === 'Home') point(firstDay);
    else if (event.key === 'End') point(firstDay + dayCount - 1);
    else if (STEPS[event.key] !== undefined) point(day === null ? firstDay : day + STEPS[event.key]);
    else return;
    event.preventDefault();
  });
  const dayUnder = (event: Event) => {
    const text = event.target instanceof Element ? event.target.getAttribute('data-day') : null;
    return text === null ? null : parseIsoDay(text);
  };
  picture.addEventListener('click', (event) => {
    const day = dayUnder(event);
    if (day !== null) onChoose(day);
  });
  picture.addEventListener('pointermove', (event) => {
    const day = dayUnder(event);
    if (day !== null && day !== pointed()) point(day);
  });
}
