import type { Connection } from '../driver/connection.js';
import type { PageSource } from '../format/pageSource.js';
import type { RowsToStage, StagedRows } from './byPages/stageRows.js';
import type { KeysByRoot } from './byPages/storedKeys.js';
import type { ContactTransactions } from './bySql/flushByContact.js';
import type { FlushWay, PagesThreshold } from './writePlan.js';

/** The caller writes the pages of the result into a copy of the database, which stays as it is until then. */
export interface CopyTarget {
  readonly kind: 'copy';
  /** The pages of the database as it is now, which stay as they are until the run is written. */
  readonly pagesBefore: () => PageSource;
  /** Waits for keys of its rows that are read beside this thread, see `KeyThread`; none when left out. */
  readonly keysRead?: () => Promise<KeysByRoot>;
}

/** SQLite writes into the database itself. */
export interface InPlaceTarget {
  readonly kind: 'in_place';
  /**
   * Lays the rows of a first run beside the database, from where they are moved over; the caller removes what it wrote when the
   * transaction is over.
   *
   * @throws UnfitForPages when the rows have to be written by statements
   */
  readonly stage: (connection: Connection, rows: RowsToStage) => Promise<StagedRows>;
  /** The transactions that contacts' changes are divided into; one holds all where changes are kept. */
  readonly transactions: ContactTransactions;
  /** For how many runs what they change is kept in `scheduler_changes`; nothing is kept when left out. */
  readonly keepChanges?: number;
}

/** How a run's rows are written, as whoever opened the database can have it. */
export interface WriteSettings {
  /** Everything is worked out and nothing kept. */
  readonly dryRun?: boolean;
  /** `auto` when left out. */
  readonly flush?: FlushWay;
  /** Where the result goes; without it rows are written by statements. */
  readonly target?: CopyTarget | InPlaceTarget;
  /** Where pages begin to pay; `PAGES_FROM` when left out. It changes the way that rows go, never the rows. */
  readonly pagesFrom?: PagesThreshold;
}
