import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, describe, expect, test } from 'vitest';
import { SendplanError } from '../../../src/errors.js';
import { encodeRows } from '../../../src/export/encodeRows.js';
import { planRows } from '../../../src/export/planRows.js';
import { runFile } from '../../../src/node.js';
import { databaseImage } from '../../helpers/databases.js';
import { runCount, runSeed } from '../../helpers/runs.js';
import { Draw, randomDatabase, type TextEncoding } from '../../helpers/scanDatabases.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-drivers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RUNS = runCount(6);
const SEED = runSeed(17);
const TODAY = '2025-06-13';

/** Texts that decoders like to change, as SQL, by the encoding of the database: U+FEFF, NUL, halves of surrogate pairs, broken UTF-8. */
const ODD_TEXTS: Readonly<Record<TextEncoding, readonly string[]>> = {
  'UTF-8': ["x'EFBBBF43'", "x'4100'", "x'EDA080'", "x'41EDB08042'", "x'F09F98'", "x'EFBBBF'"],
  'UTF-16le': ["x'FFFE4300'", "x'41000000'", "x'00D8'", "x'410000DC4200'", "x'410000D84200'", "x'FFFE'"],
  'UTF-16be': ["x'FEFF0043'", "x'00410000'", "x'D800'", "x'0041DC000042'", "x'0041D8000042'", "x'FEFF'"],
};

/** A random database in an encoding, odd texts in it, its contacts a table, a view, or without rowids. */
async function randomBook(seed: number, encoding: TextEncoding): Promise<Uint8Array> {
  const draw = new Draw(seed);
  return databaseImage(
    (database) => {
      const columns = database
        .exec("SELECT name FROM pragma_table_info('contacts')")[0]
        .values.map(([name]) => String(name));
      const odd = () => `CAST(${draw.of(ODD_TEXTS[encoding])} AS TEXT)`;
      const isTable =
        database.exec("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'contacts'").length > 0;
      if (!isTable) return;
      for (const column of columns.filter((name) => /state|email|birth|zip|carrier/.test(name))) {
        const value = draw.once(2) ? odd() : `${odd()} || "${column}"`;
        database.exec(`UPDATE contacts SET "${column}" = ${value} WHERE id % ${3 + draw.below(9)} = 1`);
      }
      const kept = columns.filter((name) => /^[a-z_]+$/.test(name) && !['id', 'computed', 'rowid'].includes(name));
      const form = draw.of(['table', 'view', 'without_rowid']);
      if (form === 'view') {
        database.exec('ALTER TABLE contacts RENAME TO people; CREATE VIEW contacts AS SELECT * FROM people');
      } else if (form === 'without_rowid') {
        database.exec(`ALTER TABLE contacts RENAME TO people;
          CREATE TABLE contacts (id INTEGER PRIMARY KEY, ${kept.join(', ')}) WITHOUT ROWID;
          INSERT OR IGNORE INTO contacts SELECT id, ${kept.join(', ')} FROM people WHERE id IS NOT NULL`);
      }
    },
    await randomDatabase(seed, encoding),
  );
}

/** What a run would write and tell, or the code of its error. */
async function planOf(path: string, driver: 'sqljs' | 'native'): Promise<unknown> {
  let rows = '';
  try {
    const report = await runFile(path, {
      asOf: TODAY,
      dryRun: true,
      driver,
      force: ['unreadable'],
      onDiffed: ({ plan, refused }) => {
        rows = Buffer.concat([...encodeRows(planRows(plan, refused), 'csv')]).toString();
      },
    });
    return { rows, counts: report.rows, issues: report.issues, contacts: report.contacts };
  } catch (error) {
    if (error instanceof SendplanError) return error.code;
    throw error;
  }
}

describe('a random database gives the same plan through both drivers, in any state of its log', () => {
  test.each(['UTF-8', 'UTF-16le', 'UTF-16be'] as const)('%s', async (encoding) => {
    let plannedCount = 0;
    for (let seed = SEED; seed < SEED + RUNS; seed++) {
      const scanned = join(folder, 'scanned');
      const logged = join(folder, `logged-${encoding}-${seed}`);
      writeFileSync(scanned, await randomBook(seed, encoding));
      copyFileSync(scanned, logged);
      const plan = await planOf(scanned, 'sqljs');
      if (typeof plan !== 'string') plannedCount++;
      expect({ seed, plan: await planOf(scanned, 'native') }).toEqual({ seed, plan });
      // Somebody reads, and changes wait in the log, so that the pages in the file are not all there is.
      const other = new Database(logged);
      other.exec('PRAGMA journal_mode = WAL');
      expect({ seed, plan: await planOf(logged, 'native') }).toEqual({ seed, plan });
      // SQLite waits two seconds for the reader before it leaves the log as it is.
      if (seed % 3 === 0) {
        other.exec('CREATE TABLE added AS SELECT 1; BEGIN; SELECT * FROM added');
        expect({ seed, plan: await planOf(logged, 'native') }).toEqual({ seed, plan });
        other.exec('ROLLBACK');
      }
      other.close();
    }
    // Few of them lack what has to be there.
    expect(plannedCount).toBeGreaterThan(RUNS / 2);
  });
});
