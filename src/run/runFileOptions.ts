import type { ConfigInput } from '../rules/config.js';
import type { PlannedRun } from '../store/changes/diffSchedules.js';
import type { FlushWay } from '../store/write/writePlan.js';
import type { GuardName } from './guards.js';
import type { RunProgress, StageTiming } from './stopwatch.js';

/** How a database file is planned. */
export interface RunFileOptions {
  /** The run's day, `YYYY-MM-DD` or days since 1970-01-01; today in the configuration's time zone when left out. */
  readonly asOf?: string | number;
  /** The configuration in the names of the rulebook; all defaults when left out. */
  readonly config?: ConfigInput;
  /** Where the result goes; the database itself when left out. */
  readonly outPath?: string;
  /** Whether a file that is in the place of `outPath` may be replaced; an error when left out. */
  readonly overwrite?: boolean;
  /** The guards that may not hold the run back (docs/rules.md, guards); none when left out. */
  readonly force?: readonly GuardName[];
  /** The guards that hold the run back also where the configuration has them only warn; none when left out. */
  readonly hold?: readonly GuardName[];
  /** Work everything out and write nothing. */
  readonly dryRun?: boolean;
  /**
   * Keep what is needed to undo the last so many runs that changed something. With `sqljs` those are the files as they were before,
   * beside the database; with `native` the changed rows, in the table `scheduler_changes`, and everything is written in one
   * transaction. Nothing is kept when left out, and what was kept before stays.
   */
  readonly keep?: number;
  /** Plan also where the file is, to the byte, as a run of the same settings left it, and there can be nothing to change. */
  readonly full?: boolean;
  /**
   * `sqljs` writes a new file and puts it in the place of the old one; `native` works in place through libsql, under SQLite's own
   * locks, for databases that others have open or that are in WAL mode. `sqljs` when left out.
   */
  readonly driver?: 'sqljs' | 'native';
  /**
   * How rows are written: `sql` by statements, `pages` by building the table's b-trees beside SQLite, `auto` by what is faster
   * for as much as changes; where pages cannot be, by SQL. `auto` when left out.
   */
  readonly flush?: FlushWay;
  /**
   * How many threads may read and write large tables, and from three on plan large books, this one included; as many as the machine has
   * cores when left out. They change where pages lie in the file, and nothing that SQLite tells of it. One thread plans a part of a book,
   * and a plan that is wanted (`onDiffed`).
   */
  readonly threads?: number;
  /**
   * How many contacts are planned between two reports of progress. With the driver native also how many contacts whose emails
   * change go into one transaction: left out, one transaction holds all of up to 200,000 such contacts, and 50,000 each of more.
   */
  readonly batchSize?: number;
  /**
   * The most memory that the run may need, in bytes: when it would probably need more, it fails before it begins, with the error
   * `memory_limit`. No limit when left out.
   */
  readonly memoryLimitBytes?: number;
  /** Count, time and explain every SQL statement, for `statements` of the report. */
  readonly timings?: boolean;
  /** Leave a row with the status `failed` in `scheduler_checkpoints` when the run fails and the file can be written. */
  readonly recordFailure?: boolean;
  readonly onProgress?: RunProgress;
  /** Is told what a stage took each time that it ends, also when it fails; some stages happen in two parts. */
  readonly onStage?: (timing: StageTiming) => void;
  /** Is given the plan and what it changes, to take rows out of it; good for as long as it is held. */
  readonly onDiffed?: (run: PlannedRun) => void;
  /** Gives the run up, until its result has taken its place; the database stays as it was. */
  readonly signal?: AbortSignal;
}
