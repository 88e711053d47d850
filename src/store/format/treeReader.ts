import { type DatabaseImage, damaged } from './databaseImage.js';
import {
  INTERIOR_HEADER_BYTES,
  LEAF_HEADER_BYTES,
  localPayloadLength,
  PAGE_KIND,
  type PayloadLimits,
  readUint16,
  readUint32,
} from './pageFormat.js';

const MOST_LEVELS = 20;

/** An interior page on the way down. */
interface Level {
  /** A copy of the page. */
  readonly page: Uint8Array;
  readonly cellCount: number;
  /** What comes next: 2 i for child i, 2 i + 1 for the cell behind it. */
  next: number;
}

/**
 * Walks over the pages of a b-tree in the order of its keys: from leaf to leaf, and in an index by the entries of interior pages
 * between them.
 *
 * ```
 * const walk = new TreeReader(image, rootPage, 'index');
 * while (walk.next()) use(walk.bytes, walk.pageStart, walk.cellCount, walk.entryAt);
 * ```
 */
export class TreeReader {
  /** The bytes of the page, good until the next step or until somebody else asks for a page of the image. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the page begins in them. */
  pageStart = 0;
  /** The cells of the leaf; 1 at an entry of an interior page. */
  cellCount = 0;
  /** Where in `bytes` such an entry begins, behind the number of its child; -1 at a leaf. */
  entryAt = -1;
  readonly #image: DatabaseImage;
  readonly #kinds: { readonly leaf: number; readonly interior: number };
  readonly #above: Level[] = [];
  #pagesLeft: number;
  #firstPage: number;
  #leafPage = 0;

  constructor(image: DatabaseImage, rootPage: number, tree: 'table' | 'index') {
    this.#image = image;
    this.#kinds =
      tree === 'table'
        ? { leaf: PAGE_KIND.tableLeaf, interior: PAGE_KIND.tableInterior }
        : { leaf: PAGE_KIND.indexLeaf, interior: PAGE_KIND.indexInterior };
    this.#pagesLeft = image.pageCount;
    this.#firstPage = rootPage;
  }

  /**
   * Goes on; false at the end.
   *
   * @throws SendplanError `database_error` when the pages are not those of such a tree
   */
  next(): boolean {
    if (this.#firstPage > 0) {
      this.#descend(this.#firstPage);
      this.#firstPage = 0;
      return true;
    }
    const hasEntries = this.#kinds.interior === PAGE_KIND.indexInterior;
    for (let level = this.#above.at(-1); level !== undefined; level = this.#above.at(-1)) {
      const step = level.next++;
      const i = step >>> 1;
      if (step > 2 * level.cellCount) {
        this.#above.pop();
      } else if ((step & 1) === 0) {
        this.#descend(this.#childOf(level, i));
        return true;
      } else if (hasEntries) {
        this.bytes = level.page;
        this.pageStart = 0;
        this.cellCount = 1;
        this.entryAt = this.#cellAt(level, i) + 4;
        return true;
      }
    }
    return false;
  }

  /** Makes a leaf readable again after another page was asked for. */
  refresh(): void {
    this.pageStart = this.#image.page(this.#leafPage);
    this.bytes = this.#image.bytes;
  }

  #cellAt({ page }: Level, i: number): number {
    const cell = readUint16(page, INTERIOR_HEADER_BYTES + 2 * i);
    if (cell + 4 > this.#image.usableSize) throw damaged('a cell leaves its page');
    return cell;
  }

  #childOf(level: Level, i: number): number {
    return readUint32(level.page, i === level.cellCount ? 8 : this.#cellAt(level, i));
  }

  /** Goes from a page to the first leaf below it. */
  #descend(pageNumber: number): void {
    const image = this.#image;
    const { usableSize } = image;
    let page = pageNumber;
    for (;;) {
      const start = image.page(page);
      const { bytes } = image;
      if (this.#pagesLeft-- === 0) throw damaged(`the tree of page ${page} has no end`);
      const kind = bytes[start];
      const cellCount = readUint16(bytes, start + 3);
      const isLeaf = kind === this.#kinds.leaf;
      if (!isLeaf && (kind !== this.#kinds.interior || this.#above.length === MOST_LEVELS)) {
        throw damaged(`page ${page} is of the kind ${kind}`);
      }
      if ((isLeaf ? LEAF_HEADER_BYTES : INTERIOR_HEADER_BYTES) + 2 * cellCount > usableSize) {
        throw damaged(`page ${page} has ${cellCount} cells`);
      }
      if (isLeaf) {
        this.bytes = bytes;
        this.pageStart = start;
        this.cellCount = cellCount;
        this.entryAt = -1;
        this.#leafPage = page;
        return;
      }
      const level = { page: bytes.slice(start, start + usableSize), cellCount, next: 1 };
      this.#above.push(level);
      page = this.#childOf(level, 0);
    }
  }
}

/**
 * Puts the pieces of a payload together that has overflow pages.
 *
 * @param bytes holds the part in its cell, from `start` on, and behind it the number of the first overflow page
 * @throws SendplanError `database_error` when the chain is broken
 */
export function gatherPayload(
  image: DatabaseImage,
  limits: PayloadLimits,
  bytes: Uint8Array,
  start: number,
  payloadLength: number,
): Uint8Array {
  const { usableSize, pageCount } = image;
  if (!(payloadLength <= pageCount * usableSize)) throw damaged('a row is longer than the file');
  const local = localPayloadLength(payloadLength, limits);
  if (!(start + local + 4 <= bytes.length)) throw damaged('a row leaves its page');
  const payload = new Uint8Array(payloadLength);
  payload.set(bytes.subarray(start, start + local));
  let page = readUint32(bytes, start + local);
  for (let done = local; done < payloadLength; done += usableSize - 4) {
    const from = image.page(page);
    const count = Math.min(usableSize - 4, payloadLength - done);
    payload.set(image.bytes.subarray(from + 4, from + 4 + count), done);
    page = readUint32(image.bytes, from);
  }
  return payload;
}
