import { dayOfMonth, farMonthDayOf, marchYearOf } from '../calendar';
import {
  copyBytes,
  DONE,
  end,
  FULL,
  hasRoom,
  integerType,
  maximumLocal,
  placeCell,
  UNKNOWN,
  varintLength,
  writeInteger,
  writeVarint,
} from './leaf';

/*
 * Rows of `email_schedules`, in leaves of its table. Rows of a kind differ only in contact, event date, days and the id that the
 * metadata of a follow-up name, which has as many digits in all of them: they are copies of a template, with these few bytes set in
 * each:
 *
 *   header                        body
 *   | 21 | 00 | type of each ... | contact | type text | day | day | 08:30:00 | ... |
 *                                  ^^^^^^^               ^^^   ^^^   patched
 *
 * A kind has a template for each length that its numbers take. The host makes templates and lays out what is below; element i of
 * a column is at its address + i * size. NULL in a day is the smallest value.
 *
 *   batch       rowid, contactId                f64
 *               initialId                       f64   NaN for what is no follow-up
 *               kind                            i32   -1 for a row that is like no other
 *               plannedDay, sendDay             i32
 *               eventDate                       i32   year << 9 | month << 5 | day
 *   days        dayTexts                        12 bytes each from FIRST_DAY on, made when first needed
 *   templates   templateSlots     i32   template + 1 by hash, 0 is free; SLOTS of them
 *               templateKeys      2 x i32   the kind, and the types of its numbers
 *               templateStarts    u32   address of its bytes
 *               templateLengths   u32
 *               templatePatches   u32   7 each: where contact, year, month, day, planned, send are in it, and where the digits of
 *                                       the initial id end; 0 for nowhere
 */

export let rowid: usize = 0;
export let contactId: usize = 0;
export let initialId: usize = 0;
export let kind: usize = 0;
export let plannedDay: usize = 0;
export let sendDay: usize = 0;
export let eventDate: usize = 0;
export let dayTexts: usize = 0;
export let templateSlots: usize = 0;
export let templateKeys: usize = 0;
export let templateStarts: usize = 0;
export let templateLengths: usize = 0;
export let templatePatches: usize = 0;

const NULL: i32 = i32.MIN_VALUE;
const FIRST_DAY: i32 = -65536;
const SLOTS: u32 = 32768;
const JANUARY: i32 = 306;

let templateCount: u32 = 0;
/** The slot for the row that was not found. */
let freeSlot: u32 = 0;

/** @inline */
function at(column: usize, row: u32): i32 {
  return load<i32>(column + (row << 2));
}

/** The types of what is patched, 4 bits each for contact, year, month, day, and a bit for each day that is NULL. @inline */
function formsOf(row: u32): u32 {
  const event = at(eventDate, row);
  return (
    integerType(load<f64>(contactId + (row << 3)) as i64) |
    (integerType(event >> 9) << 4) |
    (integerType((event >> 5) & 15) << 8) |
    (integerType(event & 31) << 12) |
    (u32(at(plannedDay, row) === NULL) << 16) |
    (u32(at(sendDay, row) === NULL) << 17)
  );
}

/** The template of a row, -1 when there is none. @inline */
function find(rowKind: i32, forms: u32): i32 {
  const hash: u32 = (rowKind * 0x9e3779b1) ^ (forms * 0x85ebca77);
  let slot = (hash ^ (hash >> 15)) & (SLOTS - 1);
  for (let entry = at(templateSlots, slot); entry !== 0; entry = at(templateSlots, slot)) {
    const key = templateKeys + ((entry - 1) << 3);
    if (load<i32>(key) === rowKind && load<u32>(key, 4) === forms) return entry - 1;
    slot = (slot + 1) & (SLOTS - 1);
  }
  freeSlot = slot;
  return -1;
}

/**
 * Makes a template of the row that `addRows` ended at, and returns its number; the host writes its patches.
 *
 * @param start the address of its bytes
 */
export function addTemplate(row: u32, start: usize, length: u32): u32 {
  const template = templateCount++;
  const forms = formsOf(row);
  // Found free again: templates may have been forgotten in between.
  find(at(kind, row), forms);
  store<i32>(templateSlots + (freeSlot << 2), template + 1);
  const key = templateKeys + (template << 3);
  store<i32>(key, at(kind, row));
  store<u32>(key, forms, 4);
  store<u32>(templateStarts + (template << 2), start as u32);
  store<u32>(templateLengths + (template << 2), length);
  return template;
}

