import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type PlannedRow, schedule } from '../../../src/index.js';
import { startBrowser } from './helpers/browser.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The code of the document's examples, in their order. */
function examples(): string[] {
  const text = readFileSync(join(ROOT, 'docs/browser.md'), 'utf8');
  return Array.from(text.matchAll(/```ts\n([\s\S]*?)```/g), ([, code]) => code);
}

/** A database of two contacts. */
function smallDatabase(): Uint8Array {
  const path = join(folder, 'small.sqlite3');
  const sql = `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT, state TEXT, birth_date TEXT, effective_date TEXT);
    INSERT INTO contacts VALUES (1, 'a@example.org', 'TX', '1950-07-20', '2020-09-01'), (2, 'b@example.org', 'CA', '1948-06-30', NULL);`;
  const { status, stderr } = spawnSync('sqlite3', [path], { input: sql, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return new Uint8Array(readFileSync(path));
}

// Inside the project, so that the examples find the libraries that it has.
const folder = mkdtempSync(join(ROOT, 'build', 'library-'));
let browser: Browser;
let server: PreviewServer;

beforeAll(async () => {
  const [inPage, inWorker] = examples();
  // A user's project: the package in node_modules, the examples as they stand in the document.
  const installed = join(folder, 'node_modules/sendplan');
  for (const part of ['dist/library', 'dist/vendor'])
    cpSync(join(ROOT, part), join(installed, part), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  writeFileSync(join(folder, 'page.ts'), inPage);
  writeFileSync(join(folder, 'planner.ts'), inWorker);
  writeFileSync(
    join(folder, 'worker.ts'),
    `const worker = new Worker(new URL('./planner.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => console.log(JSON.stringify({ stage: data.stage, rows: data.report?.rows.total, bytes: data.result?.size }));
    const input = document.querySelectorAll('input')[1];
    input.addEventListener('change', () => worker.postMessage(input.files![0]));`,
  );
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><title>t</title><input type="file"><input type="file"><script type="module" src="./page.ts"></script><script type="module" src="./worker.ts"></script>',
  );
  const options = { root: folder, logLevel: 'error', configFile: false, worker: { format: 'es' } } as const;
  await build({ ...options, build: { outDir: 'out' } });
  server = await preview({ ...options, build: { outDir: 'out' }, preview: { port: 0, host: '127.0.0.1' } });
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the examples of docs/browser.md plan what Node plans, in the page and in a worker', async () => {
  const image = smallDatabase();
  const config = { frequency: { max_emails_per_period: 2 } };
  const expected = [...(await schedule(image, { today: '2025-06-13', config })).rows()];
  const page = await browser.newPage();
  const lines: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'log') lines.push(message.text());
  });
  await page.goto(server.resolvedUrls?.local[0] ?? '');
  const file = { name: 'small.sqlite3', mimeType: 'application/vnd.sqlite3', buffer: Buffer.from(image) };
  await page.locator('input').first().setInputFiles(file);
  await expect.poll(() => lines.length).toBe(expected.length);
  const lineOf = (row: PlannedRow) => `${row.contact_id} ${row.email_type} ${row.scheduled_send_date} ${row.status}`;
  expect(lines).toEqual(expected.map(lineOf));

  lines.length = 0;
  await page.locator('input').nth(1).setInputFiles(file);
  const last = () => JSON.parse(lines.at(-1) ?? '{}') as { rows?: number; bytes?: number };
  await expect.poll(() => last().rows, { timeout: 20_000 }).toBeDefined();
  const database = await openDatabase(image);
  const report = await database.run({ asOf: '2025-06-13' });
  expect(last()).toEqual({ rows: report.rows.total, bytes: database.toImage().length });
  database.close();
  expect(lines.some((line) => line.includes('"stage":"plan"'))).toBe(true);
});
