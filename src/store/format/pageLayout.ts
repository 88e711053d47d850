import { decodeUtf8 } from '../../rules/utf8.js';
import type { PageSource } from './pageSource.js';

/** Where the header has the encoding of all texts. */
export const TEXT_ENCODING = 56;
const HEADER_BYTES = 100;
/** What every database file begins with. */
export const MAGIC = 'SQLite format 3\0';
const UTF_8 = 1;
/** SQLite's own limit: a page keeps at least this much for itself. */
const LEAST_USABLE_BYTES = 480;

/** What the first 100 bytes of a database file tell about its pages. */
export interface PageLayout {
  readonly pageBytes: number;
  /** What SQLite uses of a page, from its beginning; the rest is reserved for extensions. */
  readonly usableBytes: number;
  /** Pages count from 1 to here. */
  readonly pageCount: number;
  /** Whether the file has pointer maps, which tell of every page what it is and who points to it. */
  readonly hasPointerMaps: boolean;
}

/**
 * Reads the header of a database file, or gives the reason, the end of a sentence, why its pages cannot be scanned: SQLite
 * reads such a file, or says what is wrong with it.
 *
 * ```
 * 0   'SQLite format 3\0'             28  page count, good when 24 and 92 agree
 * 16  page size, 1 for 65536          44  schema format, 1 to 4
 * 18  write version, 19 read version  56  text encoding, 1 for UTF-8, 0 while nothing is in it
 * 20  reserved bytes of every page    52  not 0 with auto_vacuum
 * 21  64, 32, 32                      92  the change counter when 28 was written
 * 24  change counter
 * ```
 */
export function readPageLayout(source: PageSource): PageLayout | string {
  if (source.byteLength < HEADER_BYTES) return 'it is shorter than the header of a database';
  const start = source.locate(0, HEADER_BYTES);
  const header = source.bytes.subarray(start, start + HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  if (decodeUtf8(header, 0, MAGIC.length) !== MAGIC) return 'it does not begin like a database';
  const pageBytes = view.getUint16(16) === 1 ? 65536 : view.getUint16(16);
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0) return `its pages have ${pageBytes} bytes`;
  const version = source.hasEmptyLog ? 2 : 1;
  if (header[18] > version || header[19] > version) return 'it is in WAL mode, or of a newer version';
  const usableBytes = pageBytes - header[20];
  if (usableBytes < LEAST_USABLE_BYTES) return `it reserves ${header[20]} bytes of every page`;
  if (header[21] !== 64 || header[22] !== 32 || header[23] !== 32) return 'its payload fractions are not 64, 32, 32';
  const format = view.getUint32(44);
  if (format < 1 || format > 4) return `its schema format is ${format}`;
  const encoding = view.getUint32(TEXT_ENCODING);
  if (encoding !== UTF_8) return encoding === 0 ? 'nothing is in it yet' : 'its texts are in UTF-16';
  const fullPages = Math.floor(source.byteLength / pageBytes);
  const toldPages = view.getUint32(28);
  const isTold = toldPages > 0 && view.getUint32(24) === view.getUint32(92);
  if (isTold && toldPages > fullPages) return 'it is shorter than its header tells';
  const pageCount = isTold ? toldPages : fullPages;
  if (pageCount === 0) return 'it is shorter than one page';
  return { pageBytes, usableBytes, pageCount, hasPointerMaps: view.getUint32(52) > 0 };
}
