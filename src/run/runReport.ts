import type { Balance, DayLoad } from '../balance/balance.js';
import { formatIsoDay } from '../calendar/iso.js';
import type { Contacts } from '../columns/contacts.js';
import type { IssueLog } from '../columns/issueLog.js';
import type { ReasonCount, RowCounts, TypeCount } from '../plan/countRows.js';
import type { MissedEmails } from '../plan/missedEmails.js';
import type { RunRules } from '../plan/runRules.js';
import type { Capacity } from '../rules/capacity.js';
import type { IssueKind } from '../rules/records.js';
import { countRowChanges, type RowChanges } from '../store/changes/rowChanges.js';
import type { RunChanges } from '../store/changes/runChanges.js';
import type { StatementCost } from '../store/driver/observedConnection.js';
import type { FoundLastRun } from '../store/write/lastRun.js';
import type { WriteResult } from '../store/write/writeRun.js';
import type { MemoryPeaks } from './memorySampler.js';
import type { ReadingReport } from './readingReport.js';
import { readingWarnings } from './readingWarnings.js';
import { type StageTiming, totalSeconds } from './stopwatch.js';

/** How many emails a day holds. */
export interface DayReport {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly planned: number;
  readonly history: number;
  readonly load: number;
  /** What the day takes by the caps; 0 on a closed day. */
  readonly cap: number;
}

/** What a run tells of its plan; a run over the same database with the same settings tells the same. */
export interface PlanReport {
  readonly contacts: { readonly rows: number; readonly planned: number; readonly rejected: number };
  readonly rows: {
    readonly total: number;
    readonly per_contact: number;
    readonly pre_scheduled: number;
    readonly skipped: number;
    readonly by_type: readonly TypeCount[];
  };
  readonly skip_reasons: readonly ReasonCount[];
  readonly moves: { readonly smoothing: number; readonly cap: number };
  readonly limits: { readonly profile: string; readonly cap: number; readonly threshold: number };
  /** The fullest days, the fullest first. */
  readonly busiest_days: readonly DayReport[];
  /** The run's day and those after it, two weeks, whether they hold anything or not. */
  readonly next_days: readonly DayReport[];
  /** The days over the threshold, which hold only emails that could not move: the first of them, and the one most over its cap. */
  readonly overloaded_days: OverloadedDays;
  readonly issues: Partial<Record<IssueKind, number>>;
  /** What was found and could not be read, or counts for nothing. */
  readonly reading: ReadingReport;
}

/** Everything a run has to tell, as `sendplan run --json` prints it; the names are stable. */
export interface RunReport extends PlanReport {
  readonly run_id: string;
  /** `YYYY-MM-DD`, the run's today. */
  readonly as_of: string;
  /** `changed` the database was written, `unchanged` there was nothing to write, `dry_run` nothing was to be written. */
  readonly outcome: 'changed' | 'unchanged' | 'dry_run';
  /**
   * The earlier run of the same settings that left the file just as it is, to the byte: nothing was loaded or planned, and
   * the figures are that run's. Null when this run planned for itself.
   */
  readonly repeats: { readonly run_id: string; readonly completed_at: string } | null;
  readonly changes: RowChanges;
  /** The emails that were to be sent before the run's day, were not, and cannot be sent in time any more. */
  readonly missed: MissedEmails;
  /** What was added to the database's schema, in words. */
  readonly migration: readonly string[];
  readonly warnings: readonly string[];
  /** How rows were written: by SQL statements, or as pages of the table's and its indexes' b-trees. */
  readonly flush: 'sql' | 'pages' | 'none';
  readonly stages: readonly StageTiming[];
  readonly seconds: number;
  /** The most memory there was; left out where there is no file, as in browsers. */
  readonly memory?: MemoryPeaks;
  /** What was read and written of the database; left out where there is no file. */
  readonly traffic?: FileTraffic;
  /** What every SQL statement cost, when that was asked for. */
  readonly statements?: readonly StatementCost[];
}

/** The bytes of a database file that a run moved. */
export interface FileTraffic {
  /** What was read of the file; with the driver native what was scanned past SQLite, whose own reading is not known. */
  readonly read_bytes: number;
  /** What was written, which is the whole new file; null where SQLite wrote in place and does not tell. */
  readonly written_bytes: number | null;
}

/** What is told of a planned book besides its rows. */
export interface PlannedBook {
  readonly contacts: Pick<Contacts, 'rowCount' | 'count'>;
  readonly issues: IssueLog;
  readonly run: Pick<RunRules, 'today' | 'limits' | 'capacity'>;
}

/** What a run did besides planning. */
export interface RunFacts {
  readonly runId: string;
  readonly isDryRun: boolean;
  readonly changes: RunChanges;
  readonly written: WriteResult;
  readonly missed: MissedEmails;
  /** Besides those of writing. */
  readonly warnings: readonly string[];
}

const MOST_DAYS = 10;

