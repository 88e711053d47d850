/*
 * Values as records hold them: a serial type, and a body behind the header. 0 is NULL, 1 to 6 whole numbers of 1, 2, 3, 4, 6 and 8
 * bytes, 7 a float64, 8 and 9 the numbers 0 and 1; from 12 on even types are blobs and odd ones texts of (type - 12) / 2 bytes.
 */

/** The address behind the varint that was read last. */
export let readEnd: usize = 0;

/** Reads a varint of at most nine bytes. @inline */
export function readVarint(at: usize): u64 {
  const byte = load<u8>(at);
  if (byte < 128) {
    readEnd = at + 1;
    return byte;
  }
  return readLongVarint(at);
}

function readLongVarint(at: usize): u64 {
  let value: u64 = 0;
  for (let i = 0; i < 8; i++) {
    const byte = load<u8>(at++);
    value = (value << 7) | (byte & 127);
    if (byte < 128) {
      readEnd = at;
      return value;
    }
  }
  readEnd = at + 1;
  return (value << 8) | load<u8>(at);
}

/** The bytes of a body; `u32.MAX_VALUE` for a type that is none, and for bodies of more than 2^30 bytes. @inline */
export function bodyLength(type: u64): u32 {
  if (type >= 12) return type < 1 << 31 ? ((type as u32) - 12) >> 1 : u32.MAX_VALUE;
  if (type <= 4) return type as u32;
  if (type === 5) return 6;
  if (type <= 7) return 8;
  return type <= 9 ? 0 : u32.MAX_VALUE;
}

/** Reads the whole number of a serial type 1 to 6, 8 or 9. @inline */
export function readInteger(at: usize, type: u32): i64 {
  if (type === 3) return ((load<i8>(at) as i64) << 16) | (bswap<u16>(load<u16>(at, 1)) as i64);
  if (type === 2) return bswap<u16>(load<u16>(at)) as i16 as i64;
  if (type === 1) return load<i8>(at) as i64;
  if (type === 4) return bswap<u32>(load<u32>(at)) as i32 as i64;
  if (type === 5) return ((bswap<u16>(load<u16>(at)) as i16 as i64) << 32) | (bswap<u32>(load<u32>(at, 2)) as i64);
  if (type === 6) return bswap<u64>(load<u64>(at)) as i64;
  return (type - 8) as i64;
}

/** @inline */
function readReal(at: usize): f64 {
  return reinterpret<f64>(bswap<u64>(load<u64>(at)));
}

/** Compares a whole number with a float64, exactly. */
function compareWithReal(whole: i64, real: f64): i32 {
  if (real < -9223372036854775808.0) return 1;
  if (real >= 9223372036854775808.0) return -1;
  const floor = real as i64;
  if (whole !== floor) return whole < floor ? -1 : 1;
  const rest = real - (floor as f64);
  return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

/** Compares bytes as unsigned numbers; of two that begin alike the shorter is first. @inline */
function compareBytes(a: usize, b: usize, lengthA: u32, lengthB: u32): i32 {
  const common = min(lengthA, lengthB);
  let done: u32 = 0;
  for (; done + 8 <= common; done += 8) {
    const wordA = load<u64>(a + done);
    const wordB = load<u64>(b + done);
    if (wordA !== wordB) return bswap<u64>(wordA) < bswap<u64>(wordB) ? -1 : 1;
  }
  for (; done < common; done++) {
    const difference = (load<u8>(a + done) as i32) - (load<u8>(b + done) as i32);
    if (difference !== 0) return difference;
  }
  return (lengthA as i32) - (lengthB as i32);
}

/** Compares two values in the order of an index with the collation BINARY: NULL, numbers, texts, blobs. */
export function compareValues(typeA: u32, a: usize, typeB: u32, b: usize): i32 {
  if (typeA >= 12 || typeB >= 12) {
    if (typeA < 12) return -1;
    if (typeB < 12) return 1;
    if (((typeA ^ typeB) & 1) !== 0) return (typeA & 1) !== 0 ? -1 : 1;
    return compareBytes(a, b, (typeA - 12) >> 1, (typeB - 12) >> 1);
  }
  if (typeA === 0 || typeB === 0) return i32(typeA !== 0) - i32(typeB !== 0);
  if (typeA !== 7 && typeB !== 7) {
    const wholeA = readInteger(a, typeA);
    const wholeB = readInteger(b, typeB);
    return wholeA < wholeB ? -1 : i32(wholeA > wholeB);
  }
  if (typeA !== 7) return compareWithReal(readInteger(a, typeA), readReal(b));
  if (typeB !== 7) return -compareWithReal(readInteger(b, typeB), readReal(a));
  const realA = readReal(a);
  const realB = readReal(b);
  return realA < realB ? -1 : i32(realA > realB);
}
