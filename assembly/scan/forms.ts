import {
  FORM_SLOTS,
  fieldCount,
  formSlots,
  mixed,
  SHAPE_SLOTS,
  shapeSlots,
  stagedFields,
  stagedWords,
  take,
} from './memory';

/*
 * The forms of records by their bytes: records are of one form when their headers are the same, and so are the values of some
 * columns. src/store/format/recordForms.ts tells which bytes these are: words of 4, masked, which may overlap.
 *
 *   shape   0 payload length u32   4 header bytes u32   8 words u32   12 hash u32   16 header   then words: u32 offset, u32 mask
 *   form    0 payload length u32   4 words u32          8 number u32  12 hash u32
 *          16 followers u32 x 4: the forms that followed it last, the latest first
 *          32 words: u32 offset, u32 mask, u32 value   then fields: u32 kind, u32 offset, i32 number
 *
 * A form is looked for first among those that followed the form before, because tables repeat their forms in the same order for
 * every contact; then by the hash of the header, and that of the other words.
 */

const SHAPE_BYTES: usize = 16;
const FORM_BYTES: usize = 32;
const FOLLOWERS: usize = 16;
const FOLLOWERS_END: usize = 32;
const WORD_BYTES: usize = 12;
const FIELD_BYTES: usize = 12;
const SHAPE_WORD_BYTES: usize = 8;

/** A form before all others, which no record has. */
const nothing: usize = memory.data(32);
let last: usize = nothing;

/** Where the fields of a form are. @inline */
export function fieldsOf(form: usize): usize {
  return form + FORM_BYTES + <usize>load<u32>(form, 4) * WORD_BYTES;
}

/** The number that the host gave a form. @inline */
export function numberOf(form: usize): u32 {
  return load<u32>(form, 8);
}

function isOfForm(form: usize, record: usize, payloadLength: u32): bool {
  if (load<u32>(form) !== payloadLength) return false;
  let word = form + FORM_BYTES;
  const end = fieldsOf(form);
  for (; word < end; word += WORD_BYTES) {
    if ((load<u32>(record + load<u32>(word)) & load<u32>(word, 4)) !== load<u32>(word, 8)) return false;
  }
  return true;
}

/** The hash of a header that has at least 4 bytes. */
function hashHeader(record: usize, headerBytes: u32): u32 {
  let hash: u32 = headerBytes;
  for (let i: u32 = 0; i < headerBytes; i += 4) hash = mixed(hash, load<u32>(record + min(i, headerBytes - 4)));
  return hash;
}

function isOfShape(shape: usize, record: usize, payloadLength: u32, headerBytes: u32): bool {
  if (load<u32>(shape) !== payloadLength || load<u32>(shape, 4) !== headerBytes) return false;
  for (let i: u32 = 0; i < headerBytes; i++) {
    if (load<u8>(shape + SHAPE_BYTES + i) !== load<u8>(record + i)) return false;
  }
  return true;
}

/** The slot of a record's shape: that of its address, or a free one. */
function shapeSlotOf(record: usize, payloadLength: u32, headerBytes: u32): usize {
  let slot = hashHeader(record, headerBytes) & (SHAPE_SLOTS - 1);
  while (true) {
    const at = shapeSlots + ((<usize>slot) << 2);
    const shape = <usize>load<u32>(at);
    if (shape === 0 || isOfShape(shape, record, payloadLength, headerBytes)) return at;
    slot = (slot + 1) & (SHAPE_SLOTS - 1);
  }
}

/** Where the words of a shape are. @inline */
function wordsOf(shape: usize): usize {
  return shape + SHAPE_BYTES + ((<usize>load<u32>(shape, 4) + 3) & ~3);
}

function hashWords(shape: usize, record: usize): u32 {
  let hash = load<u32>(shape, 12);
  let word = wordsOf(shape);
  const end = word + <usize>load<u32>(shape, 8) * SHAPE_WORD_BYTES;
  for (; word < end; word += SHAPE_WORD_BYTES)
    hash = mixed(hash, load<u32>(record + load<u32>(word)) & load<u32>(word, 4));
  return hash;
}

/** Notes that a form follows the last one. */
function follow(form: usize): usize {
  for (let at = FOLLOWERS_END - 4; at > FOLLOWERS; at -= 4) store<u32>(last + at, load<u32>(last + at - 4));
  store<u32>(last + FOLLOWERS, <u32>form);
  last = form;
  return form;
}

