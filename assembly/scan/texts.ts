import { mixed, newTexts, TEXT_SLOTS, take, textSlots } from './memory';

/*
 * Texts that were taught, and what the host made of them, by field:
 *
 *   text   0 hash u32   4 field u32   8 bytes u32   12 code i32   16 the bytes, zeros up to a multiple of 4
 */

const TEXT_BYTES: usize = 16;
/** Longer texts are not remembered: they hardly ever come again. */
const LONGEST: u32 = 64;

/** The text that each of the first fields had last. */
const lastTexts: usize = memory.data(32 * 4);
const LAST_FIELDS: u32 = 32;

/** `codeOf` of a text that was not taught. */
export const UNKNOWN_CODE: i32 = i32.MIN_VALUE;

let count: u32 = 0;

/** How many of the texts in the columns' rows wait for the host, which knows their codes: at most one a row and field. */
export let newTextCount: u32 = 0;
const NEW_TEXT_BYTES: usize = 16;

/** Notes a text that was not taught, whose code the host puts into the columns. */
export function noteText(row: u32, field: u32, at: usize, byteLength: u32): void {
  const text = newTexts + <usize>newTextCount * NEW_TEXT_BYTES;
  store<u32>(text, row);
  store<u32>(text, field, 4);
  store<u32>(text, <u32>at, 8);
  store<u32>(text, byteLength, 12);
  newTextCount++;
}

/** Drops the texts that were noted last, so that so many are left. */
export function keepTexts(textCount: u32): void {
  newTextCount = textCount;
}

/** The word at `i` of a text of so many bytes, whose last may be shorter. @inline */
function wordAt(at: usize, i: u32, byteLength: u32): u32 {
  const word = load<u32>(at + i);
  const left = byteLength - i;
  return left >= 4 ? word : word & (((<u32>1) << (left << 3)) - 1);
}

function isText(text: usize, field: u32, at: usize, byteLength: u32): bool {
  if (load<u32>(text, 8) !== byteLength || load<u32>(text, 4) !== field) return false;
  for (let i: u32 = 0; i < byteLength; i += 4) {
    if (load<u32>(text + TEXT_BYTES + i) !== wordAt(at, i, byteLength)) return false;
  }
  return true;
}

function hashText(field: u32, at: usize, byteLength: u32): u32 {
  let hash = (field << 8) ^ byteLength;
  for (let i: u32 = 0; i < byteLength; i += 4) hash = mixed(hash, wordAt(at, i, byteLength));
  return hash;
}

/** The code of a text, at least 4 readable bytes behind it. */
export function codeOf(field: u32, at: usize, byteLength: u32): i32 {
  const lastAt = lastTexts + ((<usize>(field & (LAST_FIELDS - 1))) << 2);
  const lastText = <usize>load<u32>(lastAt);
  if (lastText !== 0 && isText(lastText, field, at, byteLength)) return load<i32>(lastText, 12);
  if (byteLength > LONGEST) return UNKNOWN_CODE;
  const hash = hashText(field, at, byteLength);
  let slot = hash & (TEXT_SLOTS - 1);
  while (true) {
    const text = <usize>load<u32>(textSlots + ((<usize>slot) << 2));
    if (text === 0) return UNKNOWN_CODE;
    if (load<u32>(text) === hash && isText(text, field, at, byteLength)) {
      store<u32>(lastAt, <u32>text);
      return load<i32>(text, 12);
    }
    slot = (slot + 1) & (TEXT_SLOTS - 1);
  }
}

/** Teaches what a text stands for, when it is not known and there is room. */
export function teach(field: u32, at: usize, byteLength: u32, code: i32): void {
  if (byteLength > LONGEST || count * 2 >= TEXT_SLOTS || codeOf(field, at, byteLength) !== UNKNOWN_CODE) return;
  const text = take(TEXT_BYTES + ((<usize>byteLength + 3) & ~3));
  if (text === 0) return;
  count++;
  const hash = hashText(field, at, byteLength);
  store<u32>(text, hash);
  store<u32>(text, field, 4);
  store<u32>(text, byteLength, 8);
  store<i32>(text, code, 12);
  memory.copy(text + TEXT_BYTES, at, byteLength);
  let slot = hash & (TEXT_SLOTS - 1);
  while (load<u32>(textSlots + ((<usize>slot) << 2)) !== 0) slot = (slot + 1) & (TEXT_SLOTS - 1);
  store<u32>(textSlots + ((<usize>slot) << 2), <u32>text);
}
