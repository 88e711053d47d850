const TWO_TO_32 = 4294967296;

/**
 * The bytes that a number takes as a SQLite varint: 1 to 8 for 0 to 2^53-1, and 9 for every negative number.
 *
 * @param value a safe integer
 */
export function varintLength(value: number): number {
  if (value < 0) return 9;
  let length = 1;
  for (let limit = 128; value >= limit; limit *= 128) length += 1;
  return length;
}

/**
 * Writes a number as a SQLite varint and returns the offset after it.
 *
 * A varint is big-endian, seven bits a byte, the high bit set on every byte but the last; a ninth byte, which only
 * negative numbers need here, holds eight bits.
 *
 * @param value a safe integer
 */
export function writeVarint(target: Uint8Array, byteOffset: number, value: number): number {
  if (value >= 0 && value < 128) {
    target[byteOffset] = value;
    return byteOffset + 1;
  }
  if (value >= 0 && value < 16384) {
    target[byteOffset] = (value >>> 7) | 128;
    target[byteOffset + 1] = value & 127;
    return byteOffset + 2;
  }
  if (value >= 0 && value < 2097152) {
    target[byteOffset] = (value >>> 14) | 128;
    target[byteOffset + 1] = ((value >>> 7) & 127) | 128;
    target[byteOffset + 2] = value & 127;
    return byteOffset + 3;
  }
  if (value >= 0 && value < 268435456) {
    target[byteOffset] = (value >>> 21) | 128;
    target[byteOffset + 1] = ((value >>> 14) & 127) | 128;
    target[byteOffset + 2] = ((value >>> 7) & 127) | 128;
    target[byteOffset + 3] = value & 127;
    return byteOffset + 4;
  }
  return writeLongVarint(target, byteOffset, value);
}

function writeLongVarint(target: Uint8Array, byteOffset: number, value: number): number {
  const length = varintLength(value);
  let rest = value;
  let position = byteOffset + length - 1;
  if (length === 9) {
    // The low byte of the two's complement, then 56 bits in sevens; floor keeps the sign running to the left.
    target[position] = rest - Math.floor(rest / 256) * 256;
    rest = Math.floor(rest / 256);
  } else {
    target[position] = rest % 128;
    rest = Math.floor(rest / 128);
  }
  for (position -= 1; position >= byteOffset; position -= 1) {
    const next = Math.floor(rest / 128);
    target[position] = (rest - next * 128) | 128;
    rest = next;
  }
  return byteOffset + length;
}

/**
 * Writes the low bytes of a whole number's two's complement, big-endian.
 *
 * @param value a safe integer that fits
 * @param byteCount 1, 2, 3, 4, 6 or 8
 */
export function writeInteger(target: Uint8Array, byteOffset: number, value: number, byteCount: number): void {
  const high = Math.floor(value / TWO_TO_32);
  const low = value - high * TWO_TO_32;
  for (let i = 0; i < byteCount; i += 1) {
    const shift = (byteCount - 1 - i) * 8;
    // `>>` turns a number beyond 32 bits into its lowest 32, so `low` may be unsigned and `high` negative.
    target[byteOffset + i] = shift >= 32 ? high >> (shift - 32) : low >>> shift;
  }
}
