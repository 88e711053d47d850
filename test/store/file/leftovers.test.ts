import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runFile } from '../../../src/node.js';
import { loadFileLocks } from '../../../src/store/driver/sqliteLocks.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';
import { processNamespace, processStart } from '../../../src/store/file/processes.js';
import { removeLeftovers, TemporaryFile } from '../../../src/store/file/temporaryFiles.js';
import { databaseImage } from '../../helpers/databases.js';

const CHANCE = '0123456789abcdef01234567';
let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-leftovers-'));
  path = join(folder, 'book.sqlite3');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function leave(name: string, ageMinutes = 0): string {
  const leftover = join(folder, `.book.sqlite3.sendplan-${name}`);
  writeFileSync(leftover, 'half a database');
  const time = Date.now() / 1000 - ageMinutes * 60;
  utimesSync(leftover, time, time);
  return leftover;
}

describe('temporary files that were left', () => {
  const here = processNamespace();

  test.skipIf(here === null)('are told by the process and its beginning, not by the process id', async () => {
    const own = process.pid;
    const living = leave(`${here}.${process.ppid}.${processStart(process.ppid)}.open.${CHANCE}.tmp`, 60);
    const gone = leave(`${here}.${own}.1.open.${CHANCE}.tmp`);
    const nobody = leave(`${here}.999999999.5.locked.${CHANCE}.tmp`);
    await removeLeftovers(path);
    expect([living, gone, nobody].map((file) => existsSync(file))).toEqual([true, false, false]);
  });

  test('of another namespace are told by SQLite’s lock, whatever process they name', async () => {
    const locks = await loadFileLocks();
    if (locks === null) throw new Error('libsql is not installed');
    const process1 = `4026500000.1.7.locked`;
    const dead = leave(`${process1}.${CHANCE}.tmp`);
    const alive = leave(`${process1}.${CHANCE.replace('0', 'f')}.tmp`);
    const script = `
      const database = new (require('libsql'))(process.argv[1]);
      database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
      console.log('held'); setTimeout(() => {}, 60000);`;
    writeFileSync(alive, '');
    const child = spawn(process.execPath, ['-e', script, alive], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    try {
      await removeLeftovers(path, async () => locks);
      expect([dead, alive].map((file) => existsSync(file))).toEqual([false, true]);
    } finally {
      child.kill('SIGKILL');
    }
    await new Promise((resolve) => child.once('exit', resolve));
    await removeLeftovers(path, async () => locks);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('are left alone for ten minutes where nothing else tells', async () => {
    const young = leave(`4026500000.1.7.open.${CHANCE}.tmp`, 9);
    const old = leave(`4026500000.1.8.open.${CHANCE}.tmp`, 11);
    const ofOldVersion = leave('1.tmp', 11);
    const other = join(folder, `.other.sqlite3.sendplan-0.1.8.open.${CHANCE}.tmp`);
    writeFileSync(other, '');
    await removeLeftovers(path);
    expect([young, old, ofOldVersion, other].map((file) => existsSync(file))).toEqual([true, false, false, true]);
  });

  test('are folders too: for a day where nothing else tells, and for ever where they are somebody else’s', async () => {
    const leaveFolder = (name: string, ageHours: number) => {
      const leftover = join(folder, `.book.sqlite3.sendplan-${name}.open.${CHANCE}.tmp`);
      mkdirSync(leftover);
      writeFileSync(join(leftover, 'part'), 'half a part');
      const time = Date.now() / 1000 - ageHours * 3600;
      utimesSync(leftover, time, time);
      return leftover;
    };
    const [young, old] = [leaveFolder('4026500000.1.7', 23), leaveFolder('4026500000.1.8', 25)];
    const others = leaveFolder('4026500000.1.9', 25);
    const isAdministrator = process.getuid?.() === 0;
    if (isAdministrator) chownSync(others, 65534, 65534);
    await removeLeftovers(path);
    expect([young, old, others].map((file) => existsSync(file))).toEqual([true, false, isAdministrator]);
  });
});

test('are removed by a run that finds nothing to write', async () => {
  const image = await databaseImage(
    "CREATE TABLE contacts (id INTEGER PRIMARY KEY, email); INSERT INTO contacts VALUES (1, 'a@b.co')",
  );
  writeFileSync(path, image);
  await runFile(path, { asOf: '2025-06-13' });
  const left = leave(`4026500000.1.8.open.${CHANCE}.tmp.kept`, 11);
  expect(await runFile(path, { asOf: '2025-06-13' })).toMatchObject({ outcome: 'unchanged' });
  expect(existsSync(left)).toBe(false);
});

describe('a temporary file', () => {
  test('has a name of its own, whoever else writes beside the same file', async () => {
    const files = await Promise.all(Array.from({ length: 5 }, () => TemporaryFile.create(path)));
    expect(new Set(files.map((file) => file.path)).size).toBe(5);
    for (const file of files) file.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('does not take its place when another file has taken its name', async () => {
    const file = await TemporaryFile.create(path);
    rmSync(file.path);
    writeFileSync(file.path, 'half of somebody else’s');
    expect(() => file.moveTo(path)).toThrow(/removed or replaced/);
    file.discard();
    expect(existsSync(path)).toBe(false);
  });

  test('fits beside a file whose name is as long as names can be', async () => {
    const long = join(folder, 'ä'.repeat(127));
    const file = await TemporaryFile.create(long);
    file.moveTo(long);
    expect(readdirSync(folder)).toEqual(['ä'.repeat(127)]);
  });

  // Namespaces of process ids need the administrator.
  const unshare = () => spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;
  test.skipIf(!unshare())(
    'of process 1 in another container is not taken for a leftover while it is written',
    async () => {
      const worker = join(import.meta.dirname, '../../helpers', 'writeSlowly.mjs');
      const connection = await openSqlJs(null);
      connection.execute('CREATE TABLE t (a)');
      writeFileSync(path, connection.toImage());
      connection.close();
      const inside = ['--pid', '--fork', '--kill-child', '--mount-proc', process.execPath, worker, path, 'locked'];
      const child = spawn('unshare', inside, { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const temporaries = () => readdirSync(folder).filter((name) => name.endsWith('.tmp'));
      expect(temporaries()).toHaveLength(1);
      const locks = await loadFileLocks();
      await removeLeftovers(path, async () => locks);
      expect(temporaries()).toHaveLength(1);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      // The system lets go of the locks of what was in the container a little later.
      for (let i = 0; i < 100 && temporaries().length > 0; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await removeLeftovers(path, async () => locks);
      }
      expect(temporaries()).toEqual([]);
    },
  );
});

test('a journal that is done with goes with the file that is replaced', async () => {
  execFileSync('sqlite3', [path, 'CREATE TABLE contacts (id INTEGER PRIMARY KEY, email)']);
  writeFileSync(`${path}-journal`, new Uint8Array(512));
  await runFile(path, { asOf: '2025-06-13' });
  expect(readdirSync(folder)).toEqual(['book.sqlite3']);
});