/** The days that are over their threshold. */
export interface OverloadedDays {
  readonly count: number;
  readonly first: readonly DayReport[];
  /** The one that is most over its cap; null when there is none. */
  readonly worst: DayReport | null;
}

/** Puts the days over their threshold into figures. @param days ascending */
export function reportOverloaded(days: readonly DayLoad[], capacity: Capacity): OverloadedDays {
  const told = days.map((day) => dayReport(day, capacity));
  const over = ({ load, cap }: DayReport) => load - cap;
  const worst = told.reduce<DayReport | null>(
    (most, day) => (most === null || over(day) > over(most) ? day : most),
    null,
  );
  return { count: told.length, first: told.slice(0, MOST_DAYS), worst };
}

/** A day in figures. */
export function dayReport({ day, planned, history }: DayLoad, capacity: Capacity): DayReport {
  return { day: formatIsoDay(day), planned, history, load: planned + history, cap: capacity.capOn(day) };
}

const NEXT_DAYS = 14;

function nextDays(run: PlannedBook['run'], { days }: Balance): DayReport[] {
  const loads = new Map(days.map((load) => [load.day, load]));
  return Array.from({ length: NEXT_DAYS }, (_, i) => {
    const day = run.today + i;
    return dayReport(loads.get(day) ?? { day, planned: 0, history: 0 }, run.capacity);
  });
}

function outcomeOf({ isDryRun, written }: RunFacts): RunReport['outcome'] {
  if (isDryRun) return 'dry_run';
  return written.isChanged ? 'changed' : 'unchanged';
}

function flushOf({ written }: RunFacts): RunReport['flush'] {
  if (written.inserted + written.deleted === 0) return 'none';
  const way = written.writePlan?.way;
  return way === 'pages' || way === 'staged' ? 'pages' : 'sql';
}

/** Puts a planned book into figures. @param counts of the rows, without those that a unique index refused */
export function reportPlan(
  { contacts, issues, run }: PlannedBook,
  counts: RowCounts,
  balance: Balance,
  reading: ReadingReport,
): PlanReport {
  const { profile, cap, threshold } = run.limits;
  const reportDays = (days: readonly DayLoad[]) => days.slice(0, MOST_DAYS).map((day) => dayReport(day, run.capacity));
  const busiest = [...balance.days].sort((a, b) => b.planned + b.history - a.planned - a.history || a.day - b.day);
  return {
    contacts: { rows: contacts.rowCount, planned: contacts.count, rejected: contacts.rowCount - contacts.count },
    rows: {
      total: counts.total,
      per_contact: contacts.rowCount === 0 ? 0 : counts.total / contacts.rowCount,
      pre_scheduled: counts.preScheduled,
      skipped: counts.skipped,
      by_type: counts.byType,
    },
    skip_reasons: counts.byReason,
    moves: { smoothing: balance.movedBySmoothing, cap: balance.movedByCap },
    limits: { profile, cap, threshold },
    busiest_days: reportDays(busiest),
    next_days: nextDays(run, balance),
    overloaded_days: reportOverloaded(balance.overloadedDays, run.capacity),
    issues: issues.counts(),
    reading,
  };
}

/** Puts a run into figures. @param today the run's day */
export function reportRun(
  planned: PlanReport,
  today: number,
  facts: RunFacts,
  stages: readonly StageTiming[],
): RunReport {
  return {
    run_id: facts.runId,
    as_of: formatIsoDay(today),
    outcome: outcomeOf(facts),
    repeats: null,
    ...planned,
    changes: countRowChanges(facts.changes, facts.written),
    migration: facts.written.migrationSteps.map(({ creates, table, name }) =>
      creates === 'table' ? `table ${table}` : `${creates} ${table}.${name}`,
    ),
    missed: facts.missed,
    warnings: [...facts.warnings, ...facts.written.warnings],
    flush: flushOf(facts),
    stages: [...stages],
    seconds: totalSeconds(stages),
  };
}

/**
 * Puts a run into figures that found the file as an earlier one of the same settings left it.
 *
 * @param earlier the run whose figures hold
 */
export function reportRepeat(
  earlier: FoundLastRun,
  runId: string,
  today: number,
  stages: readonly StageTiming[],
): RunReport {
  const planned = JSON.parse(earlier.report) as PlanReport;
  return {
    run_id: runId,
    as_of: formatIsoDay(today),
    outcome: 'unchanged',
    repeats: { run_id: earlier.runId, completed_at: earlier.completedText },
    ...planned,
    // An earlier version kept none.
    next_days: planned.next_days ?? [],
    changes: { kept: planned.rows.total, added: 0, changed: 0, removed: 0, refused: 0 },
    missed: { rows: 0, by_type: [], example: null },
    migration: [],
    warnings: readingWarnings(planned.reading),
    flush: 'none',
    stages: [...stages],
    seconds: totalSeconds(stages),
  };
}
