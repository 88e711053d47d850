import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import type { ChartOptions } from '../../report/charts/frame.js';
import type { DayRange } from '../../report/charts/volumeLayers.js';
import { button, element, fill, freshId } from '../page/dom.js';
import { longDayText } from '../page/format.js';

/** Draws a chart for a width in pixels. */
export type DrawChart = (options: ChartOptions) => SVGSVGElement;

/** Days that can be chosen in a chart. */
export interface DayChoice {
  /** The days that the chart shows. */
  readonly days: () => DayRange;
  /** What is said of a day when it is pointed at with the keys. */
  readonly describe: (day: number) => string;
  readonly onChoose: (day: number) => void;
  /** Takes the days over which a mouse was dragged; they cannot be dragged over when left out. */
  readonly onRange?: (range: DayRange) => void;
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

/** A chart that is drawn once, but for its width. */
export function chartBox(drawing: DrawChart): HTMLElement {
  const chart = changingChart();
  chart.draw(drawing);
  return element('div.chart', {}, chart.view);
}

/** A chart of days. */
export interface DayChart {
  readonly view: HTMLElement;
  /** Draws again, because what the drawing looks at is something else. */
  readonly redraw: () => void;
}

/**
 * A chart whose days can be clicked, and walked through with the arrow keys: left and right by a day, up and down by a week, Page Up
 * and Page Down by four weeks, Enter to choose. A mouse that is dragged from day to day takes them all.
 */
export function dayChart(drawing: DrawChart, choice: DayChoice): DayChart {
  let pointed: number | null = null;
  const mark = () => {
    for (const rect of chart.view.querySelectorAll('.pointed')) rect.classList.remove('pointed');
    if (pointed !== null) chart.view.querySelector(`[data-day="${formatIsoDay(pointed)}"]`)?.classList.add('pointed');
    chart.view.setAttribute('aria-label', `Days of the chart, from ${longDayText(choice.days().start)} on`);
  };
  const chart = changingChart(mark);
  const said = element('p.pointed-day', { attributes: { role: 'status' } });
  const point = (day: number) => {
    const { start, end } = choice.days();
    pointed = Math.min(end - 1, Math.max(start, day));
    mark();
    fill(said, choice.describe(pointed));
  };
  const box = element('div.chart', {}, chart.view, said);
  makeDaysReachable(chart.view, choice, () => pointed, point);
  box.append(touchedDay(chart.view, choice, () => pointed, point));
  if (choice.onRange !== undefined) makeDaysDraggable(chart.view, choice.onRange);
  const redraw = () => chart.draw(drawing);
  redraw();
  return { view: box, redraw };
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

/** The day of the rectangle that an event is about. */
function dayUnder(event: Event): number | null {
  const text = event.target instanceof Element ? event.target.getAttribute('data-day') : null;
  return text === null ? null : parseIsoDay(text);
}

function makeDaysReachable(
  picture: HTMLElement,
  { days, onChoose }: DayChoice,
  pointed: () => number | null,
  point: (day: number) => void,
): void {
  const helpId = freshId('keys');
  picture.tabIndex = 0;
  picture.classList.add('with-days');
  picture.setAttribute('role', 'group');
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
    const { start, end } = days();
    if (event.key === 'Enter' && day !== null) onChoose(day);
    else if (event.key === 'Home') point(start);
    else if (event.key === 'End') point(end - 1);
    else if (STEPS[event.key] !== undefined) point(day === null ? start : day + STEPS[event.key]);
    else return;
    event.preventDefault();
  });
  picture.addEventListener('click', (event) => {
    const day = dayUnder(event);
    if (day !== null && !isTouch(event)) onChoose(day);
  });
  picture.addEventListener('pointermove', (event) => {
    const day = dayUnder(event);
    if (day !== null && day !== pointed()) point(day);
  });
}

function isTouch(event: Event): boolean {
  return event instanceof PointerEvent && event.pointerType === 'touch';
}

/** Days are narrower than fingers: a tap points at one, and buttons go from it to its neighbours and to its emails. */
function touchedDay(
  picture: HTMLElement,
  { describe, onChoose }: DayChoice,
  pointed: () => number | null,
  point: (day: number) => void,
): HTMLElement {
  const show = button('', () => {
    const day = pointed();
    if (day !== null) onChoose(day);
  });
  const go = (day: number | null) => {
    if (day === null) return;
    point(day);
    fill(show, describe(pointed() ?? day));
    view.hidden = false;
  };
  const step = (days: number) => go((pointed() ?? 0) + days);
  const earlier = button('‹', () => step(-1), { attributes: { 'aria-label': 'The day before' } });
  const later = button('›', () => step(1), { attributes: { 'aria-label': 'The day after' } });
  const view = element('div.touched-day', { attributes: { hidden: true } }, earlier, show, later);
  picture.addEventListener('click', (event) => {
    if (isTouch(event)) go(dayUnder(event));
  });
  return view;
}

/** Lets a mouse or pen be dragged from day to day; fingers scroll the page. */
function makeDaysDraggable(picture: HTMLElement, onRange: (range: DayRange) => void): void {
  let first: number | null = null;
  let last: number | null = null;
  const mark = () => {
    const [start, end] = [Math.min(first ?? 0, last ?? 0), Math.max(first ?? -1, last ?? -1)];
    for (const rectangle of picture.querySelectorAll('[data-day]')) {
      const day = parseIsoDay(rectangle.getAttribute('data-day') ?? '') ?? -1;
      rectangle.classList.toggle('dragged', first !== last && day >= start && day <= end);
    }
  };
  const end = () => {
    const [from, to] = [first, last];
    [first, last] = [null, null];
    if (from === null || to === null || from === to) return;
    // The end of the drag is no click on a day.
    const swallow = (event: Event) => event.stopImmediatePropagation();
    picture.addEventListener('click', swallow, { capture: true });
    setTimeout(() => {
      picture.removeEventListener('click', swallow, { capture: true });
      onRange({ start: Math.min(from, to), end: Math.max(from, to) + 1 });
    });
  };
  picture.addEventListener('pointerdown', (event) => {
    const day = dayUnder(event);
    if (event.pointerType === 'touch' || event.button !== 0 || day === null) return;
    [first, last] = [day, day];
    addEventListener('pointerup', end, { once: true });
  });
  picture.addEventListener('pointermove', (event) => {
    const day = dayUnder(event);
    if (first === null || day === null || day === last) return;
    last = day;
    mark();
  });
}
