import { dayFromCivil, monthLength } from '../../src/calendar/day.js';

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - 48;
  const ones = bytes[at + 1] - 48;
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? -1 : tens * 10 + ones;
}

/** `parseIsoDay` over ten bytes of ASCII instead of a string; NaN for what is no date. */
export function parseIsoBytes(bytes: Uint8Array, at: number): number {
  if (bytes[at + 4] !== 45 || bytes[at + 7] !== 45) return Number.NaN;
  const century = twoDigits(bytes, at);
  const rest = twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (century < 19 || century > 21 || rest < 0 || month < 1 || month > 12) return Number.NaN;
  const year = century * 100 + rest;
  if (day < 1 || day > monthLength(year, month)) return Number.NaN;
  return dayFromCivil(year, month, day);
}
