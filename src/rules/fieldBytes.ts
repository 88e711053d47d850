import { isValidEmail, readFlag } from './fields.js';
import { decodeUtf8 } from './utf8.js';

// Fields read from the UTF-8 bytes of their text, without making the text where its bytes are ASCII. Each function
// answers what its namesake in fields.ts answers for the decoded text.

const AT = 64;

/** ECMAScript's white space among the ASCII bytes: tab, line feed, vertical tab, form feed, carriage return, space. */
function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** `isValidEmail` of the text whose bytes are from `start` to `end` (Rules 2, email). */
export function isValidEmailBytes(bytes: Uint8Array, start: number, end: number): boolean {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  let at = -1;
  let hasSpace = false;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    // White space also lies beyond ASCII, and the text may begin or end with it.
    if (byte > 127) return isValidEmail(decodeUtf8(bytes, start, end));
    if (byte === AT) {
      if (at >= 0) return false;
      at = i;
    } else if (isSpace(byte)) {
      hasSpace = true;
    }
  }
  return !hasSpace && at > from && at < to - 1;
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
  return end - start <= MOST_FLAG_BYTES && readFlag(decodeUtf8(bytes, start, end));
}
