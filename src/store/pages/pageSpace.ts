/** The first byte of the page that SQLite never uses, because its file locks lie on it: 1 GiB. */
const LOCK_BYTE_OFFSET = 1073741824;

/** Takes the bytes of a database file. Offsets only grow, but for page 1, and others written by number, at the end. */
export interface PageSink {
  /** Takes bytes for a place in the file; they are the caller's again when it returns. */
  write(bytes: Uint8Array, byteOffset: number): void;
}

/**
 * The pages of a database file: hands out page numbers in order and sends the pages to a sink.
 *
 * Page numbers count from 1; the page that holds byte 1 GiB is left out.
 */
export class PageSpace {
  readonly pageSize: number;
  private readonly sink: PageSink;
  private readonly lockPage: number;
  private next: number;

  /**
   * @param options.firstPage the number of the first page to hand out; 2 when the file begins with this writer
   * @param options.pageSize in bytes, a power of two from 512 to 32768
   */
  constructor(sink: PageSink, options: { firstPage?: number; pageSize?: number } = {}) {
    this.sink = sink;
    this.pageSize = options.pageSize ?? 4096;
    this.lockPage = LOCK_BYTE_OFFSET / this.pageSize + 1;
    this.next = options.firstPage ?? 2;
  }

  /** The highest page number handed out: the page count of the file, the left-out page included. */
  get pageCount(): number {
    return this.next - 1;
  }

  /** Hands out one page, to be written later with `writePage`. */
  allocate(): number {
    if (this.next === this.lockPage) this.next += 1;
    return this.next++;
  }

  /** Writes one page whose number is known. */
  writePage(pageNumber: number, page: Uint8Array): void {
    this.sink.write(page, (pageNumber - 1) * this.pageSize);
  }

  /**
   * Writes pages that follow one another in memory to new pages, in as few pieces as can be.
   *
   * @param pages whole pages
   * @param numbers receives the page numbers, from `position` on
   */
  append(pages: Uint8Array, numbers: Uint32Array, position: number): void {
    const pageCount = pages.length / this.pageSize;
    let pieceStart = 0;
    for (let i = 0; i < pageCount; i += 1) {
      numbers[position + i] = this.allocate();
      const isBreak = i + 1 === pageCount || this.next === this.lockPage;
      if (!isBreak) continue;
      const piece = pages.subarray(pieceStart * this.pageSize, (i + 1) * this.pageSize);
      this.writePage(numbers[position + pieceStart], piece);
      pieceStart = i + 1;
    }
  }
}
