/** Zeroed bytes that all threads of the process see, where the host has such memory, and else this one alone. */
export function sharedBytes(byteLength: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(byteLength) : new SharedArrayBuffer(byteLength);
}
