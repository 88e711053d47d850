import { fieldCount, monthStarts, outputs } from './memory';
import { codeOf, noteText, UNKNOWN_CODE } from './texts';

/*
 * The fields of a form, 12 bytes each: what kind it is, where in the record its value begins, and a number that depends on the kind.
 *
 *   CONSTANT   the number itself, i32                              into a column of i32
 *   ROWID      the row's id                                        f64
 *   INTEGER    an integer; the number is its serial type           f64
 *   SMALL      an integer of 32 bits; its serial type              i32
 *   DAY        a date; its bytes                                   i32
 *   CODE       a text; its bytes                                   i32
 */

const CONSTANT: u32 = 0;
const ROWID: u32 = 1;
const INTEGER: u32 = 2;
const SMALL: u32 = 3;
const DAY: u32 = 4;

const FIELD_BYTES: usize = 12;

/** No number of 32 bits, and the one that stands for a value that is none: the host's. */
const LEAST_PLAIN: i32 = i32.MIN_VALUE + 1;

const FIRST_YEAR: i32 = 1900;
const END_YEAR: i32 = 2200;
const FOUR_DIGITS: u32 = 0x30303030;
const HYPHEN_MONTH_HYPHEN: u32 = 0x2d30302d;
const TWO_DIGITS: u32 = 0x3030;
const HIGHEST_BITS: u32 = 0x80808080;
const NO_DAY: i32 = i32.MIN_VALUE;

/** Reads a date as src/calendar/iso.ts reads it from bytes; NO_DAY when it is none in ISO form. */
function dayOf(at: usize, byteLength: u32): i32 {
  if (byteLength !== 10) {
    if (byteLength < 10) return NO_DAY;
    const next = load<u8>(at, 10);
    if (next !== 32 && next !== 84) return NO_DAY;
  }
  const years = load<u32>(at) ^ FOUR_DIGITS;
  const months = load<u32>(at, 4) ^ HYPHEN_MONTH_HYPHEN;
  const days = <u32>load<u16>(at, 8) ^ TWO_DIGITS;
  const overflow =
    ((years + 0x76767676) | years | (months + 0x7f76767f) | months | (days + 0x7676) | days) & HIGHEST_BITS;
  if (overflow !== 0) return NO_DAY;
  const pairs = (years * 10 + (years >>> 8)) & 0x00ff00ff;
  const year = <i32>((pairs & 0xff) * 100 + (pairs >>> 16));
  const month = <i32>(((months >>> 8) & 0xff) * 10 + (months >>> 16));
  const day = <i32>((days & 0xff) * 10 + (days >>> 8));
  if (year < FIRST_YEAR || year >= END_YEAR || month < 1 || month > 12 || day < 1) return NO_DAY;
  const start = monthStarts + ((<usize>((year - FIRST_YEAR) * 12 + month - 1)) << 2);
  const number = load<i32>(start) + day - 1;
  return number < load<i32>(start, 4) ? number : NO_DAY;
}

/** An integer by its serial type, 1 to 5, 8 or 9. */
function integerOf(at: usize, type: u32): i64 {
  if (type === 1) return load<i8>(at);
  if (type === 2) return bswap<i16>(load<i16>(at));
  if (type === 3) return <i32>bswap<u32>(load<u32>(at)) >> 8;
  if (type === 4) return <i32>bswap<u32>(load<u32>(at));
  if (type === 5) return <i64>bswap<u64>(load<u64>(at)) >> 16;
  return type === 9 ? 1 : 0;
}

/** Puts the fields of a record into place `row` of the columns; false when one of them is not what its form lets expect. */
export function putFields(fields: usize, record: usize, rowid: f64, row: u32): bool {
  for (let i: u32 = 0; i < fieldCount; i++) {
    const field = fields + <usize>i * FIELD_BYTES;
    const kind = load<u32>(field);
    const at = record + load<u32>(field, 4);
    const number = load<i32>(field, 8);
    const column = <usize>load<u32>(outputs + ((<usize>i) << 2));
    if (kind === ROWID) {
      store<f64>(column + ((<usize>row) << 3), rowid);
      continue;
    }
    if (kind === INTEGER) {
      store<f64>(column + ((<usize>row) << 3), <f64>integerOf(at, number));
      continue;
    }
    let value = number;
    if (kind === DAY) {
      value = dayOf(at, number);
      if (value === NO_DAY) return false;
    } else if (kind === SMALL) {
      value = <i32>integerOf(at, number);
      if (value <= LEAST_PLAIN) return false;
    } else if (kind !== CONSTANT) {
      value = codeOf(i, at, number);
      if (value === UNKNOWN_CODE) noteText(row, i, at, number);
    }
    store<i32>(column + ((<usize>row) << 2), value);
  }
  return true;
}
