import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { shortCount } from '../tools/format.js';
import type { Contestant, ContestResult } from './contest.js';
import { extrapolate } from './contestTables.js';

const WIDTH = 820;
const LINES_HEIGHT = 420;
const LABEL_HEIGHT = 18;
const BARS_HEIGHT = 70;
const BAR_HEIGHT = 34;
const COLORS = ['#4269d0', '#efb118', '#ff725c', '#6cc5b0', '#3ca951', '#ff8ab7', '#a463f2', '#97bbf5', '#9c6b4e'];

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

function drawTimes(document: Document, points: readonly TimePoint[]): Element {
  const names = [...new Set(points.map(({ name }) => name))];
  const sizes = [...new Set(points.map(({ contacts }) => contacts))];
  const last = names.flatMap((name) => points.filter((point) => point.name === name).slice(-1));
  const channels = { x: 'contacts', y: 'seconds', stroke: 'name', z: 'name' } as const;
  return Plot.plot({
    document,
    width: WIDTH,
    height: LINES_HEIGHT,
    marginRight: 260,
    marginLeft: 50,
    x: { type: 'log', label: 'contacts', axis: null },
    y: { type: 'log', label: 'seconds, file in, file out', tickFormat: (value: number) => String(value), grid: true },
    color: { domain: names, range: COLORS },
    marks: [
      Plot.gridX(sizes),
      // A logarithmic axis of its own accord labels round numbers only.
      Plot.axisX(sizes, { x: (size: number) => size, text: (size: number) => shortCount(size), label: 'contacts' }),
      Plot.line(segments(points, true), { ...channels, strokeWidth: 2 }),
      Plot.line(segments(points, false), { ...channels, strokeDasharray: '4 4' }),
      Plot.dot(
        points.filter((point) => point.isMeasured),
        { x: 'contacts', y: 'seconds', fill: 'name', r: 3 },
      ),
      Plot.text(spreadLabels(last, points), {
        x: 'contacts',
        y: 'labelAt',
        text: 'name',
        fill: 'name',
        textAnchor: 'start',
        dx: 8,
      }),
    ],
  });
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

function drawStages(document: Document, results: readonly ContestResult[]): { chart: Element; stages: string[] } {
  const parts = results.flatMap(({ contacts, stages, seconds }) => {
    const known = Object.values(stages).reduce((sum, value) => sum + value, 0);
    const all = { start: seconds - known, ...stages };
    return Object.entries(all).map(([stage, value]) => ({
      size: shortCount(contacts),
      stage,
      microseconds: (value * 1e6) / contacts,
    }));
  });
  const stages = [...new Set(parts.map(({ stage }) => stage))];
  const sizes = [...new Set(parts.map(({ size }) => size))];
  const chart = Plot.plot({
    document,
    width: WIDTH,
    height: BARS_HEIGHT + BAR_HEIGHT * sizes.length,
    marginLeft: 50,
    x: { label: 'microseconds per contact', grid: true },
    y: { label: null, domain: sizes },
    color: { domain: stages, range: COLORS },
    marks: [Plot.barX(parts, { x: 'microseconds', y: 'size', fill: 'stage', order: stages }), Plot.ruleX([0])],
  });
  return { chart, stages };
}

function place(chart: Element, y: number): string {
  chart.setAttribute('y', String(y));
  chart.setAttribute('x', '0');
  return chart.outerHTML;
}

function legend(stages: readonly string[], y: number): string {
  const step = 90;
  return stages
    .map((stage, i) => {
      const x = 50 + i * step;
      return `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${COLORS[i % COLORS.length]}"/><text x="${x + 17}" y="${y}">${stage}</text>`;
    })
    .join('');
}

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
  // Very small sizes are all start, and would press the others flat.
  const ours = results.filter(({ key, contacts }) => key === 'sendplan' && contacts >= 10_000);
  const { chart, stages } = drawStages(
    document,
    ours.length > 0 ? ours : results.filter(({ key }) => key === 'sendplan'),
  );
  const barsAt = 40 + LINES_HEIGHT + 60;
  const height = barsAt + Number(chart.getAttribute('height')) + 40;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<g fill="#222"><text x="10" y="24" font-size="15" font-weight="bold">Planning the same file: seconds over contacts (dashed: extrapolated)</text></g>`,
    place(lines, 40),
    `<g fill="#222"><text x="10" y="${barsAt - 36}" font-size="15" font-weight="bold">Where sendplan spends its time</text>${legend(stages, barsAt - 12)}</g>`,
    place(chart, barsAt),
    `<text x="10" y="${height - 14}" fill="#777">${note.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`,
    '</svg>',
  ].join('\n');
  const wholePath = resolve(path);
  mkdirSync(dirname(wholePath), { recursive: true });
  writeFileSync(wholePath, `${svg}\n`);
  return wholePath;
}
