import { grouped, mebibytes, seconds, times } from '../tools/format.js';
import { drawTable, type TableStyle } from '../tools/table.js';
import type { Contestant, ContestResult } from './contest.js';

/** A time that was not measured but follows in proportion from a smaller size. */
export interface Extrapolation {
  readonly seconds: number;
  readonly fromContacts: number;
}

/** In proportion from the largest size that was measured; null where there is none. */
export function extrapolate(results: readonly ContestResult[], key: string, contacts: number): Extrapolation | null {
  const measured = results.filter((result) => result.key === key && result.contacts < contacts);
  if (measured.length === 0) return null;
  const largest = measured.reduce((a, b) => (a.contacts > b.contacts ? a : b));
  return { seconds: (largest.seconds * contacts) / largest.contacts, fromContacts: largest.contacts };
}

/** The seconds of working the emails out alone, without reading and writing the file; null where that is not told. */
export function computeSeconds({ stages }: ContestResult): number | null {
  if (stages.compute !== undefined) return stages.compute;
  return stages.plan === undefined ? null : stages.plan + (stages.balance ?? 0);
}

function sameText({ isSame, found }: ContestResult): string {
  if (isSame === null) return `${grouped(found.rows)}, its own`;
  return `${grouped(found.rows)}${isSame ? '' : ', NOT THE SAME'}`;
}

/** Draws how everybody did at one size. */
export function drawContest(
  results: readonly ContestResult[],
  everybody: readonly Contestant[],
  contacts: number,
  style: TableStyle,
): string {
  const ours = results.find((result) => result.contacts === contacts && result.key === 'sendplan');
  const ratio = (value: number) => (ours === undefined ? '-' : times(value / ours.seconds));
  const rows = everybody.flatMap(({ key, name }) => {
    const result = results.find((found) => found.contacts === contacts && found.key === key);
    if (result !== undefined) {
      const compute = computeSeconds(result);
      return [
        [
          name,
          seconds(result.seconds),
          ratio(result.seconds),
          grouped(contacts / result.seconds),
          compute === null ? '-' : seconds(compute),
          mebibytes(result.peakBytes),
          sameText(result),
        ],
      ];
    }
    const guess = extrapolate(results, key, contacts);
    if (guess === null) return [];
    const from = `not run: extrapolated from ${grouped(guess.fromContacts)}`;
    return [
      [name, `~ ${seconds(guess.seconds)}`, ratio(guess.seconds), grouped(contacts / guess.seconds), '-', '-', from],
    ];
  });
  const head = [`${grouped(contacts)} contacts`, 's', 'of sendplan', 'contacts/s', 'compute s', 'peak MiB', 'rows'];
  return drawTable({ head, rows }, style);
}

/** Draws where the seconds went at one size. */
export function drawStages(results: readonly ContestResult[], style: TableStyle): string {
  const rows = results.map(({ name, stages, seconds: total }) => {
    const known = Object.values(stages).reduce((sum, value) => sum + value, 0);
    const parts = Object.entries(stages).map(([stage, value]) => `${stage} ${seconds(value)}`);
    return [name, [`start ${seconds(Math.max(0, total - known))}`, ...parts].join(', ')];
  });
  return drawTable({ head: ['', 'stages, s'], rows, leftColumns: 2 }, style);
}
