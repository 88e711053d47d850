import type { DayLoad } from '../../balance/balance.js';
import type { MissedEmails } from '../../plan/missedEmails.js';
import type { Capacity } from '../../rules/capacity.js';
import type { ReadingReport } from '../readingReport.js';
import { type DayReport, dayReport, type RunReport, reportOverloaded } from '../runReport.js';
import type { StageTiming } from '../stopwatch.js';

/** What became of one part. */
export interface PartReport {
  readonly file: string;
  readonly run_id: string;
  readonly outcome: RunReport['outcome'];
  readonly changes: RunReport['changes'];
  readonly seconds: number;
}

/** What a run of a book in parts tells: the report of a run over the book as one file, and its parts. */
export interface BookReport extends RunReport {
  readonly parts: readonly PartReport[];
}

/** How many emails the days of a book hold. */
export interface BookDays {
  readonly today: number;
  readonly capacity: Capacity;
  /** By days from today on: what is planned, what the daily cap left before the last contact limits, and history. */
  readonly planned: Int32Array;
  readonly capped: Int32Array;
  readonly history: Int32Array;
}

const MOST_DAYS = 10;

/** Adds the counts of rows that have the same name. */
function sumNamed<Row extends object>(rows: readonly Row[], name: keyof Row, counts: readonly (keyof Row)[]): Row[] {
  const sums = new Map<unknown, Row>();
  for (const row of rows) {
    const sum = sums.get(row[name]);
    const added = (count: keyof Row) => [count, Number(sum?.[count] ?? 0) + Number(row[count])];
    sums.set(row[name], { ...(sum ?? row), ...Object.fromEntries(counts.map(added)) });
  }
  return [...sums.values()];
}

function sumObjects<Counts extends Readonly<Record<string, number>>>(all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const one of all) for (const [name, count] of Object.entries(one)) sum[name] = (sum[name] ?? 0) + count;
  return sum as Counts;
}

/** Every part has the suppressions of all, and contacts of its own. */
function sumSuppressions(all: readonly ReadingReport['suppressions'][]): ReadingReport['suppressions'] {
  const found = all.filter((one) => one !== null);
  if (found.length === 0) return null;
  const contacts = found.reduce((sum, one) => sum + one.contacts, 0);
  return { rows: Math.max(...found.map(({ rows }) => rows)), contacts };
}

/** What was found unreadable in all parts. */
export function sumReadings(readings: readonly ReadingReport[]): ReadingReport {
  const [first] = readings;
  const rows = readings.map((reading) => reading.rows);
  return {
    columns: first.columns.map(({ column }, i) => {
      const columns = readings.map((reading) => reading.columns[i]);
      const worst = columns.reduce((a, b) => ((b.commonest?.rows ?? 0) > (a.commonest?.rows ?? 0) ? b : a));
      const filled = columns.reduce((sum, one) => sum + one.filled, 0);
      const unreadable = columns.reduce((sum, one) => sum + one.unreadable, 0);
      const { commonest, read_as, readable_as } = worst;
      return { column, filled, unreadable, commonest, read_as, readable_as };
    }),
    alike_columns: first.alike_columns,
    suppressions: sumSuppressions(readings.map((reading) => reading.suppressions)),
    rows: {
      unknown_statuses: sumNamed(
        rows.flatMap((one) => one.unknown_statuses),
        'value',
        ['rows'],
      ),
      unknown_types: sumNamed(
        rows.flatMap((one) => one.unknown_types),
        'value',
        ['rows'],
      ),
      unreadable_days: {
        rows: rows.reduce((sum, one) => sum + one.unreadable_days.rows, 0),
        example: rows.find((one) => one.unreadable_days.example !== null)?.unreadable_days.example ?? null,
      },
    },
  };
}

