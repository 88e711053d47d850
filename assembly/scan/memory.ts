/*
 * The memory of the row scan, as the host lays it out. All of it starts as zeros.
 *
 *   page           the leaf, and at least 32 readable bytes behind it                       leaf.ts
 *   shapeSlots     u32 x SHAPE_SLOTS: addresses of shapes by their hashes, 0 for none       forms.ts
 *   formSlots      u32 x FORM_SLOTS: addresses of forms, likewise
 *   textSlots      u32 x TEXT_SLOTS: addresses of texts, likewise                           texts.ts
 *   stagedWords    8 B each: u32 offset, u32 mask of a word of the form that is learned
 *   stagedFields   12 B each: u32 kind, u32 offset, i32 number of a field of that form      fields.ts
 *   newTexts       16 B each: u32 row, u32 field, u32 address, u32 bytes of a text that was not taught                 texts.ts
 *   outputs        u32 x fieldCount: addresses of the columns that rows go to, and one more for the forms' numbers
 *   monthStarts    i32 x 3601: the first day of every month from January 1900 on, and of the one behind the last
 *   room           shapes, forms and texts, one behind the other, up to roomEnd
 */

export const SHAPE_SLOTS: u32 = 8192;
export const FORM_SLOTS: u32 = 16384;
export const TEXT_SLOTS: u32 = 16384;

export let shapeSlots: usize = 0;
export let formSlots: usize = 0;
export let textSlots: usize = 0;
export let stagedWords: usize = 0;
export let stagedFields: usize = 0;
export let newTexts: usize = 0;
export let outputs: usize = 0;
export let monthStarts: usize = 0;
export let fieldCount: u32 = 0;

/** The first free byte of the room, and its end. */
export let room: usize = 0;
export let roomEnd: usize = 0;

/** Takes so many bytes of the room; 0 when there are none left. */
export function take(byteLength: usize): usize {
  const at = (room + 7) & ~7;
  if (at + byteLength > roomEnd) return 0;
  room = at + byteLength;
  return at;
}

/** Mixes a word into a hash. @inline */
export function mixed(hash: u32, word: u32): u32 {
  const product = (hash ^ word) * 0x5bd1e995;
  return product ^ (product >>> 15);
}
