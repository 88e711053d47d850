import { putFields } from './fields';
import { fieldsOf, findForm, numberOf } from './forms';
import { fieldCount, outputs } from './memory';
import { keepTexts, newTextCount } from './texts';

/*
 * A leaf of a table in `page`: 2 bytes a cell tell where it is; a cell is `varint payload length | varint rowid | payload`. What is
 * damaged, or goes on on other pages, is the host's, row by row.
 */

export let page: usize = 0;
/** The end of the page's used part. */
export let usableEnd: u32 = 0;
/** The longest payload that is all in its cell. */
export let mostLocal: u32 = 0;

/** The id of the last row, and how many rows are in the columns, of as many as there is room for. */
export let lastRowid: f64 = 0;
export let rowCount: u32 = 0;
export let rowRoom: u32 = 0;

/** Bytes of the longest two varints. */
export const cellRoom: u32 = 18;

/** The largest number that f64 holds with all below it. */
const LARGEST: i64 = 9007199254740991;

/** Where the varint ends that `readVarint` read. */
let varintEnd: usize = 0;

/** Reads a varint of at most 8 bytes; -1 for a longer one. */
function readVarint(start: usize): i64 {
  let value: i64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    const byte = <i64>load<u8>(start + i);
    value = (value << 7) | (byte & 127);
    if (byte < 128) {
      varintEnd = start + i + 1;
      return value;
    }
  }
  return -1;
}

/**
 * Puts the rows of the cells `[cell, cellCount)` into the columns, up to the first that is the host's.
 *
 * @param pointers where in the page the offsets of the cells begin
 * @returns the first cell that was not read
 */
export function scanCells(cell: u32, cellCount: u32, pointers: u32): u32 {
  const cellsStart = pointers + 2 * cellCount;
  const numbers = <usize>load<u32>(outputs + ((<usize>fieldCount) << 2));
  let next = cell;
  for (; next < cellCount && rowCount < rowRoom; next++) {
    const offset = <u32>bswap<u16>(load<u16>(page + pointers + 2 * next));
    if (offset < cellsStart || offset + cellRoom > usableEnd) break;
    const payloadLength = readVarint(page + offset);
    if (payloadLength < 1 || payloadLength > <i64>mostLocal) break;
    const rowid = readVarint(varintEnd);
    if (rowid < 0 || rowid > LARGEST || <f64>rowid <= lastRowid) break;
    const record = varintEnd;
    if (record - page + <usize>payloadLength > <usize>usableEnd) break;
    const form = findForm(record, <u32>payloadLength);
    if (form === 0) break;
    const textCount = newTextCount;
    if (!putFields(fieldsOf(form), record, <f64>rowid, rowCount)) {
      keepTexts(textCount);
      break;
    }
    store<u32>(numbers + ((<usize>rowCount) << 2), numberOf(form));
    lastRowid = <f64>rowid;
    rowCount++;
  }
  return next;
}
