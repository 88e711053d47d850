import type { Worker } from 'node:worker_threads';
import type { Connection } from '../../driver/connection.js';
import { openDatabaseReader } from '../../format/databaseReader.js';
import { estimateRows } from '../../format/estimateRows.js';
import { FileSource } from '../../format/fileSource.js';
import { startWorker } from '../../format/startWorker.js';
import { scannedRoot } from '../../read/scannedRows.js';
import type { Migration } from '../../schema/migration.js';
import { type DatabaseSchema, findTable, isSameName, type TableInfo } from '../../schema/readSchema.js';
import { KeyColumn } from './keyColumn.js';
import type { KeyAnswer, KeyTask, PlainKeys, TableToRead } from './keyThread.js';
import type { KeysByRoot, StoredKeys } from './storedKeys.js';

/** Below this size of a file keys are read before a thread has started. */
const THREAD_FROM_BYTES = 32 * 1024 * 1024;

/** Of other tables than `email_schedules`, beside whose rows keys are little, those of more rows are read when the plan has gone. */
const MOST_ROWS = 4_000_000;

const SCRIPT = new URL('./keyThread.js', import.meta.url);

/**
 * Reads the keys of stored rows for the indexes that a run makes, on a thread of its own while the run plans. The run does not depend on
 * it: what it has not read, whoever needs it reads.
 */
export class KeyThread {
  readonly #threads: number;
  readonly #fromBytes: number;
  #worker: Worker | null = null;
  #take: () => Promise<KeysByRoot> = none;

  /**
   * @param threads how many threads there may be, the one that calls included
   * @param fromBytes which size of a file pays
   */
  constructor(threads: number, fromBytes: number = THREAD_FROM_BYTES) {
    this.#threads = threads;
    this.#fromBytes = fromBytes;
  }

  /**
   * Begins to read, where that pays and can be. The file of the database must stay open and unchanged until the thread is stopped; what is
   * read of it counts as read by the connection's pages.
   *
   * @param migration what the schema lacks
   */
  start(connection: Connection, schema: DatabaseSchema, migration: Migration): void {
    const pages = connection.pages?.() ?? null;
    if (!(pages instanceof FileSource) || this.#threads < 2 || pages.byteLength < this.#fromBytes) return;
    const tables = tablesToRead(pages, schema, migration);
    if (tables.length === 0) return;
    const { descriptor, byteLength } = pages;
    const workerData: KeyTask = { file: { descriptor, byteLength }, tables };
    this.#worker = startWorker(SCRIPT, workerData);
    if (this.#worker === null) return;
    const answer = answerOf(this.#worker);
    this.#take = async () => {
      const { tables: read = [], bytesRead = 0 } = (await answer) ?? {};
      pages.bytesRead += bytesRead;
      return new Map(read.map((keys) => [keys.rootPage, fromPlain(keys)]));
    };
  }

  /** Waits for the keys and hands them over; none where there are none, or somebody has them. */
  async take(): Promise<KeysByRoot> {
    const take = this.#take;
    this.#take = none;
    return take();
  }

  /** Ends the thread; afterwards it reads no more. */
  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }
}

/** What a thread reads; null when it ends without: what is in the way is there for others, too. */
function answerOf(worker: Worker): Promise<KeyAnswer | null> {
  return new Promise((resolve) => {
    worker.once('message', (answer: KeyAnswer) => resolve(answer));
    worker.once('error', () => resolve(null));
    worker.once('exit', () => resolve(null));
  });
}

async function none(): Promise<KeysByRoot> {
  return new Map();
}

function fromPlain({ ids, columns }: PlainKeys): StoredKeys {
  return { ids, columns: new Map(columns.map(({ place, column }) => [place, KeyColumn.of(column)])) };
}

/** The tables of a file that get indexes, with the columns of these that they have already. */
function tablesToRead(pages: FileSource, schema: DatabaseSchema, { steps }: Migration): TableToRead[] {
  const scan = openDatabaseReader(pages);
  if (typeof scan === 'string') return [];
  const placesOf = new Map<TableInfo, Set<number>>();
  for (const { creates, table, columns = [] } of steps) {
    const found = creates === 'index' ? findTable(schema, table) : null;
    if (found === null || found.kind !== 'table' || found.isWithoutRowid) continue;
    if (found.columns.some((column) => column.isGenerated)) continue;
    const places = placesOf.get(found) ?? new Set<number>();
    placesOf.set(found, places);
    for (const name of columns) {
      const place = found.columns.findIndex((column) => isSameName(column.name, name));
      if (place >= 0) places.add(place);
    }
  }
  return [...placesOf].flatMap(([table, places]): TableToRead[] => {
    const rootPage = scannedRoot(scan, table);
    if (rootPage === null || places.size === 0) return [];
    const isLarge = !isSameName(table.name, 'email_schedules') && (estimateRows(scan, rootPage) ?? 0) > MOST_ROWS;
    return isLarge ? [] : [{ rootPage, places: [...places] }];
  });
}
