/*
 * Elements of columns: a column is the address of its first element, `i` counts elements. All of it is inlined, and costs what
 * the shifts and additions cost that it stands for.
 */

/** Element `i` of a column of bytes. @inline */
export function u8At(column: usize, i: u32): u8 {
  return load<u8>(column + i);
}

/** Element `i` of a column of u16. @inline */
export function u16At(column: usize, i: u32): u16 {
  return load<u16>(column + ((<usize>i) << 1));
}

/** Element `i` of a column of i32. @inline */
export function i32At(column: usize, i: u32): i32 {
  return load<i32>(column + ((<usize>i) << 2));
}

/** Element `i` of a column of u32. @inline */
export function u32At(column: usize, i: u32): u32 {
  return load<u32>(column + ((<usize>i) << 2));
}

/** Element `i` of a column of u64. @inline */
export function u64At(column: usize, i: u32): u64 {
  return load<u64>(column + ((<usize>i) << 3));
}

/** Element `i` of a column of f64. @inline */
export function f64At(column: usize, i: u32): f64 {
  return load<f64>(column + ((<usize>i) << 3));
}

/** Sets element `i` of a column of bytes. @inline */
export function putU8(column: usize, i: u32, value: u8): void {
  store<u8>(column + i, value);
}

/** Sets element `i` of a column of u16. @inline */
export function putU16(column: usize, i: u32, value: u16): void {
  store<u16>(column + ((<usize>i) << 1), value);
}

/** Sets element `i` of a column of i32. @inline */
export function putI32(column: usize, i: u32, value: i32): void {
  store<i32>(column + ((<usize>i) << 2), value);
}

/** Sets element `i` of a column of u32. @inline */
export function putU32(column: usize, i: u32, value: u32): void {
  store<u32>(column + ((<usize>i) << 2), value);
}

/** Sets element `i` of a column of u64. @inline */
export function putU64(column: usize, i: u32, value: u64): void {
  store<u64>(column + ((<usize>i) << 3), value);
}

/** The first element of a column that is `i` elements on; elements have `bytes` bytes. @inline */
export function addressAt(column: usize, i: u32, bytes: usize): usize {
  return column + <usize>i * bytes;
}
