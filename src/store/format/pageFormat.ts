/** The kinds of b-tree pages, as the first byte of a page tells them. */
export const PAGE_KIND = { indexInterior: 2, tableInterior: 5, indexLeaf: 10, tableLeaf: 13 } as const;

/** The header of a leaf; an interior page has four bytes more, for its rightmost child. */
export const LEAF_HEADER_BYTES = 8;
/** The header of an interior page. */
export const INTERIOR_HEADER_BYTES = 12;

/** Reads two bytes, big-endian. */
export function readUint16(source: Uint8Array, byteOffset: number): number {
  return (source[byteOffset] << 8) | source[byteOffset + 1];
}

/** Reads four bytes, big-endian. */
export function readUint32(source: Uint8Array, byteOffset: number): number {
  return readUint16(source, byteOffset) * 65536 + readUint16(source, byteOffset + 2);
}

/** Writes the low two bytes of a number, big-endian; 65536 is written as 0, as SQLite does for offsets. */
export function writeUint16(target: Uint8Array, byteOffset: number, value: number): void {
  target[byteOffset] = value >>> 8;
  target[byteOffset + 1] = value;
}

/** Writes four bytes, big-endian. */
export function writeUint32(target: Uint8Array, byteOffset: number, value: number): void {
  writeUint16(target, byteOffset, value >>> 16);
  writeUint16(target, byteOffset + 2, value & 65535);
}

/**
 * Writes the header of a b-tree page that has no free blocks.
 *
 * @param at where the page begins in `page`
 * @param cellStart where its lowest cell begins, from the page's start
 */
export function writePageHeader(
  page: Uint8Array,
  at: number,
  kind: number,
  cellCount: number,
  cellStart: number,
): void {
  page[at] = kind;
  writeUint16(page, at + 1, 0);
  writeUint16(page, at + 3, cellCount);
  writeUint16(page, at + 5, cellStart);
  page[at + 7] = 0;
}

/** How much of a payload stays in its cell; what is beyond goes to overflow pages. All in bytes. */
export interface PayloadLimits {
  /** A payload up to this length stays in the cell whole. */
  readonly maximumLocal: number;
  /** Of a longer one at least this much stays. */
  readonly minimumLocal: number;
  /** The part of a page that is used: its size less the bytes reserved at its end. */
  readonly usableSize: number;
}

function minimumLocal(usableSize: number): number {
  return Math.floor(((usableSize - 12) * 32) / 255) - 23;
}

/** The limits of cells in leaves of a table. */
export function tablePayloadLimits(usableSize: number): PayloadLimits {
  return { maximumLocal: usableSize - 35, minimumLocal: minimumLocal(usableSize), usableSize };
}

/** The limits of cells of an index, in leaves and interior pages alike. */
export function indexPayloadLimits(usableSize: number): PayloadLimits {
  const maximumLocal = Math.floor(((usableSize - 12) * 64) / 255) - 23;
  return { maximumLocal, minimumLocal: minimumLocal(usableSize), usableSize };
}

/** The bytes of a payload that lie in its cell; SQLite fills the last overflow page where that leaves room. */
export function localPayloadLength(payloadLength: number, limits: PayloadLimits): number {
  const { maximumLocal, minimumLocal: least, usableSize } = limits;
  if (payloadLength <= maximumLocal) return payloadLength;
  const filling = least + ((payloadLength - least) % (usableSize - 4));
  return filling <= maximumLocal ? filling : least;
}
