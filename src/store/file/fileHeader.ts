import { SendplanError } from '../../errors.js';
import { MAGIC } from '../format/pageLayout.js';

/** Where a header has the version that writes, and the one that reads; 2 is WAL mode. */
export const HEADER_WRITE_VERSION = 18;
const HEADER_READ_VERSION = 19;
const CHANGE_COUNTER = 24;

/** How many bytes at the front of a file `requireHeader` looks at. */
export const HEADER_BYTES = 100;

/** Tells whether the front of a file is that of a database in WAL mode. */
export function isWalHeader(header: Uint8Array): boolean {
  return header[HEADER_WRITE_VERSION] === 2 || header[HEADER_READ_VERSION] === 2;
}

function describeBytes(bytes: Uint8Array): string {
  const starts = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  if (starts(0x1f, 0x8b)) return 'a gzip file; unpack it first';
  if (starts(0x50, 0x4b, 3, 4)) return 'a ZIP file; unpack it first';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'a zstd file; unpack it first';
  if (starts(0x37, 0x7f, 6, 0x82) || starts(0x37, 0x7f, 6, 0x83))
    return 'a write-ahead log of SQLite, not the database';
  if (starts(0xd9, 0xd5, 5, 0xf9)) return 'a rollback journal of SQLite, not the database';
  if (bytes.every((byte) => byte === 0)) return 'zero bytes';
  const head = bytes.subarray(0, 40);
  if (head.every((byte) => (byte >= 32 && byte !== 127) || (byte >= 9 && byte <= 13))) {
    return `text, beginning with ${JSON.stringify(new TextDecoder().decode(head))}`;
  }
  const hex = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `bytes that begin with ${hex}; an encrypted database looks like this too`;
}

/**
 * Refuses bytes that are no SQLite header, or one of a file longer than `sizeBytes`.
 *
 * @param path how messages name the file
 * @param header the first `HEADER_BYTES` bytes of the file, or all it has
 * @throws SendplanError `not_a_database`
 */
export function requireHeader(path: string, header: Uint8Array, sizeBytes: number): void {
  const hint = 'A SQLite 3 database file is needed.';
  if (sizeBytes === 0) {
    throw new SendplanError('not_a_database', `${path} is empty: 0 bytes, no tables.`, { hint });
  }
  if (new TextDecoder('latin1').decode(header.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new SendplanError('not_a_database', `${path} is no SQLite database: it holds ${describeBytes(header)}.`, {
      hint,
    });
  }
  const cut = (needed: string) =>
    new SendplanError('not_a_database', `${path} is cut short: ${needed}, and the file has ${sizeBytes} bytes.`, {
      hint: 'Copy it again from where it came, or recover what is left with sqlite3 FILE .recover',
    });
  if (sizeBytes < HEADER_BYTES) throw cut(`a SQLite file has at least ${HEADER_BYTES} bytes`);
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  const pageBytes = view.getUint16(16) === 1 ? 65536 : view.getUint16(16);
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0) {
    const found = `${path} is damaged: its header tells of pages of ${pageBytes} bytes`;
    throw new SendplanError('not_a_database', `${found}; allowed are powers of 2 from 512 to 65536.`, { hint });
  }
  const pageCount = view.getUint32(28);
  // Old versions of SQLite left the page count as it was; it holds when these two agree.
  const isCountValid = pageCount > 0 && view.getUint32(CHANGE_COUNTER) === view.getUint32(92);
  if (isCountValid && sizeBytes < pageCount * pageBytes) {
    throw cut(`its header tells of ${pageCount} pages of ${pageBytes} bytes, ${pageCount * pageBytes} in all`);
  }
}
