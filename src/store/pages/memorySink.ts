import type { PageSink } from './pageSpace.js';

/** Collects a database in memory. */
export class MemorySink implements PageSink {
  private buffer = new Uint8Array(1 << 20);
  private length = 0;

  /** Takes a copy of the bytes. */
  write(bytes: Uint8Array, byteOffset: number): void {
    const end = byteOffset + bytes.length;
    if (end > this.buffer.length) {
      const larger = new Uint8Array(Math.max(end, this.buffer.length * 2));
      larger.set(this.buffer.subarray(0, this.length));
      this.buffer = larger;
    }
    this.buffer.set(bytes, byteOffset);
    this.length = Math.max(this.length, end);
  }

  /** The bytes so far; a view that the next `write` may leave behind. */
  toBytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}
