import {
  copyBytes,
  DONE,
  end,
  FULL,
  hasRoom,
  integerLength,
  integerType,
  maximumLocal,
  placeCell,
  varintLength,
  writeInteger,
  writeVarint,
} from './leaf';

/*
 * Entries of an index, in its leaves: `header length | types of the columns | type of the rowid | columns | rowid`.
 *
 * The host gives a batch of entries as a code for each column, and for each column the distinct values that codes stand for:
 *
 *   entryRowid  f64 of every entry
 *   columns     for each column 5 x u32, the addresses of: codes (u32 of every entry), bytes of the values, and by code where
 *               each begins in these (u32), the length of its serial type as varint (u8), the length of its body (u32)
 *   taken       u32 for each column, the codes of the entry that was measured last
 */

export let entryRowid: usize = 0;
export let columns: usize = 0;
export let columnCount: u32 = 0;
export let taken: usize = 0;

/** The bytes of a column's addresses. */
export const COLUMN: u32 = 20;

/** The length of the header, and of the entry without the body of the rowid, of the codes that were taken. */
let headerLength: u32 = 0;
export let frontLength: u32 = 0;
/** Where the last entry of these codes is; 0 when there is none to copy. */
let lastAt: usize = 0;

/** To be called before the first entry of an index. */
export function beginEntries(): void {
  lastAt = 0;
  for (let i: u32 = 0; i < columnCount; i++) store<u32>(taken + (i << 2), u32.MAX_VALUE);
}

/** To be called before the first entry that goes to a leaf: what lies in other leaves may be overwritten by now. @inline */
export function startEntries(): void {
  lastAt = 0;
}

/** The rowid at the end of an entry. @inline */
export function rowidOf(entry: u32): i64 {
  return load<f64>(entryRowid + (entry << 3)) as i64;
}

/** Takes the codes of an entry, and measures them. @inline */
export function take(entry: u32): void {
  let isSame = true;
  for (let i: u32 = 0; i < columnCount; i++) {
    const code = load<u32>(load<u32>(columns + i * COLUMN) + (entry << 2));
    if (load<u32>(taken + (i << 2)) === code) continue;
    store<u32>(taken + (i << 2), code);
    isSame = false;
  }
  if (isSame) return;
  lastAt = 0;
  let types: u32 = 1;
  let bodies: u32 = 0;
  for (let i: u32 = 0; i < columnCount; i++) {
    const column = columns + i * COLUMN;
    const code = load<u32>(taken + (i << 2));
    types += load<u8>(load<u32>(column, 12) + code);
    bodies += load<u32>(load<u32>(column, 16) + (code << 2));
  }
  headerLength = types < 127 ? types + 1 : types + varintLength(types + 2);
  frontLength = headerLength + bodies;
}

/** Writes the payload of the codes that were taken. @inline */
export function write(to: usize, id: i64, idType: u32): void {
  if (lastAt !== 0) {
    copyBytes(to, lastAt, frontLength);
  } else {
    let typeAt = writeVarint(to, headerLength);
    let bodyAt = to + headerLength;
    for (let i: u32 = 0; i < columnCount; i++) {
      const column = columns + i * COLUMN;
      const code = load<u32>(taken + (i << 2));
      const typeLength = load<u8>(load<u32>(column, 12) + code) as u32;
      const bodyLength = load<u32>(load<u32>(column, 16) + (code << 2));
      const from = load<u32>(column, 4) + load<u32>(load<u32>(column, 8) + (code << 2));
      for (let done: u32 = 0; done < typeLength; done++) store<u8>(typeAt++, load<u8>(from + done));
      copyBytes(bodyAt, from + typeLength, bodyLength);
      bodyAt += bodyLength;
    }
  }
  store<u8>(to + headerLength - 1, idType as u8);
  writeInteger(to + frontLength, id, idType);
  lastAt = to;
}

/** Writes one entry, behind its length as varint, and returns the length of the payload. */
export function writeEntry(entry: u32, to: usize): u32 {
  take(entry);
  lastAt = 0;
  const id = rowidOf(entry);
  const type = integerType(id);
  const length = frontLength + integerLength(type);
  write(writeVarint(to, length), id, type);
  lastAt = 0;
  return length;
}

/**
 * Adds the entries `[entry, last)` of the batch to the open leaf while they fit, and returns the first one that was not added.
 *
 * @param leafAt the address of the leaf
 * @param cellStart the offset of its lowest cell
 */
export function addEntries(entry: u32, last: u32, leafAt: usize, cellStart: u32, cellCount: u32): u32 {
  let cellLength: u32 = 0;
  startEntries();
  for (; entry < last; entry++) {
    take(entry);
    const id = rowidOf(entry);
    const type = integerType(id);
    const length = frontLength + integerLength(type);
    const needed = varintLength(length) + length;
    if (length > maximumLocal || !hasRoom(cellStart, cellCount, needed)) {
      end(cellStart, cellCount, cellLength, FULL);
      return entry;
    }
    cellLength = needed;
    cellStart -= needed;
    placeCell(leafAt, cellCount, cellStart);
    cellCount++;
    write(writeVarint(leafAt + cellStart, length), id, type);
  }
  end(cellStart, cellCount, cellLength, DONE);
  return entry;
}
