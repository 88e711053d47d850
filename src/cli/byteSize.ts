import { InvalidArgumentError } from 'commander';

const UNIT_BYTES: Readonly<Record<string, number>> = {
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Reads an option that is a size, such as `800MB`, `2GB` or `1.5GiB`, as bytes. @throws InvalidArgumentError */
export function byteSize(text: string): number {
  const [, digits, unit] = /^([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([kmgt]i?b)$/i.exec(text) ?? [];
  const bytes = unit === undefined ? 0 : Math.floor(Number(digits) * UNIT_BYTES[unit.toLowerCase()]);
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError(
    'Allowed is a number above 0 with a unit: 800MB, 2GB (powers of 1000) or 1.5GiB (of 1024); KB, MB, GB, TB, KiB, MiB, GiB, TiB.',
  );
}
