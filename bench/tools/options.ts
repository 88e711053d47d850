import { InvalidArgumentError } from 'commander';

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

/** Reads how often something is done. */
export function repeatCount(text: string): number {
  const count = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (count >= 1) return count;
  throw new InvalidArgumentError('Allowed is a whole number from 1 to 999.');
}
