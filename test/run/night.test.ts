import { copyFileSync, readFileSync, statSync } from 'node:fs';
import Database from 'libsql';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunFileOptions } from '../../src/run/runFileOptions.js';
import { testFolder } from '../helpers/cli.js';
import { hasSqlite3, integrityOf } from '../helpers/databases.js';
import { dumpOf } from '../helpers/flushCases.js';

// Threads need JavaScript files: these are of the program as it was built.
const { generateDatabase, runFile } = await import(new URL('../../dist/src/node.js', import.meta.url).href);

const pathOf = testFolder();
const book = pathOf('book.sqlite3');

/** Marks what is due as sent, edits some contacts and copies others as new ones. */
function passDay(path: string, asOf: string): void {
  const database = new Database(path);
  database.exec(`BEGIN;
    UPDATE email_schedules SET status = CASE id % 50 WHEN 0 THEN 'failed' ELSE 'sent' END, actual_send_datetime = '${asOf} 08:30:00'
      WHERE status = 'pre-scheduled' AND scheduled_send_date <= '${asOf}';
    UPDATE contacts SET state = CASE WHEN state = 'TX' THEN 'CA' ELSE 'TX' END, zip_code = NULL WHERE id % 300 = 7;
    INSERT INTO contacts (first_name, last_name, email, state, zip_code, birth_date, effective_date)
      SELECT first_name, last_name, 'new.' || email, state, zip_code, birth_date, effective_date FROM contacts WHERE id % 500 = 3;
    COMMIT`);
  database.close();
}

/** What a database holds, but for what tells one run from another of the same. */
async function contentOf(path: string): Promise<string> {
  const { dump, checks } = await dumpOf(readFileSync(path));
  expect(checks).toEqual(['ok', 'ok']);
  if (hasSqlite3) expect(integrityOf(path)).toBe('ok');
  return dump
    .join('\n')
    .replace(/[0-9]{14}-[0-9a-f]{8}/g, 'RUN')
    .replaceAll(/20[0-9-]{8} [0-9:]{8}/g, 'NOW')
    .replace(/text '[0-9a-f]{16}'( \| text 'RUN' \| text 'NOW' \| text '\{)/, "text 'DIGEST'$1");
}

describe('a night over a book that is large enough for a copy, and of which little changes', () => {
  beforeAll(async () => {
    await generateDatabase({ path: book, contacts: 40_000, shape: 'realistic', seed: 3, asOfDay: 20_252 });
    await runFile(book, { asOf: '2025-06-13' });
    passDay(book, '2025-06-13');
  }, 120_000);

  it('leaves what a night by SQL leaves, whatever the threads, and nearly all pages as they were', async () => {
    const contents: string[] = [];
    const ways: RunFileOptions[] = [{ flush: 'sql', threads: 1 }, { threads: 1 }, { threads: 2 }];
    for (const options of ways) {
      const path = pathOf('night.sqlite3');
      copyFileSync(book, path);
      const report = await runFile(path, { asOf: '2025-06-14', ...options });
      expect(report.flush).toBe(options.flush ?? 'pages');
      contents.push(await contentOf(path));
      if (options.flush === 'sql') continue;
      const [before, after] = [readFileSync(book), readFileSync(path)];
      let same = 0;
      for (let at = 0; at < before.length; at += 4096) {
        if (before.subarray(at, at + 4096).equals(after.subarray(at, at + 4096))) same++;
      }
      expect(same).toBeGreaterThan((0.6 * before.length) / 4096);
      expect(statSync(path).size).toBeLessThan(1.1 * statSync(book).size);
      expect(await runFile(path, { asOf: '2025-06-14', ...options })).toMatchObject({ outcome: 'unchanged' });
    }
    expect(contents[1] === contents[0] && contents[2] === contents[0]).toBe(true);
  }, 240_000);

  it('has as little to do on the next ones', async () => {
    const path = pathOf('nights.sqlite3');
    copyFileSync(book, path);
    for (const day of [14, 15, 16, 17]) {
      await runFile(path, { asOf: `2025-06-${day}` });
      if (hasSqlite3) expect(integrityOf(path)).toBe('ok');
      passDay(path, `2025-06-${day}`);
    }
    const other = pathOf('other.sqlite3');
    copyFileSync(path, other);
    await runFile(path, { asOf: '2025-06-18' });
    await runFile(other, { asOf: '2025-06-18', flush: 'sql' });
    expect((await contentOf(path)) === (await contentOf(other))).toBe(true);
  }, 240_000);
});
