/** What was measured of books: what a process took from its start to its answer, by the contacts of its book. */
export interface MeasuredBook {
  readonly contacts: number;
  readonly seconds: number;
}

/** The inputs of the capacity formula (docs/scale.md). */
export interface Capacities {
  /** What a book takes however small it is, in seconds. */
  readonly startSeconds: number;
  readonly contactsPerSecond: number;
}

/** A night, as the formula tells it and as it goes book by book. */
export interface NightComparison {
  readonly workers: number;
  readonly formulaSeconds: number;
  readonly simulatedSeconds: number;
  /** What the workers that ended first wait for the last, of all their time. */
  readonly idleShare: number;
}

/** Draws numbers from 0 to below 1. */
export type Drawing = () => number;

function meanSeconds(books: readonly MeasuredBook[], contacts: number): number {
  const alike = books.filter((book) => book.contacts === contacts);
  return alike.reduce((sum, { seconds }) => sum + seconds, 0) / alike.length;
}

/** Fits start and pace to measured books: least squares, each weighed by what books of its size take, so that small ones count too. */
export function fitCapacities(books: readonly MeasuredBook[]): Capacities {
  let [weights, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (const { contacts, seconds } of books) {
    // By its own seconds, those that were slow by chance would count for less.
    const weight = 1 / meanSeconds(books, contacts) ** 2;
    weights += weight;
    x += weight * contacts;
    y += weight * seconds;
    xx += weight * contacts ** 2;
    xy += weight * contacts * seconds;
  }
  const slope = (weights * xy - x * y) / (weights * xx - x ** 2);
  return { startSeconds: (y - slope * x) / weights, contactsPerSecond: 1 / slope };
}

/** The night by the formula: all work shared among the workers, but not less than the largest book takes. */
export function formulaSeconds(
  contacts: readonly number[],
  { startSeconds, contactsPerSecond }: Capacities,
  workers: number,
): number {
  const all = contacts.reduce((sum, count) => sum + count, 0);
  const largest = contacts.reduce((most, count) => Math.max(most, count), 0);
  const shared = (contacts.length * startSeconds + all / contactsPerSecond) / workers;
  return Math.max(shared, startSeconds + largest / contactsPerSecond);
}

/**
 * What a book of any size takes: as one of the measured ones of the nearest sizes did, drawn by chance, more or less by as much as
 * its size differs.
 */
function drawSeconds(
  measured: readonly MeasuredBook[],
  { startSeconds, contactsPerSecond }: Capacities,
  contacts: number,
  draw: Drawing,
): number {
  const distance = (size: number) => Math.abs(Math.log(size / contacts));
  const nearest = measured.reduce(
    (best, { contacts: size }) => (distance(size) < distance(best) ? size : best),
    Infinity,
  );
  const alike = measured.filter(({ contacts: size }) => size === nearest);
  const { seconds } = alike[Math.floor(draw() * alike.length)];
  const fitted = (size: number) => startSeconds + size / contactsPerSecond;
  return (seconds * fitted(contacts)) / fitted(nearest);
}

/** Goes through a night book by book: the largest first, each by the worker that is free first. @returns when the last one ends */
export function simulateNight(
  books: readonly { readonly contacts: number; readonly seconds: number }[],
  workers: number,
): { readonly seconds: number; readonly idleShare: number } {
  const freeAt = new Float64Array(workers);
  for (const { seconds } of [...books].sort((a, b) => b.contacts - a.contacts)) {
    let first = 0;
    for (let i = 1; i < workers; i++) if (freeAt[i] < freeAt[first]) first = i;
    freeAt[first] += seconds;
  }
  const end = Math.max(...freeAt);
  const idle = freeAt.reduce((sum, free) => sum + end - free, 0);
  return { seconds: end, idleShare: idle / (end * workers) };
}

/** Compares the formula with a simulated night, for several numbers of workers. */
export function compareNights(
  measured: readonly MeasuredBook[],
  contacts: readonly number[],
  workerCounts: readonly number[],
  draw: Drawing,
): NightComparison[] {
  const capacities = fitCapacities(measured);
  const books = contacts.map((count) => ({ contacts: count, seconds: drawSeconds(measured, capacities, count, draw) }));
  return workerCounts.map((workers) => {
    const { seconds, idleShare } = simulateNight(books, workers);
    const formula = formulaSeconds(contacts, capacities, workers);
    return { workers, formulaSeconds: formula, simulatedSeconds: seconds, idleShare };
  });
}
