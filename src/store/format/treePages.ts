import { type DatabaseImage, damaged, VarintReader } from './databaseImage.js';
import {
  INTERIOR_HEADER_BYTES,
  indexPayloadLimits,
  LEAF_HEADER_BYTES,
  localPayloadLength,
  PAGE_KIND,
  readUint16,
  readUint32,
  tablePayloadLimits,
} from './pageFormat.js';

const FILE_HEADER_BYTES = 100;
const MOST_LEVELS = 20;

/** Is told of a page of a tree; must not ask for pages. */
export type VisitPage = (pageNumber: number, isOverflow: boolean) => void;

/**
 * Calls `visit` with the number of every page of a b-tree, of a table or an index, overflow pages included, each once.
 *
 * @throws SendplanError `database_error` when a page is none of such a tree, or comes twice
 */
export function eachTreePage(image: DatabaseImage, rootPage: number, visit: VisitPage): void {
  const { usableSize } = image;
  const varints = new VarintReader(image.bytes);
  const tableLimits = tablePayloadLimits(usableSize);
  const indexLimits = indexPayloadLimits(usableSize);
  const seen = new Uint8Array(image.pageCount + 1);
  const open = [rootPage];
  const enter = (pageNumber: number, isOverflow: boolean) => {
    const start = image.page(pageNumber);
    if (seen[pageNumber] === 1) throw damaged(`page ${pageNumber} belongs to two places`);
    seen[pageNumber] = 1;
    visit(pageNumber, isOverflow);
    return start;
  };
  for (let pageNumber = open.pop(); pageNumber !== undefined; pageNumber = open.pop()) {
    const pageStart = enter(pageNumber, false);
    const start = pageNumber === 1 ? pageStart + FILE_HEADER_BYTES : pageStart;
    const { bytes } = image;
    varints.bytes = bytes;
    const kind = bytes[start];
    const isInterior = kind === PAGE_KIND.tableInterior || kind === PAGE_KIND.indexInterior;
    if (!isInterior && kind !== PAGE_KIND.tableLeaf && kind !== PAGE_KIND.indexLeaf) {
      throw damaged(`page ${pageNumber} is of the kind ${kind}`);
    }
    const cellCount = readUint16(bytes, start + 3);
    const pointers = start + (isInterior ? INTERIOR_HEADER_BYTES : LEAF_HEADER_BYTES);
    if (isInterior) open.push(readUint32(bytes, start + 8));
    const overflows: number[] = [];
    // From right to left, so that the left-most page comes next: most trees lie in the file in this order.
    for (let i = cellCount - 1; i >= 0; i -= 1) {
      const cell = pageStart + readUint16(bytes, pointers + 2 * i);
      if (isInterior) open.push(readUint32(bytes, cell));
      if (kind === PAGE_KIND.tableInterior) continue;
      varints.at = isInterior ? cell + 4 : cell;
      const payloadLength = varints.read();
      const limits = kind === PAGE_KIND.tableLeaf ? tableLimits : indexLimits;
      if (payloadLength <= limits.maximumLocal) continue;
      if (kind === PAGE_KIND.tableLeaf) varints.read();
      overflows.push(readUint32(bytes, varints.at + localPayloadLength(payloadLength, limits)));
    }
    for (const first of overflows) {
      for (let overflow = first; overflow !== 0; ) {
        const overflowStart = enter(overflow, true);
        overflow = readUint32(image.bytes, overflowStart);
      }
    }
  }
}

/** The pages below an interior page; null when the page is none. */
function childrenOf(image: DatabaseImage, pageNumber: number): number[] | null {
  const start = image.page(pageNumber);
  const { bytes } = image;
  const header = pageNumber === 1 ? start + FILE_HEADER_BYTES : start;
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

/** How many levels of interior pages a tree has, by its left-most path. @throws SendplanError `database_error` when it has no end */
export function levelsOf(image: DatabaseImage, rootPage: number): number {
  let page = rootPage;
  for (let levels = 0; levels <= MOST_LEVELS; levels++) {
    const children = childrenOf(image, page);
    if (children === null) return levels;
    page = children[0];
  }
  throw damaged(`the tree of page ${rootPage} is too deep`);
}

/**
 * Calls `visit` with the number of every page of a b-tree but for overflow pages, and how many levels are below it. Leaves are told by
 * their level and not looked at, so that only interior pages are read.
 *
 * @throws SendplanError `database_error` when there is no such page, or the tree is too deep
 */
export function eachPlainPage(
  image: DatabaseImage,
  rootPage: number,
  visit: (pageNumber: number, levels: number) => void,
): void {
  const visitBelow = (pageNumber: number, levels: number) => {
    image.requirePage(pageNumber);
    visit(pageNumber, levels);
    if (levels === 0) return;
    for (const child of childrenOf(image, pageNumber) ?? []) visitBelow(child, levels - 1);
  };
  visitBelow(rootPage, levelsOf(image, rootPage));
}

/**
 * Refuses a tree that has pages where there should be leaves which are none: what is below such a page may belong to another tree.
 *
 * @throws SendplanError `database_error`
 */
export function requireLeaves(image: DatabaseImage, rootPage: number): void {
  eachPlainPage(image, rootPage, (pageNumber, levels) => {
    if (levels > 0) return;
    const start = image.page(pageNumber) + (pageNumber === 1 ? FILE_HEADER_BYTES : 0);
    const kind = image.bytes[start];
    if (kind === PAGE_KIND.tableLeaf || kind === PAGE_KIND.indexLeaf) return;
    throw damaged(`page ${pageNumber} is of the kind ${kind} and lies where leaves do`);
  });
}
