// The format of SQLite's write-ahead log, as https://www.sqlite.org/fileformat2.html#the_write_ahead_log tells it.
//
// ```
// header, 32 bytes                                 each frame, 24 bytes and a page
//  0  magic: 0x377f0682, or 0x377f0683              0  page number, from 1
//  4  version of the format                         4  pages of the database after the commit; 0 inside a transaction
//  8  bytes of a page                               8  both salts of the header
// 12  how often the log was begun anew             16  checksum of all before it, of bytes 0 to 8 and of the page
// 16  two salts
// 24  checksum of bytes 0 to 24, two words
// ```
//
// Words are big-endian; checksums are made of words that are little-endian, or big-endian with the second magic.

const MAGIC = 0x377f0682;
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** A log whose bytes are at hand. */
export interface LogBytes {
  readonly byteLength: number;
  /** A piece of the log, to be used before the next call. */
  read(byteOffset: number, byteLength: number): Uint8Array;
}

/** What a log holds that was committed. */
export interface LogContent {
  readonly pageBytes: number;
  /** How many pages the database has after the last commit. */
  readonly pageCount: number;
  readonly transactions: number;
  /** Where the bytes of each page begin in the log that it holds, by number from 1. */
  readonly pageOffsets: ReadonlyMap<number, number>;
  /** Frames behind the last commit: of a transaction that never ended, left over from before, or damaged. */
  readonly framesLeftOut: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The checksum of SQLite's logs over pairs of words, which goes on from frame to frame. */
class Checksum {
  first = 0;
  second = 0;

  constructor(private readonly isLittleEndian: boolean) {}

  add(bytes: Uint8Array): void {
    const view = viewOf(bytes);
    for (let i = 0; i < bytes.length; i += 8) {
      this.first = (this.first + view.getUint32(i, this.isLittleEndian) + this.second) >>> 0;
      this.second = (this.second + view.getUint32(i + 4, this.isLittleEndian) + this.first) >>> 0;
    }
  }

  isAt(view: DataView, byteOffset: number): boolean {
    return view.getUint32(byteOffset) === this.first && view.getUint32(byteOffset + 4) === this.second;
  }
}

/**
 * Reads which pages a log holds, up to its last commit, as SQLite does when it recovers one: a frame counts as long as its salts are
 * those of the header and its checksum and those of all before it are right.
 *
 * @returns null when the bytes are no log that anything can be read of
 */
export function readLog(log: LogBytes): LogContent | null {
  if (log.byteLength < HEADER_BYTES) return null;
  const header = log.read(0, HEADER_BYTES).slice();
  const view = viewOf(header);
  const magic = view.getUint32(0);
  const pageBytes = view.getUint32(8);
  const isPageSize = pageBytes >= 512 && pageBytes <= 65536 && (pageBytes & (pageBytes - 1)) === 0;
  if ((magic | 1) !== (MAGIC | 1) || !isPageSize) return null;
  const checksum = new Checksum((magic & 1) === 0);
  checksum.add(header.subarray(0, 24));
  if (!checksum.isAt(view, 24)) return null;
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  const frameCount = Math.floor((log.byteLength - HEADER_BYTES) / frameBytes);
  const pageOffsets = new Map<number, number>();
  let uncommitted: (readonly [page: number, offset: number])[] = [];
  let [transactions, pageCount, committedFrames] = [0, 0, 0];
  for (let i = 0; i < frameCount; i++) {
    const start = HEADER_BYTES + i * frameBytes;
    const bytes = log.read(start, frameBytes);
    const frame = viewOf(bytes);
    const page = frame.getUint32(0);
    const isOfThisLog = frame.getUint32(8) === view.getUint32(16) && frame.getUint32(12) === view.getUint32(20);
    if (!isOfThisLog || page === 0) break;
    checksum.add(bytes.subarray(0, 8));
    checksum.add(bytes.subarray(FRAME_HEADER_BYTES));
    if (!checksum.isAt(frame, 16)) break;
    uncommitted.push([page, start + FRAME_HEADER_BYTES]);
    const pagesAfter = frame.getUint32(4);
    if (pagesAfter === 0) continue;
    for (const [number, offset] of uncommitted) pageOffsets.set(number, offset);
    uncommitted = [];
    pageCount = pagesAfter;
    transactions += 1;
    committedFrames = i + 1;
  }
  return { pageBytes, pageCount, transactions, pageOffsets, framesLeftOut: frameCount - committedFrames };
}
