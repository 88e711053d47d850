import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { organizationOfRecords } from '../../src/columns/recordSource.js';
import { generateDatabase } from '../../src/generate/generateDatabase.js';
import { type RunFileOptions, type RunReport, runFile } from '../../src/node.js';
import { resolveConfig } from '../../src/rules/config.js';
import { planAndBalance } from '../../src/run/schedule.js';
import { hasHeldStart } from '../../src/store/changes/heldStart.js';
import { DIGEST_DIGITS, digestFile } from '../../src/store/file/digestFile.js';
import { openDatabaseFile } from '../../src/store/file/openDatabaseFile.js';
import { type FoundLastRun, NO_DIGEST, readLastRun, settingsText } from '../../src/store/write/lastRun.js';
import { findRepeatedRun } from '../../src/store/write/sealFile.js';
import { changeFile } from '../helpers/changedFile.js';
import { databaseImage, hasSqlite3, selectFrom } from '../helpers/databases.js';
import { goldenCases } from '../helpers/golden.js';

const TODAY = '2025-06-13';
const SETTINGS = settingsText(resolveConfig(undefined), parseIsoDay(TODAY) ?? 0);

const folder = mkdtempSync(join(tmpdir(), 'sendplan-repeat-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let fresh = '';
let planned = '';
let first: RunReport;
beforeAll(async () => {
  fresh = join(folder, 'fresh.sqlite3');
  planned = join(folder, 'planned.sqlite3');
  const asOfDay = parseIsoDay(TODAY) ?? 0;
  await generateDatabase({ path: fresh, contacts: 600, seed: 3, shape: 'realistic', asOfDay, force: false });
  copyFileSync(fresh, planned);
  first = await runFile(planned, { asOf: TODAY });
});

let copies = 0;
/** A file of these bytes, or a copy of a file. */
function fileOf(source: string | Uint8Array): string {
  const path = join(folder, `${copies++}.sqlite3`);
  writeFileSync(path, typeof source === 'string' ? readFileSync(source) : source);
  return path;
}

function run(path: string, options: RunFileOptions = {}): Promise<RunReport> {
  return runFile(path, { asOf: TODAY, ...options });
}

/** The run that a run over a file would repeat. */
async function repeatedRun(path: string, settings = SETTINGS): Promise<FoundLastRun | null> {
  const file = openDatabaseFile(path);
  try {
    return await findRepeatedRun(file, settings);
  } finally {
    file.close();
  }
}

/** What a report tells of the plan and the database, apart from names, what it took and how it was found out. */
function figures({ run_id, repeats, stages, seconds, memory, traffic, ...told }: RunReport) {
  return told;
}

describe('a run of the same settings over the file that a run left', () => {
  it('plans nothing, leaves the file alone and tells what planning would tell', async () => {
    const path = fileOf(planned);
    const bytes = readFileSync(path);
    const { mtimeNs } = statSync(path, { bigint: true });
    const second = await run(path);
    expect(second.repeats?.run_id).toBe(first.run_id);
    expect(second.outcome).toBe('unchanged');
    expect(second.stages.map(({ stage }) => stage)).toEqual(['open', 'compare']);
    const full = await run(path, { full: true });
    expect(full).toMatchObject({ outcome: 'unchanged', repeats: null });
    expect(figures(second)).toEqual(figures(full));
    expect(second.rows.total).toBe(first.rows.total);
    expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs);
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  });

  it('does so whatever way the rows were written, and in the file that --out named', async () => {
    for (const flush of ['sql', 'pages'] as const) {
      const path = fileOf(fresh);
      const outPath = join(folder, `out-${flush}.sqlite3`);
      const { run_id } = await run(path, { flush, outPath });
      expect((await run(outPath)).repeats?.run_id).toBe(run_id);
      expect((await run(path, { flush })).repeats).toBeNull();
      expect((await run(path)).repeats).not.toBeNull();
    }
  });

  it('does so in a file in WAL mode, and says of a log beside it what it always says', async () => {
    const path = fileOf(readFileSync(fresh).fill(2, 18, 20));
    await run(path);
    expect((await run(path)).repeats).not.toBeNull();
    writeFileSync(`${path}-wal`, new Uint8Array(5000));
    await expect(run(path)).rejects.toMatchObject({ code: 'file_busy' });
  });

  it('plans on another day, by another configuration, for a dry run and for another file', async () => {
    const others: readonly RunFileOptions[] = [
      { asOf: '2025-06-14' },
      { config: { send_time: '09:00:00' } },
      { config: { organization: { enable_post_window_emails: false } } },
      { dryRun: true },
      { outPath: join(folder, 'copy.sqlite3') },
      { full: true },
      { driver: 'native' },
    ];
    for (const options of others)
      expect((await run(fileOf(planned), options)).repeats, JSON.stringify(options)).toBeNull();
    expect(await repeatedRun(planned, SETTINGS.replace(/"version":"[^"]+"/, '"version":"0.0.9"'))).toBeNull();
    // Defaults that are spelled out are the same configuration.
    expect((await run(fileOf(planned), { config: { send_time: '08:30:00' } })).repeats).not.toBeNull();
  });

  it('knows only the last run of a file', async () => {
    const path = fileOf(planned);
    await run(path, { asOf: '2025-06-14' });
    expect((await run(path, { asOf: '2025-06-14' })).repeats).not.toBeNull();
    expect((await run(path)).repeats).toBeNull();
  });
});

describe('a file that is not as its last run left it', () => {
  it('is planned anew when any byte of it is another, also of the digest itself', async () => {
    const bytes = readFileSync(planned);
    const path = fileOf(bytes);
    const digestOffset = (await repeatedRun(path))?.digestOffset ?? 0;
    const inDigest = fc.nat(DIGEST_DIGITS - 1).map((digit) => digestOffset + digit);
    const offset = fc.oneof({ arbitrary: fc.nat(bytes.length - 101).map((at) => at + 100), weight: 5 }, inDigest);
    await fc.assert(
      fc.asyncProperty(offset, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Uint8Array.from(bytes);
        changed[at] ^= change;
        writeFileSync(path, changed);
        expect(await repeatedRun(path)).toBeNull();
      }),
      { numRuns: 300, seed: 5 },
    );
    writeFileSync(path, bytes);
    expect(await repeatedRun(path)).not.toBeNull();
  });

  it('is planned anew when it was cut or has grown', async () => {
    const bytes = readFileSync(planned);
    expect(await repeatedRun(fileOf(Buffer.concat([bytes, new Uint8Array(1)])))).toBeNull();
    // A header that tells no page count is believed whatever the length of the file is.
    const uncounted = Uint8Array.from(bytes).fill(0, 28, 32);
    const path = fileOf(uncounted);
    truncateSync(path, bytes.length - 1);
    expect(await repeatedRun(path)).toBeNull();
  });

  it('is planned anew after a change of another program that counts like the run, by sql.js and after VACUUM', async () => {
    const bytes = readFileSync(planned);
    const header = bytes.subarray(0, 100);
    const change = async (sql: string) => {
      const changed = await databaseImage(sql, bytes);
      // The same change counter, as of a copy of the database that was written to once more.
      changed.set(header.subarray(24, 28), 24);
      changed.set(header.subarray(92, 96), 92);
      return fileOf(changed);
    };
    expect((await run(await change('UPDATE contacts SET zip_code = NULL WHERE id = 5'))).repeats).toBeNull();
    const sent =
      "UPDATE email_schedules SET status = 'sent' WHERE id = (SELECT min(id) FROM email_schedules WHERE status = 'pre-scheduled')";
    const report = await run(await change(sent));
    expect(report).toMatchObject({ repeats: null, outcome: 'changed' });
    expect((await run(await change('VACUUM'))).repeats).toBeNull();
    expect(await run(fileOf(await databaseImage('VACUUM', bytes)))).toMatchObject({
      repeats: null,
      outcome: 'unchanged',
    });
  });

  it.runIf(hasSqlite3)("is planned anew after the system's own sqlite3 has written to it", async () => {
    const path = fileOf(planned);
    execFileSync('sqlite3', [path, 'SELECT count(*) FROM contacts; PRAGMA integrity_check;']);
    expect((await run(path)).repeats).not.toBeNull();
    execFileSync('sqlite3', [path, 'VACUUM']);
    expect((await run(path)).repeats).toBeNull();
  });
});

describe('a run that might not come out the same once more has no digest', () => {
  it('because a unique index refused rows', async () => {
    const legacy = goldenCases().find(({ name }) => name === 'legacy-database');
    if (legacy === undefined) throw new Error('the golden case is gone');
    const path = fileOf(await databaseImage(legacy.inputSql));
    const { asOf, config } = legacy;
    const report = await runFile(path, { asOf, config });
    expect(report.changes.refused).toBeGreaterThan(0);
    expect(await selectFrom(readFileSync(path), 'SELECT count(*) FROM scheduler_last_run')).toEqual([[0]]);
    expect((await runFile(path, { asOf, config })).repeats).toBeNull();
  });

  it('because a start day ran out of moves', async () => {
    const isRepeatableWith = async (heldDays: readonly number[]) => {
      const email_schedules = heldDays.map((day) => ({
        id: day,
        contact_id: 1,
        email_type: 'birthday',
        scheduled_send_date: `2025-06-${day}`,
        status: 'failed',
      }));
      const contacts = [{ id: 1, email: 'a@b.c', state: 'TX', birth_date: '1960-06-25' }];
      const source = organizationOfRecords({ contacts, email_schedules });
      const today = parseIsoDay(TODAY) ?? 0;
      const { plan } = await planAndBalance(source, { config: resolveConfig(undefined), today });
      return !hasHeldStart(plan);
    };
    const allDays = Array.from({ length: 13 }, (_, i) => 13 + i);
    expect(await isRepeatableWith(allDays)).toBe(false);
    expect(await isRepeatableWith(allDays.slice(0, 5))).toBe(true);
  });

  it('because something could not be kept', async () => {
    const path = fileOf(
      await databaseImage(
        'CREATE TABLE scheduler_checkpoints (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL)',
        readFileSync(fresh),
      ),
    );
    expect((await run(path)).warnings).not.toEqual([]);
    expect((await run(path)).repeats).toBeNull();
  });

  it('because the table is of another form, its file is in UTF-16, or nothing wrote a whole file', async () => {
    const table = 'CREATE TABLE scheduler_last_run (id INTEGER PRIMARY KEY, report TEXT)';
    const foreign = fileOf(await databaseImage(table, readFileSync(fresh)));
    expect((await run(foreign)).warnings).toEqual([]);
    expect((await run(foreign)).repeats).toBeNull();
    const legacy =
      'CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO contacts VALUES (1, "a@b.c")';
    const utf16 = fileOf(await databaseImage(`PRAGMA encoding = 'UTF-16le'; ${legacy}`));
    await run(utf16);
    expect(await run(utf16)).toMatchObject({ repeats: null, outcome: 'unchanged' });
    const inPlace = fileOf(fresh);
    await run(inPlace, { driver: 'native' });
    expect(await selectFrom(readFileSync(inPlace), 'SELECT file_digest FROM scheduler_last_run')).toEqual([
      [NO_DIGEST],
    ]);
    expect((await run(inPlace)).repeats).toBeNull();
  });

  it('but pages of every size have room for one', async () => {
    for (const pageBytes of [512, 1024, 65536]) {
      const resized = `PRAGMA page_size = ${pageBytes}; VACUUM`;
      const path = fileOf(await databaseImage(resized, readFileSync(fresh)));
      await run(path);
      expect((await run(path)).repeats, `${pageBytes}`).not.toBeNull();
    }
  });
});

describe('the digest of a file', () => {
  const digestOf = async (path: string, digestOffset: number) => {
    const file = openDatabaseFile(path);
    try {
      return await digestFile(file.descriptor, file.stamp.sizeBytes, digestOffset);
    } finally {
      file.close();
    }
  };

  it('takes its own digits for zeros, also where they lie in two blocks', async () => {
    const size = 3 * 1024 * 1024 + 77;
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251);
    bytes.set(readFileSync(fresh).subarray(0, 16));
    bytes.set([16, 0], 16);
    bytes.fill(0, 24, 32);
    const path = fileOf(bytes);
    for (const digestOffset of [1024 * 1024 - 5, 2 * 1024 * 1024, size - DIGEST_DIGITS]) {
      const digest = await digestOf(path, digestOffset);
      expect(digest).toMatch(/^[0-9a-f]{16}$/);
      const written = Uint8Array.from(bytes);
      written.set(new TextEncoder().encode(digest), digestOffset);
      expect(await digestOf(fileOf(written), digestOffset)).toBe(digest);
      written[digestOffset + DIGEST_DIGITS] ^= 1;
      written[digestOffset - 1] ^= 1;
      expect(await digestOf(fileOf(written), digestOffset)).not.toBe(digest);
    }
  });

  it('is found where the file has it', async () => {
    const file = openDatabaseFile(planned);
    const found = readLastRun(file.pages);
    file.close();
    const digits = readFileSync(planned).subarray(found?.digestOffset, (found?.digestOffset ?? 0) + DIGEST_DIGITS);
    expect(digits.toString('latin1')).toBe(found?.digest);
    expect(found?.digest).not.toBe(NO_DIGEST);
  });
});

describe('what a row says of when it was made', () => {
  it.each(["x'41'", '5', '2.5', "''", 'NULL', "' 2025-01-01T10:00:00Z '"])(
    'is no content: rows with a created_at of %s stay as they are',
    async (value) => {
      const path = fileOf(planned);
      await changeFile(
        path,
        `UPDATE email_schedules SET created_at = ${value} WHERE status IN ('pre-scheduled', 'skipped')`,
      );
      const before = readFileSync(path);
      for (const driver of ['sqljs', 'native'] as const) {
        const report = await run(path, { driver });
        expect(report.outcome).toBe('unchanged');
        expect(report.changes.kept).toBe(first.rows.total);
        expect(readFileSync(path).equals(before)).toBe(true);
      }
    },
  );
});
