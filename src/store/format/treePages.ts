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

/**
 * Calls `visit` with the number of every page of a b-tree, of a table or an index, overflow pages included, each once.
 *
 * @param visit must not ask for pages
 * @throws SendplanError `database_error` when a page is none of such a tree, or comes twice
 */
export function eachTreePage(image: DatabaseImage, rootPage: number, visit: (pageNumber: number) => void): void {
  const { usableSize } = image;
  const varints = new VarintReader(image.bytes);
  const tableLimits = tablePayloadLimits(usableSize);
  const indexLimits = indexPayloadLimits(usableSize);
  const seen = new Uint8Array(image.pageCount + 1);
  const open = [rootPage];
  const enter = (pageNumber: number) => {
    const start = image.page(pageNumber);
    if (seen[pageNumber] === 1) throw damaged(`page ${pageNumber} belongs to two places`);
    seen[pageNumber] = 1;
    visit(pageNumber);
    return start;
  };
  for (let pageNumber = open.pop(); pageNumber !== undefined; pageNumber = open.pop()) {
    const pageStart = enter(pageNumber);
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
        const overflowStart = enter(overflow);
        overflow = readUint32(image.bytes, overflowStart);
      }
    }
  }
}
