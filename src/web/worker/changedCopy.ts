import type { ImageConnection } from '../../store/driver/connection.js';
import { loadSqlJs } from '../../store/driver/sqljs.js';
import { ChangedPages } from '../../store/format/changedPages.js';
import type { PageSource } from '../../store/format/pageSource.js';
import { BlobSource } from './blobSource.js';
import { sqlJsFile } from './sqlJsFile.js';

/** What was changed is handed on in pieces of this size. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** Asks a database of which only those pages are read that the question needs. @throws SendplanError when it cannot be read */
export async function askDatabase<Answer>(
  database: Blob,
  ask: (connection: ImageConnection) => Answer,
): Promise<Answer> {
  const connection = (await loadSqlJs(sqlJsFile()))(new BlobSource(database));
  try {
    return ask(connection);
  } finally {
    connection.close();
  }
}

/** A copy of a database with changes; its bytes that stay are not copied. @throws SendplanError when it cannot be changed so */
export function changedCopy(database: Blob, change: (connection: ImageConnection) => void): Promise<Blob> {
  return askDatabase(database, (connection) => {
    change(connection);
    return new Blob(piecesOf(database, connection.toPages()), { type: 'application/vnd.sqlite3' });
  });
}

function piecesOf(database: Blob, pages: PageSource): BlobPart[] {
  const { byteLength } = pages;
  const changed = pages instanceof ChangedPages ? pages.changedRanges() : [{ start: 0, end: byteLength }];
  const pieces: BlobPart[] = [];
  let place = 0;
  for (const { start, end } of changed) {
    pieces.push(database.slice(place, start));
    for (place = start; place < end; place = Math.min(end, place + PIECE_BYTES)) {
      pieces.push(pages.read(place, Math.min(PIECE_BYTES, end - place)).slice());
    }
  }
  return [...pieces, database.slice(place, byteLength)];
}
