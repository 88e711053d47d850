import { DatabaseImage, damaged } from './databaseImage.js';
import type { PageSource } from './pageSource.js';
import { lockBytePage } from './pageSpace.js';
import { eachPlainPage, eachTreePage } from './treePages.js';

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

/**
 * Refuses a file in which a page belongs to two trees, or to a tree and to the free pages: whoever writes to one of them would change
 * the other, without SQLite noticing.
 *
 * Only interior pages are read, as long as these and the free pages account for every page of the file. What is left may be overflow
 * pages: then the leaves of the trees are looked at too, the smallest tree first, until every page is accounted for.
 *
 * @param rootPages of all tables and indexes but `sqlite_schema` itself
 * @returns the roots of the trees that have no overflow pages
 * @throws SendplanError `database_error`
 */
export function requireOwnPages(source: PageSource, rootPages: readonly number[]): ReadonlySet<number> {
  const image = new DatabaseImage(source);
  const owned = new Ownership(image);
  const trees = [1, ...rootPages].map((rootPage) => {
    const before = owned.left;
    eachPlainPage(image, rootPage, owned.take);
    return { rootPage, pages: before - owned.left };
  });
  image.eachFreePage((page) => {
    image.requirePage(page);
    owned.take(page);
  });
  const plain = new Set(rootPages);
  for (const { rootPage } of trees.sort((a, b) => a.pages - b.pages)) {
    if (owned.left === 0) break;
    eachTreePage(image, rootPage, (page, isOverflow) => {
      if (!isOverflow) return;
      plain.delete(rootPage);
      owned.take(page);
    });
  }
  return plain;
}
