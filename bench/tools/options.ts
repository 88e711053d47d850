import { InvalidArgumentError } from 'commander';
import { parseIsoDay } from '../../src/calendar/iso.js';

/** Reads sizes such as `1k,10k,3m`: contacts, at least 1 each. */
export function sizeList(text: string): number[] {
  return text.split(',').map((part) => {
    const match = /^([0-9]+(?:\.[0-9]+)?)([km]?)$/i.exec(part.trim());
    const factor = { '': 1, k: 1000, m: 1_000_000 }[match?.[2].toLowerCase() ?? ''] ?? 1;
    const size = match === null ? Number.NaN : Number(match[1]) * factor;
    if (Number.isSafeInteger(size) && size >= 1 && size <= 100_000_000) return size;
    throw new InvalidArgumentError(`"${part}" is no number of contacts; allowed are sizes such as 1k,10k,750k,3m.`);
  });
}

/** Reads one size. */
export function oneSize(text: string): number {
  const sizes = sizeList(text);
  if (sizes.length === 1) return sizes[0];
  throw new InvalidArgumentError('Allowed is one number of contacts such as 100k.');
}

/** Reads a day, which stays a text. */
export function isoDay(text: string): string {
  if (text.length === 10 && parseIsoDay(text) !== null) return text;
  throw new InvalidArgumentError('Allowed is a day as YYYY-MM-DD.');
}

/** Reads how often something is done. */
export function repeatCount(text: string): number {
  const count = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (count >= 1) return count;
  throw new InvalidArgumentError('Allowed is a whole number from 1 to 999.');
}
