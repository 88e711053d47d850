import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { drawPanel } from '../../src/report/charts/frame.js';
import { CHART_STYLES, FONT_FAMILY, PAGE_COLORS } from '../../src/report/charts/theme.js';
import { shortCount } from '../tools/format.js';
import type { Contestant, ContestResult } from './contest.js';
import { extrapolate } from './contestTables.js';

const WIDTH = 920;
const LINES_HEIGHT = 440;
const LABEL_HEIGHT = 19;
const BAR_HEIGHT = 30;
const BAR_STEP = 58;
const LEFT = 20;
const LEGEND_STEP = 92;
const OURS = 'sendplan';
const { ink, quiet, grid, surface, series } = PAGE_COLORS;

interface TimePoint {
  readonly name: string;
  readonly contacts: number;
  readonly seconds: number;
  readonly isMeasured: boolean;
}

function timePoints(results: readonly ContestResult[], everybody: readonly Contestant[]): TimePoint[] {
  const sizes = [...new Set(results.map(({ contacts }) => contacts))].sort((a, b) => a - b);
  return everybody.flatMap(({ key, name }) =>
    sizes.flatMap((contacts): TimePoint[] => {
      const result = results.find((found) => found.key === key && found.contacts === contacts);
      if (result !== undefined) return [{ name, contacts, seconds: result.seconds, isMeasured: true }];
      const guess = extrapolate(results, key, contacts);
      return guess === null ? [] : [{ name, contacts, seconds: guess.seconds, isMeasured: false }];
    }),
  );
}

/** The parts of a line that were measured and the parts that were not, which share the point between them. */
function segments(points: readonly TimePoint[], isMeasured: boolean): TimePoint[] {
  return points.filter((point, i) => {
    const next = points[i + 1];
    const leadsOn = next !== undefined && next.name === point.name && !next.isMeasured;
    return point.isMeasured === isMeasured || (!isMeasured && leadsOn);
  });
}

/** The times of all as lines: sendplan's stands out, the others are quiet, and each is named where it ends. */
function drawTimes(document: Document, points: readonly TimePoint[]): Element {
  const names = [...new Set(points.map(({ name }) => name))];
  const sizes = [...new Set(points.map(({ contacts }) => contacts))];
  const last = names.flatMap((name) => points.filter((point) => point.name === name).slice(-1));
  const isOurs = ({ name }: TimePoint) => name === OURS;
  const color = (point: TimePoint) => (isOurs(point) ? series[0] : quiet);
  const channels = { x: 'contacts', y: 'seconds', stroke: color, z: 'name' } as const;
  // The last is painted over the others.
  const inOrder = [...points].sort((a, b) => Number(isOurs(a)) - Number(isOurs(b)));
  const width = (place: TimePoint) => (isOurs(place) ? 4 : 1.5);
  return drawPanel(
    { document, width: WIDTH, colors: PAGE_COLORS, isNarrow: false },
    {
      height: LINES_HEIGHT,
      marginRight: 372,
      marginLeft: 52,
      x: { type: 'log', label: 'contacts', axis: null },
      y: { type: 'log', label: 'seconds, file in, file out', tickFormat: tickText },
      color: { type: 'identity' },
      marks: [
        Plot.gridY({ stroke: grid, strokeOpacity: 1 }),
        Plot.gridX(sizes, { stroke: grid, strokeOpacity: 1 }),
        // A logarithmic axis of its own accord labels round numbers only.
        Plot.axisX(sizes, { x: (size: number) => size, text: (size: number) => shortCount(size), label: null }),
        ...names.map((name) => {
          const own = inOrder.filter((point) => point.name === name);
          return Plot.line(segments(own, true), { ...channels, strokeWidth: width(own[0]) });
        }),
        Plot.line(segments(points, false), { ...channels, strokeDasharray: '4 4', strokeWidth: 1.5 }),
        Plot.dot(
          points.filter((point) => point.isMeasured),
          { x: 'contacts', y: 'seconds', fill: color, r: 3 },
        ),
        ...[true, false].map((isOfOurs) =>
          Plot.text(
            spreadLabels(last, points).filter((point) => isOurs(point) === isOfOurs),
            {
              x: 'contacts',
              y: 'labelAt',
              text: ({ name, seconds }: TimePoint) => `${name}: ${secondsText(seconds)}`,
              fill: isOfOurs ? series[0] : ink,
              fontWeight: isOfOurs ? 700 : 400,
              fontSize: 13,
              textAnchor: 'start',
              dx: 10,
            },
          ),
        ),
      ],
    },
  );
}

/** Powers of ten have a label; what lies between has none. */
function tickText(value: number): string {
  return Number.isInteger(Math.log10(value)) ? String(value) : '';
}

function secondsText(seconds: number): string {
  return `${Number(seconds.toPrecision(seconds < 100 ? 2 : 3))} s`;
}