function sumMissed(all: readonly MissedEmails[]): MissedEmails {
  const byType = sumNamed(
    all.flatMap((one) => one.by_type),
    'email_type',
    ['rows'],
  );
  return {
    rows: all.reduce((sum, one) => sum + one.rows, 0),
    by_type: byType.sort((a, b) => b.rows - a.rows || (a.email_type < b.email_type ? -1 : 1)),
    example: all.find((one) => one.example !== null)?.example ?? null,
  };
}

function sumStages(reports: readonly RunReport[]): StageTiming[] {
  const stages = new Map<string, StageTiming>();
  for (const stage of reports.flatMap((report) => report.stages)) {
    const sum = stages.get(stage.stage);
    const seconds = (sum?.seconds ?? 0) + stage.seconds;
    stages.set(stage.stage, { ...stage, seconds });
  }
  return [...stages.values()];
}

/** The days that hold an email. */
function dayLoads({ today, history }: BookDays, planned: Int32Array): DayLoad[] {
  return Array.from(planned, (count, i) => ({ day: today + i, planned: count, history: history[i] ?? 0 })).filter(
    (load) => load.planned + load.history > 0,
  );
}

function reportDays(loads: readonly DayLoad[], { capacity }: BookDays): DayReport[] {
  return loads.slice(0, MOST_DAYS).map((load) => dayReport(load, capacity));
}

/** Puts the reports of parts together into one of the book. */
export function sumReports(
  reports: readonly { readonly file: string; readonly report: RunReport }[],
  days: BookDays,
): Omit<BookReport, 'seconds' | 'memory'> {
  const all = reports.map(({ report }) => report);
  const [first] = all;
  const rows = all.map((report) => report.rows);
  const contacts = sumObjects(all.map((report) => report.contacts));
  const total = rows.reduce((sum, one) => sum + one.total, 0);
  const loadOf = ({ planned, history }: DayLoad) => planned + history;
  const busiest = dayLoads(days, days.planned).sort((a, b) => loadOf(b) - loadOf(a) || a.day - b.day);
  const { capacity } = days;
  const overloaded = dayLoads(days, days.capped).filter(
    (load) => capacity.openDays.isOpen(load.day) && loadOf(load) > capacity.thresholdOn(load.day),
  );
  return {
    ...first,
    outcome: all.some(({ outcome }) => outcome === 'changed') ? 'changed' : first.outcome,
    contacts,
    rows: {
      total,
      per_contact: contacts.rows === 0 ? 0 : total / contacts.rows,
      pre_scheduled: rows.reduce((sum, one) => sum + one.pre_scheduled, 0),
      skipped: rows.reduce((sum, one) => sum + one.skipped, 0),
      by_type: sumNamed(
        rows.flatMap((one) => one.by_type),
        'email_type',
        ['pre_scheduled', 'skipped'],
      ),
    },
    skip_reasons: sumNamed(
      all.flatMap((report) => report.skip_reasons),
      'reason',
      ['rows'],
    ).sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1)),
    moves: sumObjects(all.map((report) => report.moves)),
    busiest_days: reportDays(busiest, days),
    overloaded_days: reportOverloaded(overloaded, capacity),
    issues: sumObjects(all.map((report) => report.issues as Record<string, number>)),
    reading: sumReadings(all.map((report) => report.reading)),
    changes: sumObjects(all.map((report) => ({ ...report.changes }))),
    missed: sumMissed(all.map((report) => report.missed)),
    migration: [...new Set(all.flatMap((report) => report.migration))],
    warnings: [...new Set(all.flatMap((report) => report.warnings))],
    stages: sumStages(all),
    traffic: {
      read_bytes: all.reduce((sum, report) => sum + (report.traffic?.read_bytes ?? 0), 0),
      written_bytes: all.some((report) => report.traffic?.written_bytes === null)
        ? null
        : all.reduce((sum, report) => sum + (report.traffic?.written_bytes ?? 0), 0),
    },
    parts: reports.map(({ file, report: { run_id, outcome, changes, seconds } }) => ({
      file,
      run_id,
      outcome,
      changes,
      seconds,
    })),
  };
}
