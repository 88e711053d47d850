import { type FoundSchedules, readSchedules, type ScheduleMeaning } from '../../columns/readSchedules.js';
import { isOutOfMemory, SendplanError } from '../../errors.js';
import { openDatabaseReader } from '../format/databaseReader.js';
import type { PageSource } from '../format/pageSource.js';
import type { TableReader } from '../format/tableReader.js';
import type { TableShare, TakenBranches } from '../format/tableShare.js';
import type { TableInfo } from '../schema/readSchema.js';
import { scannedRows } from './scannedRows.js';

/** The table whose rows are looked for, and how they are understood: plain data. */
export interface ScheduleTable {
  /** `email_schedules`. */
  readonly table: TableInfo;
  readonly meaning: ScheduleMeaning;
  /** Null where one thread reads all rows. */
  readonly share: TableShare | null;
}

/** The rows of some of a table's branches, and whether they fit to those of others. */
export interface FoundPart<Found> {
  readonly found: Found;
  readonly firstRowid: number;
  readonly lastRowid: number;
  /** A bit for every page of the file that was used. */
  readonly usedPages: Uint8Array;
}

/**
 * Finds the rows below some branches; null where something is in the way: whoever reads the table as a whole meets it as well, and
 * can tell.
 *
 * @param branches null for all rows
 * @param onRow is told how many rows were read, now and then; what it throws is passed on
 * @param allocate gives the memory of the rows' columns, see `readSchedules`
 */
export function findSchedules(
  pages: PageSource,
  { table, meaning, share }: ScheduleTable,
  branches: TakenBranches | null,
  onRow: (rowsDone: number) => void,
  allocate?: (byteLength: number) => ArrayBufferLike,
): FoundPart<FoundSchedules> | null {
  const readers: TableReader[] = [];
  let firstRowid = Number.NEGATIVE_INFINITY;
  let refusal: { readonly error: unknown } | null = null;
  const tell = (rowsDone: number) => {
    try {
      onRow(rowsDone);
    } catch (error) {
      refusal = { error };
      throw error;
    }
  };
  try {
    const scan = openDatabaseReader(pages);
    if (typeof scan === 'string') return null;
    const source = scannedRows(scan, table, requireNoDefault, (opened) => {
      readers.push(opened);
      if (share === null || branches === null) return;
      opened.leaves.readBelow(share, () => branches.next(), branches.part);
      firstRowid = opened.firstRowid();
    });
    if (typeof source === 'string') return null;
    const found = readSchedules(source, meaning, tell, allocate);
    const [{ rowid: lastRowid, leaves }] = readers;
    return { found, firstRowid, lastRowid, usedPages: leaves.usedPages };
  } catch (error) {
    if (refusal === null && (error instanceof SendplanError || isOutOfMemory(error))) return null;
    throw error;
  }
}

/** SQLite knows defaults, and is not here. */
function requireNoDefault(): never {
  throw new SendplanError('database_error', 'rows were stored before a column was added that has a default');
}

/** Tells whether rows of a table's left branches and of its right ones are those of one table: in order, and each page used once. */
export function fitTogether(
  left: Omit<FoundPart<unknown>, 'found'>,
  right: Omit<FoundPart<unknown>, 'found'>,
  { above }: TableShare,
): boolean {
  if (left.lastRowid >= right.firstRowid) return false;
  const shared = new Uint8Array(left.usedPages.length);
  for (const page of above) shared[page >> 3] |= 1 << (page & 7);
  return left.usedPages.every((bits, i) => (bits & right.usedPages[i] & ~shared[i]) === 0);
}
