/** Scrambles 32 bits so that every input bit moves every output bit (Rules 3, fmix32). Returns an unsigned number. */
export function fmix32(value: number): number {
  let hash = value >>> 0;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}

/**
 * The number that spreads contacts over days (Rules 3, mix): the same for the same contact id, type code and year.
 *
 * @param contactId an integer from 1 to 2^53-1
 * @param typeCode the type code of the email, 100 + instance id for a campaign
 * @returns an unsigned 32-bit number
 */
export function mix(contactId: number, typeCode: number, year: number): number {
  const idBits = (contactId % 4294967296) >>> 0;
  const codeBits = Math.imul((typeCode % 4294967296) >>> 0, 0x9e3779b1);
  return fmix32(fmix32(idBits ^ codeBits) ^ year);
}
