import { sharedBytes } from '../../columns/sharedBytes.js';
import { type ByteRange, rangesOver } from './changedPages.js';
import type { DatabaseImage } from './databaseImage.js';
import { damaged } from './databaseImage.js';
import { readUint32, writeUint32 } from './pageFormat.js';
import type { PageSource } from './pageSource.js';
import { lockBytePage, type PageSink, PageSpace, PageSupply, type PageSupplyOptions } from './pageSpace.js';
import { eachPlainPage, eachTreePage } from './treePages.js';

/** Takes the bytes of a database file, and a breath now and then. */
export interface PagesTarget extends PageSink {
  /** The database whose bytes the target holds already; left out where it holds nothing. */
  readonly original?: PageSource;
  /** Has the file end at a length, where it may be longer. */
  cut?(byteLength: number): void;
  /** Is called every few megabytes; may throw to give up. */
  checkpoint(): Promise<void>;
}

/** Pages that stay are copied in pieces that the processor's cache holds. */
const PIECE_BYTES = 1024 * 1024;
const CHECKPOINT_BYTES = 16 * 1024 * 1024;
const HEADER_CHANGE_COUNTER = 24;
/** SQLite before 3.6 took a trunk of the free list for damaged when it was filled to its last six numbers. */
const UNUSED_TRUNK_NUMBERS = 8;

/** What becomes of the pages of a file: which stay, and which may be used again. */
interface PageUse {
  /** A 1 for each page that is not kept, by number. */
  readonly isReplaced: Uint8Array;
  /** Pages that are not kept, but for the roots, ascending. */
  readonly reusable: Uint32Array;
}

/** The roots of the trees that are written, and of some of them what is known. */
export interface WrittenTrees {
  readonly roots: readonly number[];
  /** Those of trees that are known to have no overflow pages. */
  readonly plainRoots: ReadonlySet<number>;
  /** Of these those whose leaves stay, but for the ones that whoever builds the tree gives back. */
  readonly keptRoots?: ReadonlySet<number>;
}

function usePages(image: DatabaseImage, { roots, plainRoots, keptRoots = new Set() }: WrittenTrees): PageUse {
  const isReplaced = new Uint8Array(image.pageCount + 1);
  const isLeafKept = keptRoots.size === 0 ? null : new Uint8Array(image.pageCount + 1);
  let count = 0;
  const claim = (pageNumber: number, claimed: Uint8Array) => {
    image.requirePage(pageNumber);
    if (pageNumber === 1 || isReplaced[pageNumber] === 1 || isLeafKept?.[pageNumber] === 1) {
      throw damaged(`page ${pageNumber} belongs to two places`);
    }
    claimed[pageNumber] = 1;
  };
  const take = (pageNumber: number) => {
    claim(pageNumber, isReplaced);
    count++;
  };
  for (const root of roots) {
    if (isLeafKept !== null && keptRoots.has(root)) {
      eachPlainPage(image, root, (pageNumber, levels) => {
        if (levels > 0 || pageNumber === root) take(pageNumber);
        else claim(pageNumber, isLeafKept);
      });
    } else if (plainRoots.has(root)) eachPlainPage(image, root, take);
    else eachTreePage(image, root, take);
  }
  image.eachFreePage(take);
  const isRoot = new Set(roots);
  const reusable = new Uint32Array(sharedBytes((count - roots.length) * 4));
  let next = 0;
  for (let page = 2; page <= image.pageCount; page++) {
    if (isReplaced[page] === 1 && !isRoot.has(page)) reusable[next++] = page;
  }
  return { isReplaced, reusable };
}

/** Runs of pages that stay and are not in the target yet, in pieces of `PIECE_BYTES`: `[start, end)` of page numbers. */
function* keptPages(
  { source, pageSize, pageCount }: DatabaseImage,
  { isReplaced }: PageUse,
  original: PageSource | undefined,
): Generator<ByteRange> {
  const mostPages = PIECE_BYTES / pageSize;
  for (const range of rangesOver(source, original)) {
    const rangeEnd = Math.min(pageCount + 1, Math.ceil(range.end / pageSize) + 1);
    // Page 1 comes last, when the header is known.
    let start = Math.max(2, Math.floor(range.start / pageSize) + 1);
    while (start < rangeEnd) {
      let end = start;
      while (end < rangeEnd && isReplaced[end] === 0 && end - start < mostPages) end++;
      if (end > start) yield { start, end };
      start = Math.max(end, start + 1);
    }
  }
}

