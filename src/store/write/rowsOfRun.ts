import type { RunChanges } from '../changes/runChanges.js';
import type { Connection } from '../driver/connection.js';
import type { StatementTiming } from '../driver/timedConnection.js';
import type { Migration } from '../schema/migration.js';
import type { PreparedPages } from './byPages/preparePages.js';

/** A savepoint is a transaction of its own, or a part of the one that the caller has begun. */
export const SAVEPOINT = 'sendplan_run';

/** The rows of a run, and what goes with them. */
export interface RowsOfRun {
  readonly changes: RunChanges;
  readonly migration: Migration;
  readonly runId: string;
  readonly nowText: string;
  /** The roots of trees that are known to have no overflow pages. */
  readonly plainRoots: ReadonlySet<number>;
  readonly onProgress?: (rowsDone: number, rowsTotal: number) => void;
}

/** What the transaction has done before the rows are written. */
export interface BeforeRows {
  /** Indexes that have no entries yet, by name; only when rows go as pages. */
  readonly unfilled: readonly string[];
  /** Whether our own unique index is made only after the rows, so that it refuses none. */
  readonly isKeyIndexComing: boolean;
}

/** What became of the rows. */
export interface WrittenRows {
  readonly deleted: number;
  readonly inserted: number;
  /** The places of the rows that a unique index refused, among those of the run's changes. */
  readonly refused: ReadonlySet<number>;
  readonly statements: readonly StatementTiming[];
  /** The rows when they are not in the database yet. */
  readonly pages: PreparedPages | null;
}

/** Writes the rows in the open transaction. @throws UnfitForPages when they cannot go the way that was planned */
export type RowsToWrite = (connection: Connection, before: BeforeRows) => WrittenRows;
