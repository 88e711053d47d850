import { SendplanError } from '../../errors.js';
import { HEADER_BYTES, requireHeader } from '../../store/file/fileHeader.js';
import type { MergedLog, MergeLogRequest } from '../protocol/protocol.js';
import { BlobSource } from './blobSource.js';
import { type LogContent, readLog } from './walLog.js';

function pageBytesOf(header: Uint8Array): number {
  const told = (header[16] << 8) | header[17];
  return told === 1 ? 65536 : told;
}

/** The database as pieces: those of the file that stay, and between them pages of the log. */
function piecesOf(database: Blob, log: BlobSource, { pageBytes, pageCount, pageOffsets }: LogContent): BlobPart[] {
  const pieces: BlobPart[] = [];
  const numbers = [...pageOffsets.keys()].filter((number) => number <= pageCount).sort((a, b) => a - b);
  let next = 1;
  for (let i = 0; i < numbers.length; ) {
    let end = i + 1;
    while (end < numbers.length && numbers[end] === numbers[end - 1] + 1) end++;
    const run = new Uint8Array((end - i) * pageBytes);
    numbers.slice(i, end).forEach((number, place) => {
      run.set(log.read(pageOffsets.get(number) ?? 0, pageBytes), place * pageBytes);
    });
    pieces.push(database.slice((next - 1) * pageBytes, (numbers[i] - 1) * pageBytes), run);
    next = numbers[end - 1] + 1;
    i = end;
  }
  pieces.push(database.slice((next - 1) * pageBytes, pageCount * pageBytes));
  return pieces;
}

/**
 * Puts what a write-ahead log holds into the database that it belongs to, as SQLite would when it opens both: up to the last commit.
 * The database's own bytes are not copied.
 *
 * @throws SendplanError when the database is none, or the log cannot be of it
 */
export async function mergeLog({ database, name, log, logName }: MergeLogRequest): Promise<MergedLog> {
  const header = new Uint8Array(await database.slice(0, HEADER_BYTES).arrayBuffer());
  requireHeader(name, header, database.size);
  const source = new BlobSource(log);
  const content = readLog(source);
  const hint = 'Copy both files while nothing works on them, and choose them again.';
  if (content === null) {
    throw new SendplanError('not_a_database', `${logName} is no write-ahead log of SQLite, or its header is damaged.`, {
      hint,
    });
  }
  const { transactions, framesLeftOut, pageOffsets, pageBytes, pageCount } = content;
  const pages = pageOffsets.size;
  if (transactions === 0) return { database, transactions, pages, framesLeftOut };
  if (pageBytes !== pageBytesOf(header) && !pageOffsets.has(1)) {
    const message = `${logName} is not the log of ${name}: its pages have ${pageBytes} bytes, those of the database ${pageBytesOf(header)}.`;
    throw new SendplanError('not_a_database', message, { hint });
  }
  const merged = new Blob(piecesOf(database, source, content), { type: database.type });
  if (merged.size !== pageCount * pageBytes) {
    const message = `${logName} is not the log of ${name} as it is: with it the database has ${pageCount} pages, and some of them are in neither file.`;
    throw new SendplanError('not_a_database', message, { hint });
  }
  return { database: merged, transactions, pages, framesLeftOut };
}
