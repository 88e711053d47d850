import type { ShownValue } from '../protocol/protocol.js';

const MOST_LETTERS = 2000;
const MOST_BLOB_BYTES = 16;

/** A real number as SQLite writes it in SQL: every digit that tells it from its neighbours, and a point. */
function realText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}

function blobText(bytes: Uint8Array): string {
  const hex = Array.from(bytes.subarray(0, MOST_BLOB_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length <= MOST_BLOB_BYTES ? `x'${hex}'` : `x'${hex}…' (${bytes.length} bytes)`;
}

/**
 * A value of SQLite as it is shown: nothing is rounded or grouped, and integers and reals stay what they are.
 *
 * @param value an integer as `bigint`, a real as `number`
 */
export function shownValue(value: bigint | number | string | Uint8Array | null): ShownValue {
  if (value === null) return { kind: 'null', text: 'NULL' };
  if (typeof value === 'bigint') return { kind: 'integer', text: String(value) };
  if (typeof value === 'number') return { kind: 'real', text: realText(value) };
  if (typeof value !== 'string') return { kind: 'blob', text: blobText(value) };
  const isLong = value.length > MOST_LETTERS;
  return { kind: 'text', text: isLong ? `${value.slice(0, MOST_LETTERS)}… (${value.length} letters)` : value };
}
