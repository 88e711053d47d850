/** The first byte of the page that SQLite never uses, because its file locks lie on it: 1 GiB. */
const LOCK_BYTE_OFFSET = 1073741824;

/** Takes the bytes of a database file, in any order. */
export interface PageSink {
  /** Takes bytes for a place in the file; they are the caller's again when it returns. */
  write(bytes: Uint8Array, byteOffset: number): void;
}

/** Where the pages of a database go. */
export interface PageSpaceOptions {
  /** The number of the first page to hand out behind the reused ones; 2 when the file begins with this writer. */
  readonly firstPage?: number;
  /** In bytes, a power of two from 512 to 65536; 4096 when left out. */
  readonly pageSize?: number;
  /** The bytes at the end of every page that are left alone. */
  readonly reservedBytes?: number;
  /** Pages below `firstPage` to hand out first, ascending. */
  readonly reusedPages?: Uint32Array;
}

/** The number of the page that no database uses; it exists in files of more than 1 GiB. */
export function lockBytePage(pageSize: number): number {
  return LOCK_BYTE_OFFSET / pageSize + 1;
}

/**
 * The pages of a database file: hands out page numbers in ascending order and sends the pages to a sink.
 *
 * Page numbers count from 1; the page that holds byte 1 GiB is left out.
 */
export class PageSpace {
  readonly pageSize: number;
  /** The page size less the reserved bytes. */
  readonly usableSize: number;
  private readonly sink: PageSink;
  private readonly lockPage: number;
  private readonly reused: Uint32Array;
  private reusedCount = 0;
  private next: number;

  constructor(sink: PageSink, options: PageSpaceOptions = {}) {
    this.sink = sink;
    this.pageSize = options.pageSize ?? 4096;
    this.usableSize = this.pageSize - (options.reservedBytes ?? 0);
    this.lockPage = lockBytePage(this.pageSize);
    this.reused = options.reusedPages ?? new Uint32Array(0);
    this.next = options.firstPage ?? 2;
  }

  /** The highest page number handed out: the page count of the file, the left-out page included. */
  get pageCount(): number {
    return this.next - 1;
  }

  /** The pages to reuse that were not handed out, ascending; a view. */
  get leftPages(): Uint32Array {
    return this.reused.subarray(this.reusedCount);
  }

  /** Hands out one page, to be written later with `writePage`. */
  allocate(): number {
    if (this.reusedCount < this.reused.length) return this.reused[this.reusedCount++];
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
      const pageNumber = this.allocate();
      numbers[position + i] = pageNumber;
      if (i > pieceStart && pageNumber !== numbers[position + i - 1] + 1) {
        this.writePage(numbers[position + pieceStart], this.piece(pages, pieceStart, i));
        pieceStart = i;
      }
    }
    if (pageCount > 0) this.writePage(numbers[position + pieceStart], this.piece(pages, pieceStart, pageCount));
  }

  private piece(pages: Uint8Array, start: number, end: number): Uint8Array {
    return pages.subarray(start * this.pageSize, end * this.pageSize);
  }
}
