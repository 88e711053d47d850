/** A database file to read pages from, wherever its bytes are. */
export interface PageSource {
  /** The length of the file. */
  readonly byteLength: number;
  /** Whether a header that tells of WAL mode may be believed to have nothing in its log. */
  readonly hasEmptyLog: boolean;
  /** What `locate` found its bytes in; another array after every call. */
  readonly bytes: Uint8Array;
  /**
   * Makes a piece of the file readable until the next call: it begins in `bytes` at the offset that is returned.
   *
   * @param byteOffset where the piece begins in the file
   * @param byteLength no piece reaches beyond the file, and none is longer than 65536 bytes
   * @throws SendplanError when the file cannot be read
   */
  locate(byteOffset: number, byteLength: number): number;
  /**
   * The bytes of a piece of the file of any length, to be used before the next call and not changed; what `locate` found stays
   * where it is.
   *
   * @param byteLength no piece reaches beyond the file
   * @throws SendplanError when the file cannot be read
   */
  read(byteOffset: number, byteLength: number): Uint8Array;
}

/** A database file that lies in memory as it is; nothing is copied. */
export class ImageSource implements PageSource {
  readonly byteLength: number;
  readonly hasEmptyLog = false;

  /** @param bytes the whole file, which must stay as it is while it is read */
  constructor(readonly bytes: Uint8Array) {
    this.byteLength = bytes.length;
  }

  locate(byteOffset: number): number {
    return byteOffset;
  }

  read(byteOffset: number, byteLength: number): Uint8Array {
    return this.bytes.subarray(byteOffset, byteOffset + byteLength);
  }
}
