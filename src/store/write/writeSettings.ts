import type { PlannedRun } from '../changes/diffSchedules.js';
import type { PageSource } from '../format/pageSource.js';
import type { PreparedPages } from './byPages/preparePages.js';
import type { StageRows } from './byPages/stageRows.js';
import type { ContactTransactions } from './bySql/flushByContact.js';
import type { FlushWay } from './writeRun.js';

/** How a run may write its rows as pages, which are not in the database when `runDatabase` returns. */
export interface PagesOutlet {
  /** The pages of the database as it is, which stay as they are until the run is written. */
  readonly pagesBefore: () => PageSource;
  /** Takes the pages that the caller is to write, into a copy of the database as it then is. */
  readonly take: (pages: PreparedPages) => void;
}

/** How a run's rows are written, as whoever opened the database can have it. */
export interface WriteSettings {
  /** Everything is worked out and nothing kept. */
  readonly dryRun?: boolean;
  /** `auto` when left out. */
  readonly flush?: FlushWay;
  /** Without it rows are written by SQL. */
  readonly pages?: PagesOutlet;
  /** Rows are replaced contact by contact, many changes in several transactions. */
  readonly transactions?: ContactTransactions;
  /** Writes the rows beside the database before anything in it is changed. */
  readonly stage?: StageRows;
  /** Is handed what is changed once it is written, or would be. */
  readonly onDiffed?: (run: PlannedRun) => void;
}
