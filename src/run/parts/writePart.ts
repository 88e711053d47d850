import { groupRange, placeRange, type RangeBalance } from '../../balance/ranges.js';
import type { Plan } from '../../plan/plan.js';
import type { RowChanges } from '../../store/changes/rowChanges.js';
import { hasRow } from '../../store/driver/askOnce.js';
import { readDatabaseFile } from '../../store/driver/readDatabaseFile.js';
import { quoteText } from '../../store/schema/readSchema.js';
import { GUARDS } from '../guards.js';
import { runRange } from '../runFile.js';
import type { RunFileOptions } from '../runFileOptions.js';
import type { RunReport } from '../runReport.js';
import type { BookJournal } from './journal.js';
import type { Part } from './manifest.js';
import { digestOfGroups, type PartSettings } from './rounds.js';

/** Tells that a part is not as it was when it handed its groups in. */
export class PartChanged extends Error {}

/** How a part is written: as a file is. */
export type WriteOptions = Pick<RunFileOptions, 'config' | 'flush' | 'threads' | 'batchSize' | 'signal' | 'onProgress'>;

/** What a written part adds to the book. */
export interface WrittenPart {
  readonly report: RunReport;
  readonly balance: RangeBalance;
}

/** A part and what it is written by. */
export interface PartWriting {
  readonly part: Part;
  readonly settings: PartSettings;
  readonly journal: BookJournal;
  readonly options: WriteOptions;
}

/** What is wanted of a part that is planned and not written. */
export interface DryWriting {
  readonly dryRun: boolean;
  readonly onPlan?: (plan: Plan, staysAsIs: Uint8Array) => void;
}

/**
 * The third round for one part: plans it again, gives its groups their days, and writes it, all or nothing.
 *
 * @throws PartChanged when it is not as it was: by others, or because it is written already
 */
export async function writePart(
  { part, settings, journal, options }: PartWriting,
  { dryRun, onPlan }: DryWriting = { dryRun: false },
): Promise<WrittenPart> {
  const { id, all, parts } = journal;
  const own = parts.find(({ file }) => file === part.file);
  if (own === undefined) throw new PartChanged();
  const found: { balance?: RangeBalance } = {};
  const range = {
    contactRows: all.contactRows,
    runSuffix: id,
    balance(plan: Plan) {
      const grouped = groupRange(plan, own.counts, all);
      if (digestOfGroups(grouped) !== own.digest) throw new PartChanged();
      found.balance = placeRange(grouped, own.placements);
      return found.balance.balance;
    },
  };
  const report = await runRange(
    part.path,
    {
      ...options,
      driver: settings.driver,
      dryRun,
      asOf: settings.today,
      force: GUARDS,
      onDiffed: onPlan === undefined ? undefined : ({ plan, diff }) => onPlan(plan, diff.staysAsIs),
    },
    range,
  );
  if (found.balance === undefined) throw new PartChanged();
  return { report, balance: found.balance };
}

/** What became of a part, as far as the book's end tells of it. */
export interface PartEnd {
  readonly outcome: RunReport['outcome'];
  readonly run_id: string;
  readonly contacts: number;
  readonly rows: RowChanges;
  readonly warnings: number;
}

/**
 * What became of a part that a journal has written, as the part itself says; null when it was not written. One that had nothing to
 * be changed does not say so, and has nothing to be changed again.
 */
export function findWritten({ part, settings, journal }: Omit<PartWriting, 'options'>): Promise<PartEnd | null> {
  return readDatabaseFile(part.path, settings.driver, async (connection) => {
    const column = `SELECT 1 FROM pragma_table_info('scheduler_checkpoints') WHERE name = 'rows_removed'`;
    if (!hasRow(connection, column)) return null;
    const run = `SELECT scheduler_run_id, emails_scheduled + emails_skipped, rows_added, rows_changed, rows_removed
      FROM scheduler_checkpoints WHERE scheduler_run_id LIKE ${quoteText(`%-${journal.id}`)} AND status = 'completed'`;
    for (const [id, ...figures] of connection.query(run)) {
      const [total, added, changed, removed] = figures.map(Number);
      const contacts = journal.parts.find(({ file }) => file === part.file)?.counts.contactRows ?? 0;
      const rows = { kept: total - added - changed, added, changed, removed, refused: 0 };
      return { outcome: 'changed', run_id: String(id), contacts, rows, warnings: 0 };
    }
    return null;
  });
}
