import type { DatabaseReader } from './databaseReader.js';
import type { PageSource } from './pageSource.js';

const LEAF = 13;
const INTERIOR = 5;
const FILE_HEADER_BYTES = 100;
const INTERIOR_HEADER_BYTES = 12;
/** SQLite's own limit. */
const DEEPEST_LEVEL = 20;
/** How many leaf pages are looked at. */
const SAMPLED_LEAVES = 32;

function readUint16(bytes: Uint8Array, byteOffset: number): number {
  return bytes[byteOffset] * 256 + bytes[byteOffset + 1];
}

function readUint32(bytes: Uint8Array, byteOffset: number): number {
  return readUint16(bytes, byteOffset) * 65536 + readUint16(bytes, byteOffset + 2);
}

/**
 * About how many rows a table has: its leaf pages, counted on the pages above them, times what a few of them hold on average.
 * Exact for a table of up to 32 leaf pages. A guess of what a sound file holds: null where its pages do not fit together.
 *
 * @param rootPage the number of the table's root page
 * @throws SendplanError when the file cannot be read
 */
export function estimateRows({ source, layout }: DatabaseReader, rootPage: number): number | null {
  const { pageBytes, pageCount } = layout;
  const isPage = (pageNumber: number) => pageNumber >= 1 && pageNumber <= pageCount;
  let level = [rootPage];
  for (let depth = 0; depth < DEEPEST_LEVEL && level.length <= pageCount && level.every(isPage); depth++) {
    const { bytes, header } = openPage(source, level[0], pageBytes);
    if (bytes[header] === LEAF) return rowsOfLeaves(source, level, pageBytes);
    if (bytes[header] !== INTERIOR) return null;
    level = level.flatMap((pageNumber) => childrenOf(source, pageNumber, pageBytes));
  }
  return null;
}

/** A page, readable until the next call, and where its header begins. */
function openPage(source: PageSource, pageNumber: number, pageBytes: number): { bytes: Uint8Array; header: number } {
  const start = source.locate((pageNumber - 1) * pageBytes, pageBytes);
  return { bytes: source.bytes, header: start + (pageNumber === 1 ? FILE_HEADER_BYTES : 0) };
}

/** The pages below an interior page. */
function childrenOf(source: PageSource, pageNumber: number, pageBytes: number): number[] {
  const { bytes, header } = openPage(source, pageNumber, pageBytes);
  const pageStart = pageNumber === 1 ? header - FILE_HEADER_BYTES : header;
  const children: number[] = [];
  const cellCount = Math.min(readUint16(bytes, header + 3), pageBytes / 2);
  for (let i = 0; i < cellCount; i++) {
    const cell = readUint16(bytes, header + INTERIOR_HEADER_BYTES + 2 * i);
    children.push(readUint32(bytes, pageStart + Math.min(cell, pageBytes - 4)));
  }
  children.push(readUint32(bytes, header + 8));
  return children;
}

function rowsOfLeaves(source: PageSource, leaves: readonly number[], pageBytes: number): number {
  const sampled = Math.min(SAMPLED_LEAVES, leaves.length);
  let rows = 0;
  for (let i = 0; i < sampled; i++) {
    const { bytes, header } = openPage(source, leaves[Math.floor((i * leaves.length) / sampled)], pageBytes);
    rows += readUint16(bytes, header + 3);
  }
  return Math.round((rows / sampled) * leaves.length);
}