/** Moves labels that would lie on each other apart. */
function spreadLabels(points: readonly TimePoint[], others: readonly TimePoint[]): (TimePoint & { labelAt: number })[] {
  const all = others.map(({ seconds }) => seconds);
  const gap = (Math.max(...all) / Math.min(...all)) ** (LABEL_HEIGHT / LINES_HEIGHT);
  const sorted = [...points].sort((a, b) => a.seconds - b.seconds);
  let lowest = 0;
  return sorted.map((point) => {
    const labelAt = Math.max(point.seconds, lowest * gap);
    lowest = labelAt;
    return { ...point, labelAt };
  });
}

/** One stage of a run. */
interface StagePart {
  readonly stage: string;
  readonly seconds: number;
}

function partsOf({ stages, seconds }: ContestResult): StagePart[] {
  const known = Object.values(stages).reduce((sum, value) => sum + value, 0);
  return Object.entries({ start: Math.max(0, seconds - known), ...stages }).map(([stage, value]) => ({
    stage,
    seconds: value,
  }));
}

/** A bar per size, each as wide as the picture, so that every size is seen on its own scale. */
function drawStages(results: readonly ContestResult[], y: number): string {
  const stages = [...new Set(results.flatMap((result) => partsOf(result).map(({ stage }) => stage)))];
  const colorOf = (stage: string) => series[stages.indexOf(stage)] ?? quiet;
  const bars = results.map((result, row) => {
    const top = y + 34 + row * BAR_STEP;
    const parts = partsOf(result);
    const all = parts.reduce((sum, { seconds }) => sum + seconds, 0);
    let x = LEFT;
    const rectangles = parts.map(({ stage, seconds }) => {
      const width = (seconds / all) * (WIDTH - 2 * LEFT);
      const text =
        width > 64
          ? `<text x="${(x + 6).toFixed(1)}" y="${top + 37}" fill="${ink}">${stage} ${secondsText(seconds)}</text>`
          : '';
      const rectangle = `<rect x="${x.toFixed(1)}" y="${top + 22 - BAR_HEIGHT / 2 - 5}" width="${Math.max(0, width - 1).toFixed(1)}" height="${BAR_HEIGHT / 2}" fill="${colorOf(stage)}"/>`;
      x += width;
      return rectangle + text;
    });
    const name = `<text x="${LEFT}" y="${top - 3}" fill="${ink}" font-weight="600">${shortCount(result.contacts)} contacts: ${secondsText(result.seconds)}</text>`;
    return name + rectangles.join('');
  });
  const legend = stages.map((stage, i) => {
    const x = LEFT + i * LEGEND_STEP;
    return `<rect x="${x}" y="${y - 10}" width="12" height="12" rx="2" fill="${colorOf(stage)}"/><text x="${x + 18}" y="${y}" fill="${ink}">${stage}</text>`;
  });
  return [...legend, ...bars].join('');
}

function place(chart: Element, y: number): string {
  chart.setAttribute('y', String(y));
  chart.setAttribute('x', '0');
  return chart.outerHTML;
}

/** Light, or dark where the reader's system is, also as a picture in a page. */
const STYLES = CHART_STYLES.slice(0, CHART_STYLES.indexOf(':root[data-theme'));

/**
 * Draws times over contacts, both logarithmic, and below them where sendplan spends its time, as one SVG file.
 *
 * @returns the whole path
 */
export function writeChart(
  path: string,
  results: readonly ContestResult[],
  everybody: readonly Contestant[],
  note: string,
): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const lines = drawTimes(document, timePoints(results, everybody));
  // Very small sizes are all start.
  const ours = results.filter(({ key, contacts }) => key === OURS && contacts >= 10_000);
  const stagesAt = 44 + LINES_HEIGHT + 62;
  const height = stagesAt + 34 + BAR_STEP * ours.length + 30;
  const heading = (text: string, y: number) =>
    `<text x="${LEFT}" y="${y}" font-size="16" font-weight="600" fill="${ink}">${text}</text>`;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="${FONT_FAMILY}" font-size="12">`,
    `<style>${STYLES}</style>`,
    `<rect width="${WIDTH}" height="${height}" fill="${surface}"/>`,
    heading('Planning the same file: seconds over contacts (dashed: extrapolated)', 28),
    place(lines, 44),
    heading('Where sendplan spends its time, each size on its own scale', stagesAt - 26),
    drawStages(ours, stagesAt),
    `<text x="${LEFT}" y="${height - 12}" fill="${quiet}">${note.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`,
    '</svg>',
  ].join('\n');
  const wholePath = resolve(path);
  mkdirSync(dirname(wholePath), { recursive: true });
  writeFileSync(wholePath, `${svg}\n`);
  return wholePath;
}
