/*
 * What rows and entries have in common: the open leaf of a b-tree, and the numbers in its cells.
 *
 * A leaf begins with 8 bytes of header, which the host writes at its end, and the offsets of its cells, 2 bytes each; the cells
 * stand at the end of the page, the last one in front. All numbers are big-endian.
 */

export const LEAF_HEADER: u32 = 8;

/** The longest payload that is a cell's own; longer ones are the host's. */
export let maximumLocal: u32 = 0;

/** What the host reads after a call: u32 lowest cell of the leaf, u32 cells, u32 length of the last cell, u32 why it ended. */
export const outcome: usize = memory.data(16);

/** Everything was added. */
export const DONE: u32 = 0;
/** The next one does not fit into the leaf, or not into a cell. */
export const FULL: u32 = 1;
/** The next row is unlike all before: the host has to give it a template. */
export const UNKNOWN: u32 = 2;
/** The next old row is the host's, for its payload is not all in its cell. */
export const LARGE: u32 = 3;
/** What was to come next lies beyond a bound. */
export const REACHED: u32 = 4;
/** The next old row does not lie in its page. */
export const DAMAGED: u32 = 5;

/** Tells the host how a call ended. */
export function end(cellStart: u32, cellCount: u32, cellLength: u32, why: u32): void {
  store<u32>(outcome, cellStart);
  store<u32>(outcome, cellCount, 4);
  store<u32>(outcome, cellLength, 8);
  store<u32>(outcome, why, 12);
}

/** Bytes that a leaf which has cells keeps free, so that what does not fit into one leaf is shared by two of about a size. */
export let spareRoom: u32 = 0;

/** Whether an open leaf has room for a cell of that many bytes. @inline */
export function hasRoom(cellStart: u32, cellCount: u32, cellLength: u32): bool {
  const spare: u32 = cellCount === 0 ? 0 : spareRoom;
  return cellStart >= cellLength + LEAF_HEADER + 2 * (cellCount + 1) + spare;
}

/** Notes where a cell of the leaf begins. @inline */
export function placeCell(leafAt: usize, cell: u32, cellStart: u32): void {
  store<u16>(leafAt + LEAF_HEADER + 2 * cell, bswap<u16>(cellStart as u16));
}

/** The bytes that a number takes as a varint. @inline */
export function varintLength(value: i64): u32 {
  if ((value as u64) < 128) return 1;
  if ((value as u64) < 16384) return 2;
  if ((value as u64) < 2097152) return 3;
  return longVarintLength(value as u64);
}

function longVarintLength(value: u64): u32 {
  let length: u32 = 4;
  while (length < 9 && value >> (7 * length) !== 0) length++;
  return length;
}

/** Writes a varint and returns the address behind it. @inline */
export function writeVarint(at: usize, value: i64): usize {
  if ((value as u64) < 128) {
    store<u8>(at, value as u8);
    return at + 1;
  }
  if ((value as u64) < 16384) {
    store<u8>(at, ((value >> 7) | 128) as u8);
    store<u8>(at, (value & 127) as u8, 1);
    return at + 2;
  }
  return writeLongVarint(at, value as u64);
}

function writeLongVarint(at: usize, value: u64): usize {
  const length = varintLength(value as i64);
  let last = at + length - 1;
  if (length === 9) {
    // The ninth byte holds eight bits.
    store<u8>(last--, value as u8);
    value >>= 8;
  } else {
    store<u8>(last--, (value & 127) as u8);
    value >>= 7;
  }
  for (; last >= at; last--) {
    store<u8>(last, ((value & 127) | 128) as u8);
    value >>= 7;
  }
  return at + length;
}

/** The serial type of a whole number: 8 and 9 are 0 and 1 themselves, 1 to 6 tell how many bytes follow. @inline */
export function integerType(value: i64): u32 {
  if ((value as u64) < 2) return 8 + (value as u32);
  if (value === (value as i8 as i64)) return 1;
  if (value === (value as i16 as i64)) return 2;
  if (value === (value << 40) >> 40) return 3;
  if (value === (value as i32 as i64)) return 4;
  return value === (value << 16) >> 16 ? 5 : 6;
}

/** The bytes of a whole number of a serial type. @inline */
export function integerLength(type: u32): u32 {
  return type <= 4 ? type : type === 5 ? 6 : type === 6 ? 8 : 0;
}

/** Writes the body of a whole number of a serial type. @inline */
export function writeInteger(at: usize, value: i64, type: u32): void {
  if (type === 3) {
    store<u8>(at, (value >> 16) as u8);
    store<u16>(at, bswap<u16>(value as u16), 1);
  } else if (type === 2) {
    store<u16>(at, bswap<u16>(value as u16));
  } else if (type === 1) {
    store<u8>(at, value as u8);
  } else if (type === 4) {
    store<u32>(at, bswap<u32>(value as u32));
  } else if (type === 5) {
    store<u16>(at, bswap<u16>((value >> 32) as u16));
    store<u32>(at, bswap<u32>(value as u32), 2);
  } else if (type === 6) {
    store<u64>(at, bswap<u64>(value as u64));
  }
}

/** Copies bytes that do not overlap; for a few dozen of them faster than `memory.copy`. @inline */
export function copyBytes(to: usize, from: usize, length: u32): void {
  if (length >= 8) {
    const last = length - 8;
    for (let done: u32 = 0; done < last; done += 8) store<u64>(to + done, load<u64>(from + done));
    // The last eight may have been copied in part already.
    store<u64>(to + last, load<u64>(from + last));
    return;
  }
  if (length >= 4) {
    const last = length - 4;
    store<u32>(to, load<u32>(from));
    store<u32>(to + last, load<u32>(from + last));
    return;
  }
  for (let done: u32 = 0; done < length; done++) store<u8>(to + done, load<u8>(from + done));
}
