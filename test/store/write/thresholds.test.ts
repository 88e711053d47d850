import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveConfig } from '../../../src/rules/config.js';
import { runDatabase } from '../../../src/run/schedule.js';
import { loadSqlJs } from '../../../src/store/driver/sqljs.js';
import { MemorySink } from '../../../src/store/format/memorySink.js';
import { ImageSource, type PageSource } from '../../../src/store/format/pageSource.js';
import type { PagesThreshold } from '../../../src/store/write/writePlan.js';
import { organization } from '../../helpers/arbitraries.js';
import { recordsImage } from '../../helpers/databases.js';
import { anonymousDump } from '../../helpers/flushCases.js';
import { assertOrganizations, runCount, runSeed, runTimeout } from '../../helpers/runs.js';

const RUNS = runCount(60);
const SEED = runSeed(17);

/** A day's run over pages, with other thresholds and batches than the program's own; gives the database as it leaves it. */
async function runOver(
  image: Uint8Array,
  run: { readonly config: object | null; readonly today: number },
  { pagesFrom, batchSize }: { readonly pagesFrom: PagesThreshold; readonly batchSize: number },
): Promise<{ readonly image: Uint8Array; readonly isByPages: boolean; readonly changes: unknown }> {
  const open = await loadSqlJs();
  const before: PageSource = new ImageSource(image);
  const connection = open(before);
  try {
    const config = resolveConfig(run.config);
    const target = { kind: 'copy', pagesBefore: () => before } as const;
    const settings = { config, today: run.today, target, pagesFrom, batchSize, force: ['unreadable'] as const };
    const { report, pages } = await runDatabase(connection, settings);
    if (pages === null) return { image: connection.toImage(), isByPages: false, changes: report.changes };
    const sink = new MemorySink();
    await pages.write(connection.toPages(), {
      write: (bytes, position) => sink.write(bytes, position),
      checkpoint: () => Promise.resolve(),
    });
    const after = sink.toPages();
    return { image: Uint8Array.from(after.read(0, after.byteLength)), isByPages: true, changes: report.changes };
  } finally {
    connection.close();
  }
}

/** Thresholds at which many a change of a small database is large, or none is. */
const thresholds = fc.record({
  pagesFrom: fc.record({
    rows: fc.constantFrom(0, 1, 5, 20, 2_000),
    part: fc.constantFrom(0, 0.0005, 0.1, 0.5),
    firstRows: fc.constantFrom(0, 1, 10, 20_000),
    keptRows: fc.constantFrom(0, 200_000),
    keptPart: fc.constantFrom(0.3, 1),
  }),
  batchSize: fc.constantFrom(1, 2, 7, 100_000),
});

test(
  `whatever the thresholds and batches, ${RUNS} random organizations come out the same, day after day (seed ${SEED})`,
  async () => {
    let byPages = 0;
    const random = fc.sample(thresholds, { numRuns: 100, seed: SEED });
    let turn = 0;
    const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
      const others = random[turn++ % random.length];
      const never = {
        pagesFrom: { rows: 1e9, part: 1, firstRows: 1e9, keptRows: 1e9, keptPart: 0 },
        batchSize: 100_000,
      };
      let [expected, found] = [await recordsImage(records), await recordsImage(records)];
      for (const day of [today, today + 1]) {
        const bySql = await runOver(expected, { config, today: day }, never);
        const other = await runOver(found, { config, today: day }, others);
        expect(bySql.isByPages).toBe(false);
        if (other.isByPages) byPages++;
        expect(other.changes).toEqual(bySql.changes);
        expect(await anonymousDump(other.image)).toEqual(await anonymousDump(bySql.image));
        [expected, found] = [bySql.image, other.image];
      }
    });
    await assertOrganizations(property, { runs: RUNS, seed: SEED });
    expect(byPages).toBeGreaterThan(RUNS / 4);
  },
  runTimeout(RUNS),
);
