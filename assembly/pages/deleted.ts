/*
 * The rows that go, by id: bit `(id - deletedFirst) & deletedMask` of `deletedBits` is set for each. When the bits are fewer than
 * the ids could be, `deletedIds` holds them all, f64, ascending, to make sure.
 */

export let deletedBits: usize = 0;
export let deletedMask: u32 = 0;
export let deletedFirst: f64 = 0;
/** One past the last id less the first one; 0 when no rows go. */
export let deletedSpan: f64 = 0;
/** 0 when a bit tells of one id only. */
export let deletedIds: usize = 0;
export let deletedCount: u32 = 0;

/** Tells whether the row of an id goes. @inline */
export function isDeleted(id: f64): bool {
  const place = id - deletedFirst;
  if (!(place >= 0 && place < deletedSpan)) return false;
  const bit = (place as u64 as u32) & deletedMask;
  if (((load<u8>(deletedBits + (bit >> 3)) >> (bit & 7)) & 1) === 0) return false;
  return deletedIds === 0 || find(id);
}

function find(id: f64): bool {
  let start: u32 = 0;
  let end = deletedCount;
  while (start < end) {
    const middle = (start + end) >> 1;
    const found = load<f64>(deletedIds + (middle << 3));
    if (found === id) return true;
    if (found < id) start = middle + 1;
    else end = middle;
  }
  return false;
}