/** The length of a record's header; 0 of one that is not looked up. */
function headerBytesOf(record: usize, payloadLength: u32): u32 {
  const length = <u32>load<u8>(record);
  return length >= 4 && length <= 127 && length <= payloadLength ? length : 0;
}

/** The form of a record that lies in its page whole; 0 when none of its form was learned. */
export function findForm(record: usize, payloadLength: u32): usize {
  for (let at = FOLLOWERS; at < FOLLOWERS_END; at += 4) {
    const guess = <usize>load<u32>(last + at);
    if (guess !== 0 && isOfForm(guess, record, payloadLength)) {
      last = guess;
      return guess;
    }
  }
  const headerBytes = headerBytesOf(record, payloadLength);
  if (headerBytes === 0) return 0;
  const shape = <usize>load<u32>(shapeSlotOf(record, payloadLength, headerBytes));
  if (shape === 0) return 0;
  const hash = hashWords(shape, record);
  let slot = hash & (FORM_SLOTS - 1);
  while (true) {
    const form = <usize>load<u32>(formSlots + ((<usize>slot) << 2));
    if (form === 0) return 0;
    if (load<u32>(form, 12) === hash && isOfForm(form, record, payloadLength)) return follow(form);
    slot = (slot + 1) & (FORM_SLOTS - 1);
  }
}

/** How many shapes and forms there are; slots stay half empty. */
let shapeCount: u32 = 0;
let formCount: u32 = 0;

/** The shape of a record, added when it is new; 0 when there is no room. */
function addShape(record: usize, payloadLength: u32, headerBytes: u32, wordCount: u32): usize {
  const slot = shapeSlotOf(record, payloadLength, headerBytes);
  const known = <usize>load<u32>(slot);
  if (known !== 0) return known;
  if (shapeCount * 2 >= SHAPE_SLOTS) return 0;
  const shape = take(SHAPE_BYTES + ((<usize>headerBytes + 3) & ~3) + <usize>wordCount * SHAPE_WORD_BYTES);
  if (shape === 0) return 0;
  shapeCount++;
  store<u32>(shape, payloadLength);
  store<u32>(shape, headerBytes, 4);
  store<u32>(shape, wordCount, 8);
  store<u32>(shape, hashHeader(record, headerBytes), 12);
  memory.copy(shape + SHAPE_BYTES, record, headerBytes);
  memory.copy(wordsOf(shape), stagedWords, <usize>wordCount * SHAPE_WORD_BYTES);
  store<u32>(slot, <u32>shape);
  return shape;
}

/**
 * Learns the form of a record that none was found for: its words and fields are staged.
 *
 * @returns 0 when there is no room for it, or its header is too long
 */
export function learn(record: usize, payloadLength: u32, wordCount: u32, number: u32): u32 {
  const headerBytes = headerBytesOf(record, payloadLength);
  if (headerBytes === 0 || formCount * 2 >= FORM_SLOTS) return 0;
  const shape = addShape(record, payloadLength, headerBytes, wordCount);
  if (shape === 0) return 0;
  const form = take(FORM_BYTES + <usize>wordCount * WORD_BYTES + <usize>fieldCount * FIELD_BYTES);
  if (form === 0) return 0;
  formCount++;
  const hash = hashWords(shape, record);
  store<u32>(form, payloadLength);
  store<u32>(form, wordCount, 4);
  store<u32>(form, number, 8);
  store<u32>(form, hash, 12);
  for (let i: u32 = 0; i < wordCount; i++) {
    const staged = stagedWords + <usize>i * SHAPE_WORD_BYTES;
    const word = form + FORM_BYTES + <usize>i * WORD_BYTES;
    const offset = load<u32>(staged);
    const mask = load<u32>(staged, 4);
    store<u32>(word, offset);
    store<u32>(word, mask, 4);
    store<u32>(word, load<u32>(record + offset) & mask, 8);
  }
  memory.copy(fieldsOf(form), stagedFields, <usize>fieldCount * FIELD_BYTES);
  let slot = hash & (FORM_SLOTS - 1);
  while (load<u32>(formSlots + ((<usize>slot) << 2)) !== 0) slot = (slot + 1) & (FORM_SLOTS - 1);
  store<u32>(formSlots + ((<usize>slot) << 2), <u32>form);
  follow(form);
  return 1;
}
