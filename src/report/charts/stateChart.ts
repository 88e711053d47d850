import * as Plot from '@observablehq/plot';
import { counted, grouped } from '../text/prose.js';
import { shortFigure } from './figures.js';
import { type ChartOptions, chartSpace, drawPanel, frameChart, nameRectangles, pixelScales } from './frame.js';
import { heatScale } from './heat.js';

/** The emails of one state. */
export interface StateCount {
  /** Two letters; null for contacts whose state is not known. */
  readonly state: string | null;
  readonly toBeSent: number;
  readonly skipped: number;
}

/** What the map of states shows. */
export interface StateChartOptions extends ChartOptions {
  /** Emails to be sent, or the share of a state's emails that are skipped; `toBeSent` when left out. */
  readonly measure?: 'toBeSent' | 'skippedShare';
}

/** Where the states stand on a map of tiles: each row of text is a row of tiles, two letters or two dots a tile. */
const TILE_ROWS = [
  'AK ·· ·· ·· ·· ·· ·· ·· ·· ·· ME',
  '·· ·· ·· ·· ·· ·· ·· ·· ·· VT NH',
  'WA ID MT ND MN IL WI MI NY RI MA',
  'OR NV WY SD IA IN OH PA NJ CT ··',
  'CA UT CO NE MO KY WV VA MD DE ··',
  '·· AZ NM KS AR TN NC SC DC ·· ··',
  '·· ·· ·· OK LA MS AL GA ·· ·· ··',
  'HI ·· ·· TX ·· ·· ·· ·· FL PR VI',
];
/** Territories and military addresses, which are shown only when they have emails. */
const LAST_ROW = ['GU', 'AS', 'MP', 'FM', 'MH', 'PW', 'AA', 'AE', 'AP'];
const UNKNOWN_NAME = '??';
const COLUMNS = 11;
const MOST_TILE_PIXELS = 62;

/** The share of emails that are skipped, in whole percent; a share that is not nothing is at least 1. */
function skippedPercent({ toBeSent, skipped }: Pick<Tile, 'toBeSent' | 'skipped'>): number {
  return skipped === 0 ? 0 : Math.max(1, Math.round((100 * skipped) / (toBeSent + skipped)));
}

/** How each measure is told. */
const MEASURES = {
  toBeSent: {
    title: 'Emails to be sent, by state',
    unit: '',
    measured: ({ toBeSent }: Tile) => toBeSent,
    textOf: ({ toBeSent }: Tile) => shortFigure(toBeSent),
    told: 'to be sent per state:',
  },
  skippedShare: {
    title: 'Share of emails that are skipped, by state',
    unit: ' %',
    measured: skippedPercent,
    textOf: (tile: Tile) => (tile.toBeSent + tile.skipped === 0 ? '' : `${skippedPercent(tile)} %`),
    told: 'skipped of those of the state:',
  },
} as const;

interface Tile {
  readonly name: string;
  readonly column: number;
  readonly row: number;
  readonly toBeSent: number;
  readonly skipped: number;
}

function tilesOf(states: readonly StateCount[]): Tile[] {
  const counts = new Map(states.map((count) => [count.state ?? UNKNOWN_NAME, count]));
  const tile = (name: string, column: number, row: number): Tile => {
    const { toBeSent = 0, skipped = 0 } = counts.get(name) ?? {};
    return { name, column, row, toBeSent, skipped };
  };
  const map = TILE_ROWS.flatMap((line, row) =>
    line.split(' ').flatMap((name, column) => (name === '··' ? [] : [tile(name, column, row)])),
  );
  const placed = new Set(map.map(({ name }) => name));
  const known = LAST_ROW.filter((name) => counts.has(name));
  const others = [...counts.keys()].filter((name) => !placed.has(name) && !LAST_ROW.includes(name));
  const rest = [...known, ...others].map((name, i) =>
    tile(name, i % COLUMNS, TILE_ROWS.length + Math.floor(i / COLUMNS)),
  );
  return [...map, ...rest];
}

/**
 * Draws a map of the United States with a tile per state, the darker (in the dark: the brighter) the more emails are to be sent, or
 * the larger the share that is skipped.
 *
 * Each tile is a rectangle with the attribute `data-state`; `??` is contacts whose state is not known.
 *
 * @param states each state once, in any order
 */
export function drawStateChart(states: readonly StateCount[], options: StateChartOptions): SVGSVGElement {
  const space = chartSpace(options);
  const { title, unit, measured, textOf, told } = MEASURES[options.measure ?? 'toBeSent'];
  const tiles = tilesOf(states);
  const total = tiles.reduce((sum, { toBeSent }) => sum + toBeSent, 0);
  const skipped = tiles.reduce((sum, tile) => sum + tile.skipped, 0);
  if (total + skipped === 0) return frameChart(space, options, { title, note: 'There are none.', panels: [] });
  const heat = heatScale(tiles.map(measured), space.colors, unit);
  const size = Math.min(MOST_TILE_PIXELS, (space.width - 24) / COLUMNS);
  const left = (space.width - size * COLUMNS) / 2;
  const rows = Math.max(...tiles.map(({ row }) => row)) + 1;
  const height = rows * size + 12;
  const isRoomy = size >= 40;
  const ink = (tile: Tile) => heat.stepOf(measured(tile)).ink;
  const x = ({ column }: Tile) => left + (column + 0.5) * size;
  const y = ({ row }: Tile) => (row + 0.5) * size;
  const panel = drawPanel(space, {
    ...pixelScales(space, height),
    marks: [
      Plot.rect(tiles, {
        x1: (tile: Tile) => x(tile) - size / 2,
        x2: (tile: Tile) => x(tile) + size / 2,
        y1: (tile: Tile) => y(tile) - size / 2,
        y2: (tile: Tile) => y(tile) + size / 2,
        inset: 1,
        rx: 3,
        fill: (tile: Tile) => heat.stepOf(measured(tile)).fill,
        title: (tile: Tile) =>
          `${tile.name}: ${counted(tile.toBeSent, 'email')} to be sent, ${grouped(tile.skipped)} skipped`,
        className: 'sendplan-states',
      }),
      Plot.text(tiles, {
        x,
        y,
        dy: isRoomy ? -7 : -5,
        text: 'name',
        fill: ink,
        fontWeight: 600,
        fontSize: isRoomy ? 14 : 10,
        pointerEvents: 'none',
      }),
      Plot.text(tiles, {
        x,
        y,
        dy: isRoomy ? 9 : 7,
        text: textOf,
        fill: ink,
        fontSize: isRoomy ? 12 : 8.5,
        pointerEvents: 'none',
      }),
    ],
  });
  nameRectangles(
    panel,
    'sendplan-states',
    'data-state',
    tiles.map(({ name }) => name),
  );
  return frameChart(space, options, {
    title,
    note: `${counted(total, 'email')} to be sent and ${grouped(skipped)} skipped; ${told}`,
    legend: heat.legend,
    panels: [panel],
  });
}
