import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPage, planner, reopenPage, server } from './helpers/openPage.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-web-'));
const path = (name: string) => join(folder, name);

openPage();

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the page anew with a file chosen, uses it, and requires that the browser had nothing to complain about. */
async function withFile(file: string, use: () => Promise<void>): Promise<void> {
  await reopenPage();
  await planner.setDay('2025-06-13');
  await planner.choose(file);
  await use();
  expect(planner.complaints).toEqual([]);
  expect(planner.requests).toEqual([]);
}

function written(name: string, content: string | Uint8Array): string {
  writeFileSync(path(name), content);
  return path(name);
}

function made(name: string, sql: string): string {
  const { status, stderr } = spawnSync('sqlite3', [path(name)], { input: sql, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return path(name);
}

const HEADER = readFileSync(made('header.db', 'CREATE TABLE t (a);')).subarray(0, 100);

const CONTACTS =
  'CREATE TABLE contacts (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, email TEXT, state TEXT, zip_code TEXT, birth_date TEXT, effective_date TEXT);';

test.each<readonly [string, () => string, RegExp]>([
  ['text', () => written('a.txt', 'id,email\n1,a@b.c\n'), /no SQLite database: it holds text/],
  ['nothing', () => written('empty.db', ''), /is empty: 0 bytes/],
  ['a gzip file', () => written('a.gz', Buffer.from('1f8b0800000000', 'hex')), /a gzip file; unpack/],
  ['a header alone', () => written('cut.db', HEADER), /is cut short/],
  ['a database without contacts', () => made('none.db', 'CREATE TABLE t (a);'), /contacts/],
])('%s ends in a clear message', async (_name, make, message) => {
  await withFile(make(), async () => {
    await planner.run();
    const said = await planner.failure();
    expect(said).toMatch(message);
    expect(said).not.toMatch(/\bat \w+ \(|undefined|\[object/);
    expect(await planner.page.getByRole('button', { name: 'Plan this day' }).isEnabled()).toBe(true);
  });
});

test('a database in WAL mode that was closed cleanly opens, and the page says what may be missing', async () => {
  const insert = "INSERT INTO contacts VALUES (73, 'A', 'B', 'a@x.org', 'TX', '75001', '1950-06-30', NULL);";
  const file = made('wal.db', `PRAGMA journal_mode = WAL; ${CONTACTS} ${insert}`);
  expect(readFileSync(file).subarray(18, 20)).toEqual(Buffer.of(2, 2));
  await withFile(file, async () => {
    await planner.page.getByText(/in WAL mode: what was written last may lie in a file wal.db-wal beside it/).waitFor();
    await planner.run();
    await planner.result();
    expect(await planner.figure('Contacts planned')).toBe('1');
    const { path: result } = await planner.download('Database');
    const ask = (sql: string) => spawnSync('sqlite3', [result, sql], { encoding: 'utf8' }).stdout;
    expect(ask('PRAGMA integrity_check; SELECT count(*) FROM email_schedules WHERE contact_id = 73;')).toMatch(
      /^ok\n[1-9]/,
    );
    await planner.tab('Year');
    await planner.page.getByRole('button', { name: 'Live through it' }).click();
    await planner.page.getByText('What became of every email').waitFor({ timeout: 60_000 });
  });
});

test('a log with changes in it is not left out in silence', async () => {
  await reopenPage();
  await planner.page.locator('input[type=file]').setInputFiles([
    { name: 'a.db', mimeType: '', buffer: readFileSync(made('log.db', `DROP TABLE IF EXISTS contacts; ${CONTACTS}`)) },
    { name: 'a.db-wal', mimeType: '', buffer: Buffer.alloc(4096, 1) },
  ]);
  expect(await planner.failure()).toMatch(/a\.db-wal is no write-ahead log of SQLite, or its header is damaged/);
  await planner.page.locator('input[type=file]').setInputFiles([
    { name: 'a.db', mimeType: '', buffer: readFileSync(made('log.db', `DROP TABLE IF EXISTS contacts; ${CONTACTS}`)) },
    { name: 'a.db-wal', mimeType: '', buffer: Buffer.alloc(0) },
  ]);
  await planner.run();
  await planner.result();
});

test('a journal that a change has to be undone with, and a log alone, are not left out in silence', async () => {
  await reopenPage();
  const input = planner.page.locator('input[type=file]');
  await input.setInputFiles({ name: 'a.db-journal', mimeType: '', buffer: Buffer.alloc(600, 1) });
  expect(await planner.failure()).toMatch(
    /a\.db-journal holds what a change that was not finished has to be undone with/,
  );
  await planner.page.getByRole('button', { name: 'Close' }).click();
  await input.setInputFiles({ name: 'a.db-wal', mimeType: '', buffer: Buffer.alloc(600, 1) });
  expect(await planner.failure()).toMatch(/a\.db-wal is a log; the database a\.db itself is missing/);
});

test('a file of 3 GB is refused without being read', async () => {
  const big = path('big.db');
  const descriptor = openSync(big, 'w');
  const header = Buffer.from(HEADER);
  // A page count that agrees with the size.
  header.writeUInt32BE(Math.floor(3e9 / 4096), 28);
  writeSync(descriptor, header);
  closeSync(descriptor);
  truncateSync(big, Math.floor(3e9 / 4096) * 4096);
  await withFile(big, async () => {
    const startMs = performance.now();
    await planner.run();
    expect(await planner.failure()).toMatch(/has 3\.0 GB, more than a page can hold.*--driver native/);
    expect(performance.now() - startMs).toBeLessThan(5000);
  });
});

test('damaged pages end in a clear message or a plan, never in a page that hangs', async () => {
  const rows = Array.from(
    { length: 3000 },
    (_, i) => `(${i + 1}, 'A', 'B', 'a${i}@x.org', 'TX', '75001', '1950-01-${(i % 28) + 1}', NULL)`,
  );
  const sound = readFileSync(made('sound.db', `${CONTACTS} INSERT INTO contacts VALUES ${rows.join(',')};`));
  for (const seed of [1, 2, 3]) {
    const bytes = Buffer.from(sound);
    for (let i = 0; i < 400; i++) bytes[100 + ((i * 7919 * seed) % (bytes.length - 100))] = (i * 31 * seed) & 255;
    writeFileSync(path(`damaged${seed}.db`), bytes);
    await withFile(path(`damaged${seed}.db`), async () => {
      const { page } = planner;
      await page.getByRole('button', { name: 'Plan this day' }).click();
      const end = page.locator('section.failure:not([hidden]), #panel-plan .figures');
      await end.first().waitFor({ timeout: 60_000 });
      expect(await end.first().textContent()).not.toMatch(/\bat \w+ \(|undefined|\[object/);
    });
  }
});

test('a schema and contacts full of script are text', async () => {
  const bad = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>';
  const name = `"${bad.replaceAll('"', '""')}"`;
  const text = `'${bad}'`;
  const file = made(
    `${'<b>'}x.db`,
    `${CONTACTS} CREATE TABLE ${name} (${name} TEXT); INSERT INTO ${name} VALUES (${text});
    INSERT INTO contacts VALUES (1, ${text}, 'B', 'a@x.org', 'TX', '75001', '1950-06-20', '2020-07-01');
    CREATE TABLE campaign_types (name TEXT, respect_exclusion_windows INTEGER, enable_followups INTEGER, days_before_event INTEGER, target_all_contacts INTEGER, priority INTEGER, active INTEGER, spread_evenly INTEGER, skip_failed_underwriting INTEGER);
    CREATE TABLE campaign_instances (id INTEGER PRIMARY KEY, campaign_type TEXT, instance_name TEXT, email_template TEXT, sms_template TEXT, active_start_date TEXT, active_end_date TEXT, spread_start_date TEXT, spread_end_date TEXT, target_states TEXT, target_carriers TEXT);
    INSERT INTO campaign_types VALUES (${text}, 0, 0, 0, 1, 5, 1, 0, 0);
    INSERT INTO campaign_instances VALUES (7, ${text}, ${text}, ${text}, NULL, '2025-06-01', '2025-12-31', NULL, NULL, NULL, NULL);`,
  );
  await withFile(file, async () => {
    const { page } = planner;
    await planner.run();
    await planner.result();
    await page.getByRole('region', { name: 'Emails by type' }).getByText('onerror').waitFor();
    await planner.tab('Contact');
    await page.getByRole('searchbox').fill('onerror');
    await page.getByRole('button', { name: 'Search' }).click();
    await page
      .getByRole('region', { name: 'Explanation of contact 1' })
      .locator('.email h4')
      .getByText('<script>')
      .first()
      .waitFor();
    expect(await planner.sql(`SELECT * FROM ${name}`)).toEqual([[bad]]);
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
    expect(await page.locator('main img, main script').count()).toBe(0);
  });
});

test('the page may connect to nobody, and the network is not missed', async () => {
  await reopenPage();
  await planner.page.getByText('Browsers have no such lock for connections from peer to peer').waitFor();
  await planner.page.context().setOffline(true);
  await planner.generate(1000, 'realistic', '2025-06-13');
  await planner.run();
  await planner.result();
  expect(await planner.sql('SELECT count(*) FROM contacts')).toEqual([['1000']]);
  expect(planner.requests).toEqual([]);
  const answer = await planner.page.evaluate(() =>
    fetch(location.href).then(
      () => 'fetched',
      () => 'refused',
    ),
  );
  expect(answer).toBe('refused');
  // Images and peers would be ways out as well.
  const isLoaded = await planner.page.evaluate(
    (address) =>
      new Promise((resolve) => {
        const image = new Image();
        image.onload = () => resolve(true);
        image.onerror = () => resolve(false);
        image.src = `${address}picture.svg`;
      }),
    server.address,
  );
  expect(isLoaded).toBe(false);
  expect(await planner.page.evaluate(() => 'RTCPeerConnection' in window)).toBe(false);
});

/** Presses the button that cancels and tells how many milliseconds the page took to have done so. */
function cancelMs(): Promise<number> {
  return planner.page.evaluate(async () => {
    const startMs = performance.now();
    document.querySelector<HTMLButtonElement>('[data-testid=cancel]')?.click();
    while (document.querySelector('section.job:not([hidden])') !== null) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    return performance.now() - startMs;
  });
}

test('cancelling a run works at once, and what was there stays', async () => {
  await reopenPage();
  const { page } = planner;
  await planner.generate(250_000, 'seed', '2025-06-13');
  await planner.run();
  await page.getByTestId('cancel').waitFor();
  expect(await cancelMs()).toBeLessThan(500);
  await page.getByText('Cancelled.').waitFor();
  await planner.run();
  await planner.result();
  const sent = await planner.figure('Emails to be sent');
  await planner.run();
  await page.getByTestId('cancel').click();
  await page.getByText('Cancelled.').waitFor();
  expect(await planner.figure('Emails to be sent')).toBe(sent);
  await planner.tab('Contact');
  await page.getByRole('searchbox').fill('77');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('region', { name: 'Explanation of contact 77' }).waitFor();
  await planner.tab('Download');
  await page.getByRole('button', { name: 'Download Database' }).click();
  await page.getByRole('heading', { name: 'Writing the database' }).waitFor();
  await page.getByTestId('cancel').click();
  await page.getByText('Stopped').first().waitFor();
});
