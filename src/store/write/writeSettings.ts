import type { PageSource } from '../format/pageSource.js';
import type { ContactTransactions } from './bySql/flushByContact.js';
import type { FlushWay, PagesThreshold } from './writePlan.js';

/** The caller writes the pages of the result into a copy of the database, which stays as it is until then. */
export interface CopyTarget {
  readonly kind: 'copy';
  /** The pages of the database as it is now, which stay as they are until the run is written. */
  readonly pagesBefore: () => PageSource;
}

/** SQLite writes into the database itself. */
export interface InPlaceTarget {
  readonly kind: 'in_place';
  /** Where rows may be laid beside the database before they are moved over; the caller removes it when the transaction is over. */
  readonly stagingPath: string;
  /** The transactions that contacts' changes are divided into. */
  readonly transactions: ContactTransactions;
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
