/** A longer piece is given bytes of its own, which go when it does. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

/** Bytes for one piece of a file after the other: each is good until the next one is taken. */
export class PieceBuffer {
  #bytes = new Uint8Array(0);

  /** Bytes of that length, which hold whatever was there before. */
  take(byteLength: number): Uint8Array<ArrayBuffer> {
    if (byteLength > MOST_KEPT_BYTES) return new Uint8Array(byteLength);
    if (this.#bytes.length < byteLength) this.#bytes = new Uint8Array(byteLength);
    return this.#bytes.subarray(0, byteLength);
  }
}
