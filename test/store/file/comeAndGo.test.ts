import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SendplanError } from '../../../src/errors.js';
import { untilTakenBack } from '../../../src/run/untilTakenBack.js';
import { openNativeReader } from '../../../src/store/driver/native.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';
import { openDatabaseFile, requireDatabaseFile } from '../../../src/store/file/openDatabaseFile.js';

const SCRIPT = fileURLToPath(new URL('../../helpers/comeAndGo.mjs', import.meta.url));
/** Long enough for some thousand looks. */
const LOOKS_MS = 700;

let folder = '';
let path = '';
let other: ChildProcess | null = null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-come-'));
  path = join(folder, 'a.db');
  const connection = await openSqlJs(null);
  connection.execute('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
  writeFileSync(path, connection.toImage());
  connection.close();
});

afterEach(async () => {
  if (other !== null) {
    const closed = once(other, 'close');
    other.kill('SIGKILL');
    await closed;
    other = null;
  }
  rmSync(folder, { recursive: true });
});

/** The codes of what was refused while another program worked, each with how often; any other error is thrown. */
async function codesWhile(how: string, look: () => void | Promise<void>): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [SCRIPT, how, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  other = child;
  await once(child.stdout, 'data');
  const codes = new Map<string, number>();
  for (const endMs = performance.now() + LOOKS_MS; performance.now() < endMs; ) {
    let code = 'none';
    try {
      await look();
    } catch (error) {
      if (!(error instanceof SendplanError)) throw error;
      code = error.code;
    }
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  expect(child.exitCode).toBe(null);
  return codes;
}

function openToReplace(): void {
  const file = openDatabaseFile(path, 'replace');
  try {
    file.requireSame();
  } finally {
    file.close();
  }
}

test.each([
  ['journal', ['file_busy', 'none']],
  ['zeros', ['file_busy', 'none']],
  ['growth', ['file_busy', 'file_changed', 'none']],
  ['place', ['file_changed', 'none']],
  ['absence', ['file_changed', 'file_not_found', 'none']],
])('a file is opened to be replaced while another program works: %s', async (how, allowed) => {
  const codes = await codesWhile(how, openToReplace);
  expect([...codes.keys()].filter((code) => !allowed.includes(code))).toEqual([]);
});

test.each([
  ['growth', ['none']],
  ['absence', ['file_not_found', 'none']],
])('a file is looked at to be opened in place while another program works: %s', async (how, allowed) => {
  const codes = await codesWhile(how, () => {
    requireDatabaseFile(path);
  });
  expect([...codes.keys()].filter((code) => !allowed.includes(code))).toEqual([]);
});

test('what is to be taken back later is told of an error while a journal comes and goes', async () => {
  const full = new SendplanError('file_unwritable', 'The disk is full.');
  const codes = await codesWhile('journal', () => {
    throw untilTakenBack(full, path);
  });
  expect([...codes.keys()]).toEqual(['file_unwritable']);
});

test('native reads a database that other files take the place of', async () => {
  const codes = await codesWhile('place', async () => (await openNativeReader(path)).close());
  expect([...codes.keys()].filter((code) => !['file_changed', 'none'].includes(code))).toEqual([]);
  expect(codes.get('none')).toBeGreaterThan(0);
});
