import { sharedBytes } from '../../columns/sharedBytes.js';
import { type DatabaseImage, damaged, VarintReader } from './databaseImage.js';
import { INTERIOR_HEADER_BYTES, indexPayloadLimits, PAGE_KIND, readUint16, readUint32 } from './pageFormat.js';
import { levelsOf } from './treePages.js';

/** The leaves of a table's b-tree from left to right, as its interior pages tell of them; plain data. */
export interface TableOutline {
  /** Their page numbers. */
  readonly pages: Uint32Array;
  /** For each the largest rowid that may be in it; infinite for the last one. */
  readonly lastRowids: Float64Array;
}

/** The leaves of an index's b-tree from left to right, and the entries that stand between them; plain data, in memory that all threads see. */
export interface IndexOutline {
  /** Their page numbers. */
  readonly pages: Uint32Array;
  /** The cells of the entries, one after the other, each behind one leaf and before the next. */
  readonly cells: Uint8Array;
  /** Where in `cells` each ends. */
  readonly cellEnds: Uint32Array;
}

/** What is told of a tree, left to right. */
interface OutlineVisitor {
  leaf(pageNumber: number): void;
  /** An interior page's cell, behind the number of its child: between the leaves left and right of it. */
  cell(page: Uint8Array, start: number): void;
}

function visitOutline(image: DatabaseImage, rootPage: number, interiorKind: number, visitor: OutlineVisitor): void {
  const visitBelow = (pageNumber: number, levels: number): void => {
    image.requirePage(pageNumber);
    if (levels === 0) {
      visitor.leaf(pageNumber);
      return;
    }
    const start = image.page(pageNumber);
    const page = image.bytes.slice(start, start + image.usableSize);
    const cellCount = readUint16(page, 3);
    const isInterior = page[0] === interiorKind && INTERIOR_HEADER_BYTES + 2 * cellCount <= page.length;
    if (!isInterior) throw damaged(`page ${pageNumber} is no interior page of its tree`);
    for (let i = 0; i < cellCount; i++) {
      const cell = readUint16(page, INTERIOR_HEADER_BYTES + 2 * i);
      if (cell + 4 > page.length) throw damaged(`a cell of page ${pageNumber} leaves it`);
      visitBelow(readUint32(page, cell), levels - 1);
      visitor.cell(page, cell + 4);
    }
    visitBelow(readUint32(page, 8), levels - 1);
  };
  visitBelow(rootPage, levelsOf(image, rootPage));
}

/**
 * Reads the outline of a table's b-tree from its interior pages; null for one with rowids that JavaScript does not hold exactly, or
 * whose interior pages are not in order.
 *
 * @throws SendplanError `database_error` when its pages do not fit together
 */
export function readTableOutline(image: DatabaseImage, rootPage: number): TableOutline | null {
  const pages: number[] = [];
  const lastRowids: number[] = [];
  const varints = new VarintReader(image.bytes);
  let isOrdered = true;
  visitOutline(image, rootPage, PAGE_KIND.tableInterior, {
    leaf: (pageNumber) => pages.push(pageNumber),
    cell(page, start) {
      varints.bytes = page;
      varints.at = start;
      const rowid = varints.read();
      const before = lastRowids.at(-1) ?? Number.NEGATIVE_INFINITY;
      // Negative rowids come as numbers that are far too large.
      isOrdered &&= Number.isSafeInteger(rowid) && varints.at <= page.length && rowid > before;
      lastRowids.push(rowid);
    },
  });
  if (!isOrdered) return null;
  lastRowids.push(Number.POSITIVE_INFINITY);
  return { pages: Uint32Array.from(pages), lastRowids: Float64Array.from(lastRowids) };
}

/**
 * Reads the outline of an index's b-tree from its interior pages; null for one that has entries with overflow pages between its
 * leaves.
 *
 * @throws SendplanError `database_error` when its pages do not fit together
 */
export function readIndexOutline(image: DatabaseImage, rootPage: number): IndexOutline | null {
  const pages: number[] = [];
  const ends: number[] = [];
  const varints = new VarintReader(image.bytes);
  const { maximumLocal } = indexPayloadLimits(image.usableSize);
  let cells = new Uint8Array(sharedBytes(64 * 1024));
  let used = 0;
  let isPlain = true;
  visitOutline(image, rootPage, PAGE_KIND.indexInterior, {
    leaf: (pageNumber) => pages.push(pageNumber),
    cell(page, start) {
      varints.bytes = page;
      varints.at = start;
      const payloadLength = varints.read();
      const end = varints.at + payloadLength;
      if (!(payloadLength <= maximumLocal && end <= page.length)) isPlain = false;
      if (!isPlain) return;
      if (used + end - start > cells.length) {
        const larger = new Uint8Array(sharedBytes(cells.length * 2));
        larger.set(cells);
        cells = larger;
      }
      cells.set(page.subarray(start, end), used);
      used += end - start;
      ends.push(used);
    },
  });
  if (!isPlain) return null;
  const shared = (values: readonly number[]) => {
    const array = new Uint32Array(sharedBytes(values.length * 4));
    array.set(values);
    return array;
  };
  return { pages: shared(pages), cells: cells.subarray(0, used), cellEnds: shared(ends) };
}
