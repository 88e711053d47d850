import { comparedEmail, isValidEmail, readFlag } from './fields.js';
import { decodeUtf8 } from './utf8.js';

// Fields read from the UTF-8 bytes of their text, without making the text where its bytes are ASCII. Each function
// answers what its namesake in fields.ts answers for the decoded text.

const AT = 64;
const DOT = 46;

/** ECMAScript's white space among the ASCII bytes: tab, line feed, vertical tab, form feed, carriage return, space. */
function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** 1 for each ASCII byte that an address may not contain (Rules 2, email): controls, white space and delimiters. */
const UNWRITABLE = Uint8Array.from({ length: 128 }, (_, byte) =>
  byte <= 32 || byte === 127 || '<>(),;:"[]\\'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** `isValidEmail` of the text whose bytes are from `start` to `end` (Rules 2, email). */
export function isValidEmailBytes(bytes: Uint8Array, start: number, end: number): boolean {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  let at = -1;
  let hasDot = false;
  // Where the label that is being read begins, once the `@` was found.
  let labelStart = 0;
  let isValid = true;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    // Characters that count lie beyond ASCII too, and the text may begin or end with white space of that kind.
    if (byte > 127) return isValidEmail(decodeUtf8(bytes, start, end));
    if (UNWRITABLE[byte] === 1) {
      isValid = false;
    } else if (byte === AT) {
      if (at >= 0 || i === from) isValid = false;
      at = i;
      labelStart = i + 1;
    } else if (byte === DOT && at >= 0) {
      if (i === labelStart) isValid = false;
      hasDot = true;
      labelStart = i + 1;
    }
  }
  return isValid && at >= 0 && hasDot && labelStart < to;
}

/** Tells whether the text whose bytes are from `start` to `end` is nothing but white space. */
export function isBlankBytes(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] > 127) return decodeUtf8(bytes, start, end).trim() === '';
    if (!isSpace(bytes[i])) return false;
  }
  return true;
}

/** The longest text that can be one of the words of a flag, were every letter of it three bytes. */
const MOST_FLAG_BYTES = 12;

/** `readFlag` of the text whose bytes are from `start` to `end` (Rules 2). */
export function readFlagBytes(bytes: Uint8Array, start: number, end: number): boolean {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  if (from === to) return false;
  // A longer text is a word only where there is white space around it that is not ASCII.
  const isLong = to - from > MOST_FLAG_BYTES && bytes[from] < 128 && bytes[to - 1] < 128;
  return !isLong && readFlag(decodeUtf8(bytes, from, to));
}

const encoder = new TextEncoder();

/** A hash of an address as addresses are compared: the same where `comparedEmail` is; a whole number of 32 bits. */
export function emailHash(email: string): number {
  const bytes = encoder.encode(comparedEmail(email) ?? '');
  let hash = bytes.length;
  for (const byte of bytes) hash = mixByte(hash, byte);
  return hash ^ (hash >>> 15);
}

/** `emailHash` of the text whose bytes are from `start` to `end`. */
export function emailHashBytes(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  let hash = to - from;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    // White space lies beyond ASCII too, and bytes that are no UTF-8 are not those of their text.
    if (byte > 127) return emailHash(decodeUtf8(bytes, start, end));
    hash = mixByte(hash, byte >= 65 && byte <= 90 ? byte | 32 : byte);
  }
  return hash ^ (hash >>> 15);
}

function mixByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}
