/** Scrambles 32 bits so that every input bit moves every output bit (Rules 3, fmix32). @inline */
function fmix32(value: u32): u32 {
  let hash = value;
  hash ^= hash >>> 16;
  hash *= 0x85ebca6b;
  hash ^= hash >>> 13;
  hash *= 0xc2b2ae35;
  hash ^= hash >>> 16;
  return hash;
}

/** The number that spreads contacts over days (Rules 3, mix). */
export function mix(contactId: f64, typeCode: u32, year: i32): u32 {
  return fmix32(fmix32(<u32>(<u64>contactId) ^ (typeCode * 0x9e3779b1)) ^ <u32>year);
}
