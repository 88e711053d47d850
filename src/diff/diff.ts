import { formatIsoDay } from '../calendar/iso.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { encodeRows } from '../export/encodeRows.js';
import type { ExportFormat } from '../export/formats.js';
import { planRows } from '../export/planRows.js';
import { resolveConfig } from '../rules/config.js';
import { type ScheduleInput, type ScheduleOptions, stopwatchOf, withSource } from '../run/library.js';
import { planAndBalance } from '../run/schedule.js';
import { resolveToday } from '../run/today.js';
import { diffSchedules, type PlannedRun } from '../store/changes/diffSchedules.js';
import { CHANGE_CAUSES, type ChangeCause } from './causes.js';
import { type ChangedRow, ChangeReader, changedRows } from './changedRows.js';
import { type Change, visitChanges } from './visitChanges.js';

/** How many rows are added, changed and removed. */
export interface ChangeCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** What a run would change; `sendplan diff --json` prints it, and its names are stable. */
export interface DiffReport {
  /** `YYYY-MM-DD`, the day of the run. */
  readonly as_of: string;
  /** Rows that stay as they are. */
  readonly kept: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Rows that a unique index would refuse. */
  readonly refused: number;
  /** By email type, in the order of the rules; then types that are only removed. */
  readonly by_type: readonly (ChangeCounts & { readonly email_type: string })[];
  /** By what moved a row, in the order of `CHANGE_CAUSES`; `another_day` counts the changed rows whose day is another. */
  readonly by_cause: readonly (ChangeCounts & { readonly cause: ChangeCause; readonly another_day: number })[];
  /** By the day of a row as it would be, of a removed row as it is; ascending, a row without a day last, as null. */
  readonly by_day: readonly (ChangeCounts & { readonly day: string | null })[];
  /** Columns of changed rows, and in how many of them each differs. */
  readonly by_column: readonly { readonly column: string; readonly rows: number }[];
  /** The first changes, as many as were asked for. */
  readonly rows: readonly ChangedRow[];
}

/** The difference between what is there and what a run would leave. */
export interface ScheduleDifferences {
  readonly report: DiffReport;
  /**
   * All changed rows as the bytes of a file, with the columns change, cause, row_id, contact_id, those of `email_schedules` as they
   * would be (of removed rows as they are), changed_columns and before, made piece by piece as they are asked for.
   *
   * @throws RangeError when the format is none of `EXPORT_FORMATS`
   */
  exportAs(format: ExportFormat): Iterable<Uint8Array>;
  /** The whole plan as the bytes of a file, as `SchedulePlan.exportAs` gives it. */
  exportPlanAs(format: ExportFormat): Iterable<Uint8Array>;
}

/** How `diff` compares. */
export interface DiffOptions extends ScheduleOptions {
  /** How many changed rows the report holds, the first ones; none when left out. */
  readonly limit?: number;
}

const FIELDS: Readonly<Record<Change, keyof ChangeCounts>> = { add: 'added', change: 'changed', remove: 'removed' };

/** Counts of changes by some key. */
class Tally<Key> {
  readonly #counts = new Map<Key, { added: number; changed: number; removed: number }>();

  add(key: Key, change: Change): void {
    let counts = this.#counts.get(key);
    if (counts === undefined) {
      counts = { added: 0, changed: 0, removed: 0 };
      this.#counts.set(key, counts);
    }
    counts[FIELDS[change]]++;
  }

  /** @param compare the order of keys */
  sorted(compare: (a: Key, b: Key) => number): readonly (readonly [Key, ChangeCounts])[] {
    return [...this.#counts].sort(([a], [b]) => compare(a, b));
  }
}

/** Hands a limit on that is a whole number from 0 on. @throws RangeError when it is not */
export function requireLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 0) return limit;
  throw new RangeError(`limit: expected a whole number from 0 on, got ${JSON.stringify(limit)}`);
}

