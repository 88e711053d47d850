import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { ScheduleRows } from '../../../src/columns/scheduleRows.js';
import type { NewRows } from '../../../src/store/changes/newRows.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';
import { FileSink } from '../../../src/store/format/fileSink.js';
import { ImageSource } from '../../../src/store/format/pageSource.js';
import { applyMigration, planMigration } from '../../../src/store/schema/migration.js';
import { readSchema } from '../../../src/store/schema/readSchema.js';
import type { StartHelpers } from '../../../src/store/write/byPages/indexJobs.js';
import { preparePages } from '../../../src/store/write/byPages/preparePages.js';
import { UnfitForPages } from '../../../src/store/write/byPages/scheduleLayout.js';
import { hasSqlite3, integrityOf } from '../../helpers/databases.js';
import { dumpOf, flushCase, flushRowsOf, plainRows } from '../../helpers/flushCases.js';
import { runCount, runSeed, runTimeout } from '../../helpers/runs.js';

// Threads need JavaScript files: these are of the program as it was built.
const BUILT = new URL('../../../dist/src/', import.meta.url);
const { startIndexThreads } = await import(new URL('store/write/byPages/indexThreads.js', BUILT).href);
const { generateDatabase, runFile } = await import(new URL('node.js', BUILT).href);

const RUNS = runCount(25);
const SEED = runSeed(7);
const RUN = { runId: '20250613-abcd', nowText: '2025-06-13 12:00:00' };

const folder = mkdtempSync(join(tmpdir(), 'sendplan-threads-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Case {
  readonly image: Uint8Array;
  readonly deletedIds: Float64Array;
  readonly rows: NewRows | ScheduleRows;
}

/** Writes a case into a file, with helpers or without. */
async function write(
  path: string,
  { image, deletedIds, rows }: Case,
  helpers: (descriptor: number, source: number) => StartHelpers | undefined,
  checkpoint: () => Promise<void> = async () => {},
): Promise<void> {
  const connection = await openSqlJs(image);
  const before = join(folder, 'before.sqlite3');
  writeFileSync(before, image);
  const source = openSync(before, 'r');
  const descriptor = openSync(path, 'w');
  try {
    connection.execute('BEGIN');
    applyMigration(connection, planMigration(connection, readSchema(connection)));
    const pages = preparePages(
      connection,
      { deletedIds, rows: 'kinds' in rows ? rows : flushRowsOf(rows) },
      { ...RUN, pagesBefore: () => new ImageSource(image) },
    );
    pages.settle();
    connection.execute('COMMIT');
    const sink = new FileSink(descriptor);
    await pages.write(connection.toPages(), {
      write: (bytes, position) => sink.write(bytes, position),
      checkpoint,
      startHelpers: helpers(descriptor, source),
    });
  } finally {
    closeSync(descriptor);
    closeSync(source);
    connection.close();
  }
}

const withThreads = (threads: number) => (descriptor: number, source: number) =>
  startIndexThreads(descriptor, {
    ...{ threads, fromRows: 0 },
    source: { descriptor: source, byteLength: fstatSync(source).size },
  });

describe('pages written by several threads', () => {
  it(
    `hold what one thread writes, for ${RUNS} random databases`,
    async () => {
      let fitCases = 0;
      for (let i = 0; i < RUNS; i++) {
        const seed = SEED * 100_000 + i;
        const flush = await flushCase(seed);
        const path = join(folder, 'case.sqlite3');
        try {
          await write(path, flush, () => undefined);
        } catch (error) {
          if (error instanceof UnfitForPages || (error as { code?: string }).code === 'database_error') continue;
          throw error;
        }
        fitCases++;
        const alone = await dumpOf(readFileSync(path));
        for (const threads of [2, 4]) {
          await write(path, flush, withThreads(threads));
          const { dump, checks } = await dumpOf(readFileSync(path));
          expect([seed, threads, ...checks]).toEqual([seed, threads, 'ok', 'ok']);
          expect(dump).toEqual(alone.dump);
          if (hasSqlite3) expect(integrityOf(path)).toBe('ok');
        }
      }
      expect(fitCases).toBeGreaterThan(RUNS * 0.4);
    },
    runTimeout(RUNS * 20),
  );

  it('fail as a whole when one of them cannot write', async () => {
    const image = await emptyImage();
    const rows = plainRows(60_000);
    let begun: Int32Array | undefined;
    writeFileSync(join(folder, 'unwritable'), '');
    const reading = openSync(join(folder, 'unwritable'), 'r');
    try {
      const failed = write(
        join(folder, 'case.sqlite3'),
        { image, deletedIds: new Float64Array(0), rows },
        (_descriptor, source) => (work, rowCount) => {
          begun = work.begun;
          return withThreads(2)(reading, source)(work, rowCount);
        },
        // The thread has its turn before everything is done without it.
        async () => {
          while (begun !== undefined && Atomics.load(begun, 0) === 0) await setImmediate();
        },
      );
      await expect(failed).rejects.toMatchObject({ code: 'EBADF', syscall: 'write' });
    } finally {
      closeSync(reading);
    }
  });

  it('end when the work is given up', async () => {
    const image = await emptyImage();
    const path = join(folder, 'case.sqlite3');
    const rows = plainRows(60_000);
    const given = write(path, { image, deletedIds: new Float64Array(0), rows }, withThreads(3), async () => {
      throw new Error('given up');
    });
    await expect(given).rejects.toThrow('given up');
    const { size } = statSync(path);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(statSync(path).size).toBe(size);
  });

  it('leave a file with the same dump by the whole program, and reread it as unchanged', async () => {
    const source = join(folder, 'book.sqlite3');
    await generateDatabase({ path: source, contacts: 20_000, shape: 'seed', seed: 1, asOfDay: 20_252 });
    const dumps: string[] = [];
    for (const threads of [1, 2, 3]) {
      const path = join(folder, `book-${threads}.sqlite3`);
      writeFileSync(path, readFileSync(source));
      const report = await runFile(path, { asOf: '2025-06-13', threads });
      expect([report.flush, report.rows.total > 100_000]).toEqual(['pages', true]);
      const { dump, checks } = await dumpOf(readFileSync(path));
      expect(checks).toEqual(['ok', 'ok']);
      if (hasSqlite3) expect(integrityOf(path)).toBe('ok');
      dumps.push(
        dump
          .join('\n')
          .replace(/[0-9]{14}-[0-9a-f]{8}/g, 'RUN')
          .replaceAll(/20[0-9-]{8} [0-9:]{8}/g, 'NOW')
          // The digest of the file is another one where its pages lie otherwise.
          .replace(/text '[0-9a-f]{16}'( \| text 'RUN' \| text 'NOW' \| text '\{)/, "text 'DIGEST'$1"),
      );
      expect((await runFile(path, { asOf: '2025-06-13', threads })).outcome).toBe('unchanged');
    }
    expect(dumps[1] === dumps[0] && dumps[2] === dumps[0]).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN])('are no number such as %s', async (threads) => {
    await expect(runFile(join(folder, 'none'), { threads })).rejects.toThrow(RangeError);
  });
});

async function emptyImage(): Promise<Uint8Array> {
  const connection = await openSqlJs(null);
  try {
    connection.execute('CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)');
    return connection.toImage();
  } finally {
    connection.close();
  }
}
