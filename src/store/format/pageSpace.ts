/** The first byte of the page that SQLite never uses, because its file locks lie on it: 1 GiB. */
const LOCK_BYTE_OFFSET = 1073741824;

/** Takes the bytes of a database file, in any order. */
export interface PageSink {
  /** Takes bytes for a place in the file; they are the caller's again when it returns. */
  write(bytes: Uint8Array, byteOffset: number): void;
}

/** Which pages there are to hand out. */
export interface PageSupplyOptions {
  /** The number of the first page to hand out behind the reused ones; 2 when the file begins with this writer. */
  readonly firstPage?: number;
  /** In bytes, a power of two from 512 to 65536; 4096 when left out. */
  readonly pageSize?: number;
  /** The bytes at the end of every page that are left alone. */
  readonly reservedBytes?: number;
  /** Pages below `firstPage` to hand out first, ascending. */
  readonly reusedPages?: Uint32Array;
  /** One element, which counts the pages that were dealt out; in memory that all threads see, when there are several. */
  readonly counter?: Int32Array;
}

/** The number of the page that no database uses; it exists in files of more than 1 GiB. */
export function lockBytePage(pageSize: number): number {
  return LOCK_BYTE_OFFSET / pageSize + 1;
}

/**
 * The pages that trees are written to, in one order: first those to reuse, then new ones. Writers take them in extents, also from
 * several threads at once, each of which has a supply over the same options.
 *
 * Page numbers count from 1; the page that holds byte 1 GiB is left out.
 */
export class PageSupply {
  readonly pageSize: number;
  /** The page size less the reserved bytes. */
  readonly usableSize: number;
  readonly #reused: Uint32Array;
  readonly #firstPage: number;
  readonly #lockPage: number;
  readonly #counter: Int32Array;

  constructor(options: PageSupplyOptions = {}) {
    this.pageSize = options.pageSize ?? 4096;
    this.usableSize = this.pageSize - (options.reservedBytes ?? 0);
    this.#reused = options.reusedPages ?? new Uint32Array(0);
    this.#firstPage = options.firstPage ?? 2;
    this.#lockPage = lockBytePage(this.pageSize);
    this.#counter = options.counter ?? new Int32Array(1);
  }

  /** Takes the next pages, and returns the place of the first one in the order. */
  take(count: number): number {
    return Atomics.add(this.#counter, 0, count);
  }

  /** The number of the page at a place in the order. */
  pageAt(place: number): number {
    if (place < this.#reused.length) return this.#reused[place];
    const page = this.#firstPage + place - this.#reused.length;
    return this.#firstPage <= this.#lockPage && page >= this.#lockPage ? page + 1 : page;
  }

  /** The highest page number taken: the page count of the file, the left-out page included. */
  get pageCount(): number {
    const taken = Atomics.load(this.#counter, 0);
    return taken > this.#reused.length ? this.pageAt(taken - 1) : this.#firstPage - 1;
  }

  /** The pages to reuse that nobody took, ascending; a view. */
  get leftPages(): Uint32Array {
    return this.#reused.subarray(Math.min(this.#reused.length, Atomics.load(this.#counter, 0)));
  }
}

/** Hands out the pages of a supply to one writer and sends what they hold to a sink. */
export class PageSpace {
  readonly pageSize: number;
  /** The page size less the reserved bytes. */
  readonly usableSize: number;
  private readonly sink: PageSink;
  private readonly supply: PageSupply;
  private readonly extentPages: number;
  private next = 0;
  private end = 0;
  /** Pages that the writer has given back, and how many of them it took again. */
  private readonly recycled: number[] = [];
  private retaken = 0;
  /** The places in the supply's order at which extents begin. */
  private readonly extents: number[] = [];

  /**
   * @param supply the supply, or what it is made of when nobody else takes from it
   * @param extentPages how many pages are taken from the supply at once
   */
  constructor(sink: PageSink, supply: PageSupply | PageSupplyOptions = {}, extentPages = 1) {
    this.sink = sink;
    this.supply = supply instanceof PageSupply ? supply : new PageSupply(supply);
    this.extentPages = extentPages;
    this.pageSize = this.supply.pageSize;
    this.usableSize = this.supply.usableSize;
  }

  /** The highest page number taken from the supply, see `PageSupply`. */
  get pageCount(): number {
    return this.supply.pageCount;
  }

  /** The pages that were taken from the supply, or given back, and not handed out. */
  get leftPages(): number[] {
    const fromSupply = Array.from({ length: this.end - this.next }, (_, i) => this.supply.pageAt(this.next + i));
    return [...fromSupply, ...this.recycled.slice(this.retaken)];
  }

  /** The pages that were handed out, in their order. */
  get usedPages(): number[] {
    const { extents, extentPages, supply } = this;
    const left = this.end - this.next;
    const fromSupply = extents.flatMap((start, i) =>
      Array.from({ length: extentPages - (i === extents.length - 1 ? left : 0) }, (_, page) =>
        supply.pageAt(start + page),
      ),
    );
    return [...fromSupply, ...this.recycled.slice(0, this.retaken)];
  }

  /** Takes back a page that holds nothing any more; it is handed out again before others. */
  recycle(pageNumber: number): void {
    this.recycled.push(pageNumber);
  }

  /** Hands out one page, to be written later with `writePage`. */
  allocate(): number {
    if (this.retaken < this.recycled.length) return this.recycled[this.retaken++];
    if (this.next === this.end) {
      this.next = this.supply.take(this.extentPages);
      this.extents.push(this.next);
      this.end = this.next + this.extentPages;
    }
    return this.supply.pageAt(this.next++);
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