/** Puts what a run changes into figures, and offers its rows (Rules 11). @param limit how many rows the report holds */
export function differencesOf(run: PlannedRun, limit: number): ScheduleDifferences {
  const { organization, views } = run.plan;
  const { schedules, emailTypes, planned } = organization;
  const reader = new ChangeReader(run);
  const byType = new Tally<number>();
  const byDay = new Tally<number>();
  const byCause = new Tally<ChangeCause>();
  const anotherDay = new Map<ChangeCause, number>();
  const sendDayBit = 1 << reader.columns.findIndex(({ name }) => name === 'scheduled_send_date');
  const byColumn = new Uint32Array(reader.columns.length);
  const totals = { added: 0, changed: 0, removed: 0 };
  const rows: ChangedRow[] = [];
  const count = (change: Change, cause: ChangeCause, type: number, day: number) => {
    totals[FIELDS[change]]++;
    byType.add(type, change);
    byDay.add(day, change);
    byCause.add(cause, change);
  };
  visitChanges(run, {
    planned(candidate, foundRow) {
      const change = foundRow < 0 ? 'add' : 'change';
      const bits = foundRow < 0 ? 0 : reader.differing(candidate, foundRow);
      const cause = reader.causes.ofPlanned(candidate, foundRow, bits);
      count(change, cause, views.candidateType[candidate], views.candidateSend[candidate]);
      if (bits & sendDayBit) anotherDay.set(cause, (anotherDay.get(cause) ?? 0) + 1);
      if (rows.length < limit) rows.push(reader.plannedRow(candidate, foundRow));
      for (let i = 0; bits >> i !== 0; i++) byColumn[i] += (bits >> i) & 1;
    },
    removed(foundRow) {
      count('remove', reader.causes.ofRemoved(foundRow), schedules.type[foundRow], schedules.scheduledDay[foundRow]);
      if (rows.length < limit) rows.push(reader.removedRow(foundRow));
    },
  });
  const dayOrLast = (day: number) => (day === NULL_INT32 ? Infinity : day);
  const report: DiffReport = {
    as_of: formatIsoDay(run.plan.run.today),
    kept: run.diff.kept,
    ...totals,
    refused: run.refused.size,
    by_type: byType
      .sorted((a, b) => a - b)
      .map(([type, counts]) => {
        return { email_type: planned.types[type]?.name ?? emailTypes.names[type], ...counts };
      }),
    by_cause: byCause
      .sorted((a, b) => CHANGE_CAUSES.indexOf(a) - CHANGE_CAUSES.indexOf(b))
      .map(([cause, counts]) => ({ cause, ...counts, another_day: anotherDay.get(cause) ?? 0 })),
    by_day: byDay
      .sorted((a, b) => dayOrLast(a) - dayOrLast(b))
      .map(([day, counts]) => {
        return { day: day === NULL_INT32 ? null : formatIsoDay(day), ...counts };
      }),
    by_column: reader.columns
      .map(({ name }, i) => ({ column: name, rows: byColumn[i] }))
      .filter((column) => column.rows > 0),
    rows,
  };
  return {
    report,
    exportAs: (format) => encodeRows(changedRows(run), format),
    exportPlanAs: (format) => encodeRows(planRows(run.plan, run.refused), format),
  };
}

/**
 * What a run would add to, change in and remove from an organization's `email_schedules` (Rules 11); nothing is written, and
 * unique indexes are not looked at.
 *
 * @throws TypeError or RangeError when an argument is not what it has to be
 * @throws SendplanError as `schedule` does
 * @example
 * import { diff } from 'sendplan';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const { report } = await diff({ contacts, email_schedules: [] }, { today: '2025-06-13' });
 * console.log(report.added); // 2
 */
export async function diff(input: ScheduleInput, options: DiffOptions = {}): Promise<ScheduleDifferences> {
  const limit = requireLimit(options.limit ?? 0);
  const config = resolveConfig(options.config);
  const today = resolveToday(options.today, config, 'today');
  const planned = await withSource(input, options.sqlJs, async (source, readLastConfig) => ({
    ...(await planAndBalance(source, { config, today }, stopwatchOf(options))),
    lastConfig: readLastConfig(),
  }));
  return differencesOf({ ...planned, diff: diffSchedules(planned.plan), refused: new Set() }, limit);
}
