import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oracle } from '../../src/oracle/oracle.js';
import type { OrganizationRecords } from '../../src/rules/records.js';
import { GUARDS } from '../../src/run/guards.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import { organization } from '../helpers/arbitraries.js';
import { issueTexts, issueTextsOf, plannedRowsOf, recordsImage, uniqueIndexesOf } from '../helpers/databases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../helpers/runs.js';

const RUNS = runCount(5);
const SEED = runSeed(71);

/** About how many contacts there are in the end: more than columns, batches and lists hold before they grow. */
const CONTACTS = 2500;

/** Ids of a copy lie this far from those of the copy before. */
const ID_STEP = 100_000;

function moved(value: unknown, step: number): unknown {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < ID_STEP ? value + step : value;
}

/** The same people many times over, each copy with ids of its own; what is no plain id stays as it is. */
function scaled(records: OrganizationRecords, copies: number): OrganizationRecords {
  const steps = Array.from({ length: copies }, (_, i) => i * ID_STEP);
  const copyOf = (row: object, ids: readonly string[], step: number) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, ids.includes(name) ? moved(value, step) : value]),
    );
  const tables = Object.entries(records).map(([name, rows]) => {
    if (name === 'campaign_types' || name === 'campaign_instances') return [name, rows];
    const ids = name === 'contacts' || name === 'email_schedules' ? ['id', 'contact_id'] : ['contact_id'];
    return [name, steps.flatMap((step) => (rows as object[]).map((row) => copyOf(row, ids, step)))];
  });
  return Object.fromEntries(tables) as OrganizationRecords;
}

test(
  `a run over some ${CONTACTS} contacts leaves what the reference model says, and a second one changes nothing, for ${RUNS} random organizations (seed ${SEED})`,
  async () => {
    let rowCount = 0;
    const property = fc.asyncProperty(organization(), async ({ records: few, config, today }) => {
      if (few.contacts.length === 0) return;
      const records = scaled(few, Math.ceil(CONTACTS / few.contacts.length));
      const database = await openDatabase(await recordsImage(records));
      try {
        await database.run({ asOf: today, config, force: GUARDS });
        const expected = oracle(records, { today, config, uniqueIndexes: uniqueIndexesOf(database) });
        expect(plannedRowsOf(database)).toEqual(expected.rows);
        expect(issueTextsOf(database)).toEqual(issueTexts(expected.issues));
        rowCount += expected.rows.length;
        if (expected.issues.some((issue) => issue.kind === 'refused_by_index')) return;
        if (expected.candidates.some((candidate) => candidate.heldDays === 7)) return;
        const again = await database.run({ asOf: today, config, force: GUARDS });
        expect(again.changes).toEqual({ kept: expected.rows.length, added: 0, changed: 0, removed: 0, refused: 0 });
      } finally {
        database.close();
      }
    });
    await assertOrganizations(property, { runs: RUNS, seed: SEED });
    expect(rowCount).toBeGreaterThan(2000 * RUNS);
  },
  runTimeout(60 * RUNS),
);
