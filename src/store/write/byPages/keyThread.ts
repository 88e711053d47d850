import { parentPort, workerData } from 'node:worker_threads';
import { SendplanError } from '../../../errors.js';
import { DatabaseImage } from '../../format/databaseImage.js';
import { FileSource } from '../../format/fileSource.js';
import { KeyColumn, type PlainKeyColumn } from './keyColumn.js';
import { UnfitKey } from './keyDictionary.js';
import { UnfitForPages } from './scheduleLayout.js';
import { readStoredKeys } from './storedKeys.js';

/** A table whose keys are read; plain data. */
export interface TableToRead {
  readonly rootPage: number;
  /** The places of the columns in its records. */
  readonly places: readonly number[];
}

/** What the thread of `KeyThread` is given. */
export interface KeyTask {
  /** The open file, which nobody changes. */
  readonly file: { readonly descriptor: number; readonly byteLength: number };
  readonly tables: readonly TableToRead[];
}

/** The keys of a table's rows, in memory that both threads see. */
export interface PlainKeys {
  readonly rootPage: number;
  readonly ids: Float64Array;
  readonly columns: readonly { readonly place: number; readonly column: PlainKeyColumn }[];
}

/** What it answers. */
export interface KeyAnswer {
  /** Those tables whose keys could be read: whatever is in the way of the others, another thread meets it as well, and can tell. */
  readonly tables: readonly PlainKeys[];
  readonly bytesRead: number;
}

function readTable(image: DatabaseImage, { rootPage, places }: TableToRead): PlainKeys | null {
  const wanted = places.map((place) => ({ place, column: new KeyColumn(0) }));
  const columns: (KeyColumn | undefined)[] = [];
  for (const { place, column } of wanted) columns[place] = column;
  try {
    // Without room to spare: they are kept while the run plans.
    const ids = readStoredKeys(image, rootPage, { columns, missing: [] }).slice();
    return { rootPage, ids, columns: wanted.map(({ place, column }) => ({ place, column: column.plain() })) };
  } catch (error) {
    if (error instanceof SendplanError || error instanceof UnfitKey || error instanceof UnfitForPages) return null;
    throw error;
  }
}

const { file, tables }: KeyTask = workerData;
const pages = new FileSource(file.descriptor, file.byteLength, true);
const image = new DatabaseImage(pages);
const read = tables.map((table) => readTable(image, table)).filter((keys) => keys !== null);
const answer: KeyAnswer = { tables: read, bytesRead: pages.bytesRead };
// What is not in memory that both see goes to whoever waits for it.
const own = read.flatMap(({ ids: { buffer } }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
parentPort?.postMessage(answer, own);
