import { openSqlJs } from '../../src/store/driver/sqljs.js';
import { MemorySink } from '../../src/store/format/memorySink.js';
import { requireOwnPages } from '../../src/store/format/ownPages.js';
import { ImageSource } from '../../src/store/format/pageSource.js';
import type { PreparedPages } from '../../src/store/write/byPages/preparePages.js';
import { preparePages } from '../../src/store/write/byPages/preparePages.js';
import { plainRows } from './flushCases.js';

const RUN = { runId: '20250613-abcd', nowText: '2025-06-13 12:00:00' };

/**
 * Writes new rows into a database as pages, some rows gone.
 *
 * @param keepsLeaves whether leaves are to stay in which nothing changes
 * @param onPrepared is told of the pages before they are written
 */
export async function changeByPages(
  image: Uint8Array,
  deletedIds: readonly number[],
  newCount: number,
  keepsLeaves: boolean,
  onPrepared: (pages: PreparedPages) => void,
): Promise<Uint8Array> {
  const connection = await openSqlJs(image);
  try {
    const pagesBefore = () => new ImageSource(image);
    const roots = connection.query('SELECT rootpage FROM sqlite_schema WHERE rootpage > 0');
    const plainRoots = requireOwnPages(
      pagesBefore(),
      Array.from(roots, ([root]) => Number(root)),
    );
    connection.execute('BEGIN');
    const changes = { deletedIds: Float64Array.from(deletedIds), rows: plainRows(newCount) };
    const pages = preparePages(connection, changes, { ...RUN, pagesBefore, plainRoots, keepsLeaves });
    onPrepared(pages);
    pages.settle();
    connection.execute('COMMIT');
    const sink = new MemorySink();
    await pages.write(connection.toPages(), {
      write: (bytes, position) => sink.write(bytes, position),
      cut: (byteLength) => sink.cut(byteLength),
      checkpoint: async () => {},
    });
    return sink.toBytes();
  } finally {
    connection.close();
  }
}
