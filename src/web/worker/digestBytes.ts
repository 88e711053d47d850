import xxhash from 'xxhash-wasm';

const DIGEST_DIGITS = 16;
/** Every piece is copied into the memory of the hash. */
const PIECE_BYTES = 1024 * 1024;

/** A digest of bytes, 16 hexadecimal digits, by which databases of one name are told apart (XXH64, which is no safeguard). */
export async function digestBytes(bytes: Uint8Array): Promise<string> {
  const { create64 } = await xxhash();
  const hash = create64();
  for (let start = 0; start < bytes.length; start += PIECE_BYTES)
    hash.update(bytes.subarray(start, start + PIECE_BYTES));
  return hash.digest().toString(16).padStart(DIGEST_DIGITS, '0');
}
