import { DatabaseImage, damaged } from './databaseImage.js';
import { INTERIOR_HEADER_BYTES, PAGE_KIND, readUint16, readUint32 } from './pageFormat.js';
import type { PageSource } from './pageSource.js';
import { lockBytePage } from './pageSpace.js';
import { eachTreePage } from './treePages.js';

const FILE_HEADER_BYTES = 100;
const MOST_LEVELS = 20;

/** Which pages of a file belong somewhere. */
class Ownership {
  /** A 1 for each page that belongs somewhere, by number. */
  readonly #isOwned: Uint8Array;
  /** How many pages belong nowhere, as far as is known. */
  left: number;

  constructor(image: DatabaseImage) {
    this.#isOwned = new Uint8Array(image.pageCount + 1);
    this.left = image.pageCount;
    const lockPage = lockBytePage(image.pageSize);
    if (lockPage <= image.pageCount) this.take(lockPage);
    if (!image.hasPointerMaps) return;
    const pagesPerMap = Math.floor(image.usableSize / 5) + 1;
    for (let map = 2; map <= image.pageCount; map += pagesPerMap) this.take(map === lockPage ? map + 1 : map);
  }

  readonly take = (pageNumber: number): void => {
    if (this.#isOwned[pageNumber] === 1) throw damaged(`page ${pageNumber} belongs to two places`);
    this.#isOwned[pageNumber] = 1;
    this.left--;
  };
}

function headerOf(pageNumber: number, start: number): number {
  return pageNumber === 1 ? start + FILE_HEADER_BYTES : start;
}

/** The pages below an interior page; null when the page is none. */
function childrenOf(image: DatabaseImage, pageNumber: number): number[] | null {
  const start = image.page(pageNumber);
  const { bytes } = image;
  const header = headerOf(pageNumber, start);
  if (bytes[header] !== PAGE_KIND.tableInterior && bytes[header] !== PAGE_KIND.indexInterior) return null;
  const cellCount = readUint16(bytes, header + 3);
  if (header - start + INTERIOR_HEADER_BYTES + 2 * cellCount > image.usableSize) {
    throw damaged(`page ${pageNumber} has ${cellCount} cells`);
  }
  const children: number[] = [];
  for (let i = 0; i < cellCount; i++) {
    const cell = readUint16(bytes, header + INTERIOR_HEADER_BYTES + 2 * i);
    if (cell + 4 > image.usableSize) throw damaged(`a cell of page ${pageNumber} leaves it`);
    children.push(readUint32(bytes, start + cell));
  }
  children.push(readUint32(bytes, header + 8));
  return children;
}

/** How many levels of interior pages a tree has, by its left-most path. */
function levelsOf(image: DatabaseImage, rootPage: number): number {
  let page = rootPage;
  for (let levels = 0; levels <= MOST_LEVELS; levels++) {
    const children = childrenOf(image, page);
    if (children === null) return levels;
    page = children[0];
  }
  throw damaged(`the tree of page ${rootPage} is too deep`);
}

/** Takes the pages of a tree but for overflow pages; leaves are told by their level and not looked at. */
function takeTree(image: DatabaseImage, rootPage: number, owned: Ownership): void {
  const takeBelow = (pageNumber: number, levels: number) => {
    image.requirePage(pageNumber);
    owned.take(pageNumber);
    if (levels === 0) return;
    for (const child of childrenOf(image, pageNumber) ?? []) takeBelow(child, levels - 1);
  };
  takeBelow(rootPage, levelsOf(image, rootPage));
}

/**
 * Refuses a file in which a page belongs to two trees, or to a tree and to the free pages: whoever writes to one of them would change
 * the other, without SQLite noticing.
 *
 * Only interior pages are read, as long as these and the free pages account for every page of the file; what is left may be
 * overflow pages, and then all pages are read.
 *
 * @param rootPages of all tables and indexes but `sqlite_schema` itself
 * @throws SendplanError `database_error`
 */
export function requireOwnPages(source: PageSource, rootPages: readonly number[]): void {
  const image = new DatabaseImage(source);
  const roots = [1, ...rootPages];
  const owned = new Ownership(image);
  for (const root of roots) takeTree(image, root, owned);
  image.eachFreePage((page) => {
    image.requirePage(page);
    owned.take(page);
  });
  if (owned.left === 0) return;
  const all = new Ownership(image);
  for (const root of roots) eachTreePage(image, root, all.take);
  image.eachFreePage(all.take);
}
