import * as Plot from '@observablehq/plot';
import { type ChartColors, FONT_FAMILY, PAGE_COLORS } from './theme.js';

/** Where and how a chart is drawn. */
export interface ChartOptions {
  /** The page's document, or in Node the one of `chartDocument`. */
  readonly document: Document;
  /** In pixels of the drawing, at least 280; 880 when left out. Draw again for another width, so that letters keep their size. */
  readonly width?: number;
  /** `PAGE_COLORS`, which needs `CHART_STYLES` in the page, when left out; `LIGHT_COLORS` and `DARK_COLORS` need nothing. */
  readonly colors?: ChartColors;
  /** What the chart is called; each has a title of its own. */
  readonly title?: string;
  /** Whether the title is drawn, besides being the chart's name for screen readers; it is, when left out. */
  readonly hasTitle?: boolean;
}

/** What a chart consists of. */
interface ChartParts {
  readonly title: string;
  /** A sentence with what the chart shows, drawn below the title and told to screen readers. */
  readonly note: string;
  readonly legend?: readonly LegendEntry[];
  readonly panels: readonly SVGElement[];
}

/** One colour of a legend. */
export interface LegendEntry {
  readonly label: string;
  readonly color: string;
}

/** The measures and colours of one chart. */
export interface ChartSpace {
  readonly document: Document;
  readonly width: number;
  readonly colors: ChartColors;
  /** Whether there is little room, as on a phone. */
  readonly isNarrow: boolean;
}

const SVG = 'http://www.w3.org/2000/svg';
const DEFAULT_WIDTH = 880;
const SMALLEST_WIDTH = 280;
const NARROW_WIDTH = 560;
const MARGIN = 12;
const TITLE_SIZE = 17;
const TEXT_SIZE = 12;
const LINE_HEIGHT = 17;
const SWATCH = 11;
const GEOMETRY = ['d', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'width', 'height', 'transform'];
/** The width of a letter in parts of its size, generous, because the font is not known. */
const LETTER_WIDTH = 0.56;

/** The space that options leave. @throws RangeError when the width is none */
export function chartSpace({ document, width = DEFAULT_WIDTH, colors = PAGE_COLORS }: ChartOptions): ChartSpace {
  if (!(width >= SMALLEST_WIDTH && width <= 10_000)) {
    throw new RangeError(`width: expected a number of pixels from ${SMALLEST_WIDTH} to 10000, got ${width}`);
  }
  return { document, width, colors, isNarrow: width < NARROW_WIDTH };
}

/** Scales for marks that are placed in pixels, without axes and margins; a fill is a colour as it stands. */
export function pixelScales({ width }: ChartSpace, height: number): Plot.PlotOptions {
  return {
    height,
    margin: 0,
    marginTop: 0,
    marginRight: 0,
    marginBottom: 0,
    x: { domain: [0, width], range: [0, width], axis: null },
    y: { domain: [0, height], range: [0, height], axis: null },
    color: { type: 'identity' },
  };
}

/** Draws a panel by Observable Plot, without the style sheet that it puts in, which a strict page would not take. */
export function drawPanel({ document, width, colors }: ChartSpace, options: Plot.PlotOptions): SVGElement {
  const panel = Plot.plot({
    document,
    width,
    marginRight: MARGIN + 8,
    marginBottom: 38,
    marginTop: 20,
    ...options,
    figure: false,
    style: { background: 'none', color: colors.quiet, fontSize: `${TEXT_SIZE}px` },
  } as Plot.PlotOptions) as SVGElement;
  panel.querySelector('style')?.remove();
  roundNumbers(panel);
  panel.removeAttribute('style');
  panel.removeAttribute('class');
  panel.setAttribute('font-size', String(TEXT_SIZE));
  panel.setAttribute('font-family', FONT_FAMILY);
  panel.setAttribute('fill', colors.quiet);
  panel.setAttribute('color', colors.quiet);
  return panel;
}

/** Cuts the decimals of all geometry to tenths of a pixel, which makes drawings smaller. */
function roundNumbers(panel: SVGElement): void {
  for (const part of panel.querySelectorAll('*')) {
    for (const name of GEOMETRY) {
      const text = part.getAttribute(name);
      if (text === null || !text.includes('.')) continue;
      part.setAttribute(
        name,
        text.replace(/-?\d+\.\d{2,}(e-\d+)?/g, (number) => String(Math.round(Number(number) * 10) / 10)),
      );
    }
  }
}

/** Gives the rectangles of the mark of a class an attribute each, in the order of the mark's data. */
export function nameRectangles(
  panel: SVGElement,
  markClass: string,
  attribute: string,
  names: readonly string[],
): void {
  panel.querySelectorAll(`.${markClass} rect`).forEach((rectangle, i) => {
    rectangle.setAttribute(attribute, names[i]);
  });
}

function element(document: Document, name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** Breaks a text into lines of a width in pixels. */
function wrapped(text: string, width: number): string[] {
  const most = Math.floor(width / (TEXT_SIZE * LETTER_WIDTH));
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + 1 + word.length <= most) lines[last] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Puts panels below each other, under a title, a note and a legend. */
export function frameChart(
  { document, width, colors }: ChartSpace,
  { title: givenTitle, hasTitle = true }: ChartOptions,
  { title: ownTitle, note, legend = [], panels }: ChartParts,
): SVGSVGElement {
  const title = givenTitle ?? ownTitle;
  const frame = element(document, 'svg', {
    class: 'sendplan-chart',
    xmlns: SVG,
    role: 'img',
    'aria-label': `${title}. ${note}`,
    'font-family': FONT_FAMILY,
    'font-size': TEXT_SIZE,
  }) as SVGSVGElement;
  const ground = element(document, 'rect', { width: '100%', height: '100%', fill: colors.surface });
  frame.append(ground);
  let y = hasTitle ? MARGIN : 0;
  const write = (text: string, attributes: Readonly<Record<string, string | number>>) => {
    const line = element(document, 'text', { x: MARGIN, y, fill: colors.quiet, ...attributes });
    line.textContent = text;
    frame.append(line);
  };
  if (hasTitle) {
    y += TITLE_SIZE;
    write(title, { 'font-size': TITLE_SIZE, 'font-weight': 600, fill: colors.ink });
    y += 4;
  }
  for (const line of wrapped(note, width - 2 * MARGIN)) {
    y += LINE_HEIGHT;
    write(line, {});
  }
  y += 6;
  let x = MARGIN;
  if (legend.length > 0) y += LINE_HEIGHT;
  for (const { label, color } of legend) {
    const labelWidth = Math.ceil(SWATCH + 6 + label.length * TEXT_SIZE * LETTER_WIDTH);
    if (x > MARGIN && x + labelWidth > width - MARGIN) {
      x = MARGIN;
      y += LINE_HEIGHT + 2;
    }
    frame.append(
      element(document, 'rect', { x, y: y - SWATCH + 1, width: SWATCH, height: SWATCH, rx: 2, fill: color }),
    );
    write(label, { x: x + SWATCH + 6, fill: colors.ink });
    x += labelWidth + 16;
  }
  y += 8;
  for (const panel of panels) {
    panel.setAttribute('y', String(y));
    // Its own name would be read besides the chart's.
    panel.setAttribute('aria-hidden', 'true');
    y = Math.ceil(y + Number(panel.getAttribute('height')));
    frame.append(panel);
  }
  frame.setAttribute('width', String(width));
  frame.setAttribute('height', String(y));
  frame.setAttribute('viewBox', `0 0 ${width} ${y}`);
  return frame;
}
