import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIsoDay } from '../../src/calendar/iso.js';
import type { OracleResult } from '../../src/oracle/model.js';
import { oracle } from '../../src/oracle/oracle.js';
import { GUARDS } from '../../src/run/guards.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import type { RunReport } from '../../src/run/runReport.js';
import { organization } from '../helpers/arbitraries.js';
import {
  databaseImage,
  issueTexts,
  issueTextsOf,
  plannedRowsOf,
  recordsImage,
  uniqueIndexesOf,
} from '../helpers/databases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

const RUNS = runCount(700);

/** Unique indexes that databases come with: none, a run's own, and one by event as older databases have it. */
const INDEXES = [
  null,
  ['contact_id', 'email_type', 'scheduled_send_date'],
  ['contact_id', 'email_type', 'event_year'],
] as const;

/** Gives the database one of the indexes, unless rows or missing columns do not allow it; the day chooses which. */
function addIndex(image: Uint8Array, today: number): Promise<Uint8Array> {
  const columns = INDEXES[Math.abs(today) % INDEXES.length];
  return databaseImage((database) => {
    try {
      if (columns !== null) database.run(`CREATE UNIQUE INDEX found ON email_schedules (${columns.join(', ')})`);
    } catch {
      // The rows, or the columns, are not such.
    }
  }, image);
}

/** The figures of a report that follow from the reference model, worked out of it. */
function figures(expected: OracleResult, contactRows: number) {
  const isRejected = ['invalid_id', 'duplicate_id', 'invalid_email'];
  const rejected = expected.issues.filter((issue) => isRejected.includes(issue.kind)).length;
  const issues: Record<string, number> = {};
  for (const { kind } of expected.issues) issues[kind] = (issues[kind] ?? 0) + 1;
  const skipped = expected.rows.filter((row) => row.status === 'skipped').length;
  return {
    contacts: { rows: contactRows, planned: contactRows - rejected, rejected },
    total: expected.rows.length,
    pre_scheduled: expected.rows.length - skipped,
    skipped,
    moves: { smoothing: expected.movedBySmoothing, cap: expected.movedByCap },
    limits: { cap: expected.limits.cap, threshold: expected.limits.threshold },
    overloaded: expected.overloadedDays.map(({ day, load }) => ({ day: formatIsoDay(day), load })).slice(0, 10),
    issues,
  };
}

/** The same figures as a report tells them. */
function told(report: RunReport) {
  const { total, pre_scheduled, skipped } = report.rows;
  const { cap, threshold } = report.limits;
  return {
    contacts: report.contacts,
    ...{ total, pre_scheduled, skipped },
    moves: report.moves,
    limits: { cap, threshold },
    overloaded: report.overloaded_days.first.map(({ day, load }) => ({ day, load })),
    issues: report.issues,
  };
}

function countsBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[keyOf(row)] = (counts[keyOf(row)] ?? 0) + 1;
  return counts;
}

describe(`a run on a database, for ${RUNS} random organizations`, () => {
  test(
    'leaves what the reference model says, and a second run changes nothing',
    async () => {
      const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
        const database = await openDatabase(await addIndex(await recordsImage(records), today));
        try {
          // Random values are unreadable now and then, which a guard would have people look at.
          const report = await database.run({ asOf: today, config, force: GUARDS });
          const expected = oracle(records, { today, config, uniqueIndexes: uniqueIndexesOf(database) });
          expect(plannedRowsOf(database)).toEqual(expected.rows);
          expect(issueTextsOf(database)).toEqual(issueTexts(expected.issues));
          expect(told(report)).toEqual(figures(expected, records.contacts.length));
          const byType = report.rows.by_type.map((type) => [type.email_type, type.pre_scheduled + type.skipped]);
          expect(Object.fromEntries(byType)).toEqual(countsBy(expected.rows, (row) => row.email_type));
          const skipped = expected.rows.filter((row) => row.skip_reason !== null);
          const byReason = report.skip_reasons.map(({ reason, rows }) => [reason, rows]);
          expect(Object.fromEntries(byReason)).toEqual(countsBy(skipped, (row) => row.skip_reason ?? ''));

          // A row that was refused is not there for the second run to keep, and one that ran out of moves moves on.
          if (expected.issues.some((issue) => issue.kind === 'refused_by_index')) return;
          if (expected.candidates.some((candidate) => candidate.heldDays === 7)) return;
          const before = database.toImage();
          const again = await database.run({ asOf: today, config, force: GUARDS });
          expect(again.outcome).toBe('unchanged');
          expect(again.changes).toEqual({ kept: expected.rows.length, added: 0, changed: 0, removed: 0, refused: 0 });
          expect(Buffer.compare(database.toImage(), before)).toBe(0);
        } finally {
          database.close();
        }
      });
      await assertOrganizations(property, { runs: RUNS, seed: runSeed(2) });
    },
    runTimeout(RUNS),
  );
});
