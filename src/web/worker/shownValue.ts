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

function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function blobText(bytes: Uint8Array): string {
  const hex = hexText(bytes.subarray(0, MOST_BLOB_BYTES));
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

/** A value of SQLite that is no text as it stands in a file, whole and exact; NULL is nothing. */
export function fileText(value: bigint | number | Uint8Array | null): string {
  if (value === null) return '';
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'number' ? realText(value) : `x'${hexText(value)}'`;
}