/** Forgets all templates. */
export function forgetTemplates(): void {
  memory.fill(templateSlots, 0, SLOTS << 2);
  templateCount = 0;
}

/** Writes the text of a day, `YYYY-MM-DD`. @inline */
function writeDay(to: usize, day: i32): void {
  const text = dayTexts + (day - FIRST_DAY) * 12;
  if (load<u8>(text) === 0) makeDayText(text, day);
  store<u64>(to, load<u64>(text));
  store<u16>(to, load<u16>(text, 8), 8);
}

function makeDayText(text: usize, day: i32): void {
  const monthDay = farMonthDayOf(day);
  const isNextYear = monthDay >= JANUARY;
  const year = marchYearOf(day) + i32(isNextYear);
  const month = (5 * monthDay + 2) / 153 + (isNextYear ? -9 : 3);
  writeDigits(text, year / 100);
  writeDigits(text + 2, year % 100);
  store<u8>(text, 0x2d, 4);
  writeDigits(text + 5, month);
  store<u8>(text, 0x2d, 7);
  writeDigits(text + 8, dayOfMonth(monthDay));
}

function writeDigits(to: usize, value: i32): void {
  store<u8>(to, (0x30 + value / 10) as u8);
  store<u8>(to, (0x30 + (value % 10)) as u8, 1);
}

/** Writes the digits of a number in front of `end`. */
function writeDecimal(end: usize, value: u64): void {
  do {
    store<u8>(--end, (0x30 + (value % 10)) as u8);
    value /= 10;
  } while (value > 0);
}

/**
 * Adds the rows `[row, last)` of the batch to the open leaf while they fit, and returns the first one that was not added.
 *
 * @param leafAt the address of the leaf
 * @param cellStart the offset of its lowest cell
 */
export function addRows(row: u32, last: u32, leafAt: usize, cellStart: u32, cellCount: u32): u32 {
  let cellLength: u32 = 0;
  for (; row < last; row++) {
    const forms = formsOf(row);
    const template = at(kind, row) < 0 ? -1 : find(at(kind, row), forms);
    if (template < 0) {
      end(cellStart, cellCount, cellLength, UNKNOWN);
      return row;
    }
    const length = load<u32>(templateLengths + (template << 2));
    const id = load<f64>(rowid + (row << 3)) as i64;
    const needed = varintLength(length) + varintLength(id) + length;
    if (length > maximumLocal || !hasRoom(cellStart, cellCount, needed)) {
      end(cellStart, cellCount, cellLength, FULL);
      return row;
    }
    cellLength = needed;
    cellStart -= needed;
    placeCell(leafAt, cellCount, cellStart);
    cellCount++;
    const record = writeVarint(writeVarint(leafAt + cellStart, length), id);
    copyBytes(record, load<u32>(templateStarts + (template << 2)), length);
    const patches = templatePatches + template * 28;
    const contactAt = load<u32>(patches);
    if (contactAt !== 0) writeInteger(record + contactAt, load<f64>(contactId + (row << 3)) as i64, forms & 15);
    const event = at(eventDate, row);
    const yearAt = load<u32>(patches, 4);
    if (yearAt !== 0) writeInteger(record + yearAt, event >> 9, (forms >> 4) & 15);
    const monthAt = load<u32>(patches, 8);
    if (monthAt !== 0) writeInteger(record + monthAt, (event >> 5) & 15, (forms >> 8) & 15);
    const dayAt = load<u32>(patches, 12);
    if (dayAt !== 0) writeInteger(record + dayAt, event & 31, (forms >> 12) & 15);
    const plannedAt = load<u32>(patches, 16);
    if (plannedAt !== 0) writeDay(record + plannedAt, at(plannedDay, row));
    const sendAt = load<u32>(patches, 20);
    if (sendAt !== 0) writeDay(record + sendAt, at(sendDay, row));
    const initialEnd = load<u32>(patches, 24);
    if (initialEnd !== 0) writeDecimal(record + initialEnd, load<f64>(initialId + (row << 3)) as u64);
  }
  end(cellStart, cellCount, cellLength, DONE);
  return row;
}