async function writeKept(image: DatabaseImage, use: PageUse, target: PagesTarget): Promise<void> {
  const { source, pageSize } = image;
  let uncheckedBytes = 0;
  for (const { start, end } of keptPages(image, use, target.original)) {
    const byteOffset = (start - 1) * pageSize;
    const byteLength = (end - start) * pageSize;
    target.write(source.read(byteOffset, byteLength), byteOffset);
    uncheckedBytes += byteLength;
    if (uncheckedBytes < CHECKPOINT_BYTES) continue;
    uncheckedBytes = 0;
    await target.checkpoint();
  }
}

/**
 * Writes the list of free pages: trunks, each the number of the next trunk, the number of its leaves, and their numbers.
 *
 * @returns the number of the first trunk, 0 when there are no free pages
 */
function writeFreePages(space: PageSpace, pages: Uint32Array): number {
  const mostLeaves = Math.floor(space.usableSize / 4) - UNUSED_TRUNK_NUMBERS;
  const empty = new Uint8Array(space.pageSize);
  let trunk = 0;
  for (let start = 0; start < pages.length; start += mostLeaves + 1) {
    const leaves = pages.subarray(start + 1, start + 1 + mostLeaves);
    const page = new Uint8Array(space.pageSize);
    writeUint32(page, 0, trunk);
    writeUint32(page, 4, leaves.length);
    leaves.forEach((leaf, i) => {
      writeUint32(page, 8 + 4 * i, leaf);
      space.writePage(leaf, empty);
    });
    trunk = pages[start];
    space.writePage(trunk, page);
  }
  return trunk;
}

/**
 * Writes a database file with some of its b-trees built anew, and everything else as it is.
 *
 * The roots keep their numbers, so that the schema holds. New pages take the place of the old trees' and of free pages, then
 * come behind the image; what is left over at the end of the file is cut off, the rest is free.
 *
 * ```
 * image:  | 1 header, schema | kept | root | old leaf | kept | free |
 * file:   | 1 with new counts| kept | root | new leaf | kept | new  | new ...
 * ```
 *
 * @param trees the trees to build
 * @param build builds each of them with its root in its old place, in pages of the supply, and has the kept pages written at some
 *   time, before all others where leaves of trees stay; returns the pages that it took and did not use
 * @throws SendplanError `database_error` when the pages of the image do not fit together
 */
export async function rewriteTrees(
  image: DatabaseImage,
  trees: WrittenTrees,
  target: PagesTarget,
  build: (supply: PageSupplyOptions, writeKept: () => Promise<void>) => Promise<readonly number[]>,
): Promise<void> {
  const { pageSize, reservedBytes } = image;
  const use = usePages(image, trees);
  const options = {
    firstPage: image.pageCount + 1,
    pageSize,
    reservedBytes,
    reusedPages: use.reusable,
    counter: new Int32Array(sharedBytes(4)),
  };
  const unused = await build(options, () => writeKept(image, use, target));
  const supply = new PageSupply(options);
  let { pageCount } = supply;
  let leftPages = Uint32Array.from([...unused, ...supply.leftPages]).sort();
  while (
    pageCount === lockBytePage(pageSize) ||
    (leftPages.length > 0 && leftPages[leftPages.length - 1] === pageCount)
  ) {
    if (pageCount !== lockBytePage(pageSize)) leftPages = leftPages.subarray(0, -1);
    pageCount--;
  }
  const space = new PageSpace(target, supply);
  const header = image.source.read(0, pageSize).slice();
  writeUint32(header, 28, pageCount);
  writeUint32(header, 32, writeFreePages(space, leftPages));
  writeUint32(header, 36, leftPages.length);
  // SQLite counts its own changes only; whoever has cached the file knows by the counter that it is another one.
  writeUint32(header, HEADER_CHANGE_COUNTER, (readUint32(header, HEADER_CHANGE_COUNTER) + 1) >>> 0);
  // The page count is believed when these two agree.
  header.copyWithin(92, HEADER_CHANGE_COUNTER, HEADER_CHANGE_COUNTER + 4);
  space.writePage(1, header);
  target.cut?.(pageCount * pageSize);
}
