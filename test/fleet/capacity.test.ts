import { expect, test } from 'vitest';
import {
  compareNights,
  fitCapacities,
  formulaSeconds,
  type MeasuredBook,
  simulateNight,
} from '../../bench/fleet/simulateNight.js';
import { Draw } from '../helpers/scanDatabases.js';

const START = 0.5;
const PACE = 4000;

function drawing(seed: number): () => number {
  const draw = new Draw(seed);
  return () => draw.below(2 ** 30) / 2 ** 30;
}

/** Books that take what the formula says, more or less by a fifth. */
function measuredBooks(draw: () => number): MeasuredBook[] {
  return [200, 600, 2000, 6000, 20_000].flatMap((contacts) =>
    Array.from({ length: 9 }, () => ({ contacts, seconds: (START + contacts / PACE) * (0.8 + 0.4 * draw()) })),
  );
}

test('the capacities are those that books were made with', () => {
  const exact = [200, 2000, 20_000].map((contacts) => ({ contacts, seconds: START + contacts / PACE }));
  expect(fitCapacities(exact).startSeconds).toBeCloseTo(START, 6);
  expect(fitCapacities(exact).contactsPerSecond).toBeCloseTo(PACE, 3);
});

test('the largest book comes first, and a night is not shorter than it', () => {
  const books = [1, 1, 1, 1, 4].map((seconds) => ({ contacts: seconds * 100, seconds }));
  expect(simulateNight(books, 2)).toEqual({ seconds: 4, idleShare: 0 });
  expect(simulateNight(books, 5).seconds).toBe(4);
  const capacities = { startSeconds: 0, contactsPerSecond: 100 };
  expect(formulaSeconds([100, 100, 100, 100, 400], capacities, 2)).toBe(4);
  expect(formulaSeconds([100, 100, 100, 100, 400], capacities, 64)).toBe(4);
});

test('of 10,000 books the formula tells the night to a twentieth', () => {
  const draw = drawing(3);
  const contacts = Array.from({ length: 10_000 }, () => Math.round(200 * 100 ** draw()));
  for (const { workers, formulaSeconds: told, simulatedSeconds, idleShare } of compareNights(
    measuredBooks(draw),
    contacts,
    [1, 2, 8, 64, 256],
    draw,
  )) {
    expect(Math.abs(told / simulatedSeconds - 1), `${workers} workers`).toBeLessThan(0.05);
    expect(idleShare, `${workers} workers`).toBeLessThan(0.02);
  }
});
