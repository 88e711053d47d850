import { writeInteger } from './varint.js';

/** A value as records hold it: its serial type (see `RecordWriter`) and the bytes of its body. */
export interface EncodedValue {
  readonly serialType: number;
  readonly body: Uint8Array;
}

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

/** NULL, whose serial type 0 has no body. */
export const ENCODED_NULL: EncodedValue = { serialType: 0, body: NO_BYTES };

/**
 * The serial type of a whole number, which takes the fewest bytes.
 *
 * @param value a safe integer
 */
export function integerSerialType(value: number): number {
  if (value === 0 || value === 1) return 8 + value;
  if (value >= -128 && value <= 127) return 1;
  if (value >= -32768 && value <= 32767) return 2;
  if (value >= -8388608 && value <= 8388607) return 3;
  if (value >= -2147483648 && value <= 2147483647) return 4;
  return value >= -140737488355328 && value <= 140737488355327 ? 5 : 6;
}

/** The bytes of the body of each serial type below 12; 10 and 11 are no one's. */
const FIXED_LENGTHS = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

/** The bytes that a body of a serial type takes. */
export function bodyLength(serialType: number): number {
  return serialType < 12 ? FIXED_LENGTHS[serialType] : (serialType - 12) >>> 1;
}

/** Encodes a whole number. @param value a safe integer */
export function encodeInteger(value: number): EncodedValue {
  const serialType = integerSerialType(value);
  const body = new Uint8Array(bodyLength(serialType));
  if (body.length > 0) writeInteger(body, 0, value, body.length);
  return { serialType, body };
}

/** Encodes a text as UTF-8. */
export function encodeText(text: string): EncodedValue {
  const body = encoder.encode(text);
  return { serialType: 13 + 2 * body.length, body };
}

/** Encodes a float64. */
export function encodeReal(value: number): EncodedValue {
  const body = new Uint8Array(8);
  new DataView(body.buffer).setFloat64(0, value);
  return { serialType: 7, body };
}

/** Encodes bytes, which stay the caller's. */
export function encodeBlob(bytes: Uint8Array): EncodedValue {
  return { serialType: 12 + 2 * bytes.length, body: bytes.slice() };
}

/**
 * The number that a body of serial type 1 to 9 is; a whole number beyond 2^53 comes rounded.
 *
 * @param at where the body begins
 */
export function decodeNumber(serialType: number, bytes: Uint8Array, at: number): number {
  if (serialType >= 8) return serialType - 8;
  const length = FIXED_LENGTHS[serialType];
  if (serialType === 7) return new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0);
  let value = (bytes[at] << 24) >> 24;
  for (let i = 1; i < length; i += 1) value = value * 256 + bytes[at + i];
  return value;
}

/** Compares the bodies of two texts, or of two blobs, in the order of an index with the collation BINARY. */
export function compareBytes(
  a: Uint8Array,
  startA: number,
  lengthA: number,
  b: Uint8Array,
  startB: number,
  lengthB: number,
): number {
  const common = Math.min(lengthA, lengthB);
  for (let i = 0; i < common; i++) {
    const difference = a[startA + i] - b[startB + i];
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}
