import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { MAIN, type Outcome, sendplan, testFolder, UNFORESEEN } from '../helpers/cli.js';
import { startProgram } from '../helpers/program.js';

const place = testFolder();
const base = place('base.db');
const path = place('work', 'a.db');
const AS_OF = ['--as-of', '2025-06-14'];

beforeAll(async () => {
  await sendplan('generate', base, '--contacts', '50', '--as-of', '2025-06-13');
});

beforeEach(() => {
  rmSync(place('work'), { recursive: true, force: true });
  mkdirSync(place('work'));
  copyFileSync(base, path);
});

/** Waits for a command no longer than anything takes. */
function ended({ child, outcome }: ReturnType<typeof startProgram>): Promise<Outcome> {
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  return outcome.finally(() => clearTimeout(timer));
}

function run(...words: string[]): Promise<Outcome> {
  return ended(startProgram(process.execPath, [MAIN, 'run', ...words]));
}

/** What lies where the index of a log has its place matters in WAL mode only. */
const ENDS = ['-journal', '-wal'] as const;
const DRIVERS = ['sqljs', 'native'] as const;
const STRANGE: Readonly<Record<string, readonly [make: (path: string) => void, reason: string]>> = {
  'a pipe': [(file) => execFileSync('mkfifo', [file]), 'it is no regular file'],
  'a folder': [(file) => mkdirSync(file), 'it is a folder'],
  'a link to itself': [(file) => symlinkSync(file, file), 'its symbolic links go in a circle'],
};

test.each(DRIVERS.flatMap((driver) => Object.keys(STRANGE).map((what) => [what, driver] as const)))(
  '%s where SQLite has a file of its own is named, driver %s',
  async (what, driver) => {
    const [make, reason] = STRANGE[what];
    for (const end of ENDS) {
      make(`${path}${end}`);
      const { code, stderr } = await run(path, ...AS_OF, '--driver', driver);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: SQLite cannot use .*a\.db as long as .*a\.db-\w+ is there: /);
      expect(stderr).toContain(`${path}${end} is there: ${reason}.\n`);
      rmSync(`${path}${end}`, { recursive: true });
    }
    expect(readFileSync(path).equals(readFileSync(base))).toBe(true);
  },
);

test.each(DRIVERS)(
  'what lies where the index of a log has its place matters in WAL mode only, driver %s',
  async (driver) => {
    mkdirSync(`${path}-shm`);
    expect(await run(path, ...AS_OF, '--driver', driver)).toMatchObject({ code: 0 });
    rmSync(`${path}-shm`, { recursive: true });
    execFileSync('sqlite3', [path, 'PRAGMA journal_mode = WAL']);
    mkdirSync(`${path}-shm`);
    const { code, stderr } = await run(path, '--as-of', '2025-06-15', '--driver', driver);
    expect(stderr).toMatch(/^error: .*a\.db-shm/);
    expect(code).toBe(1);
  },
);

/** Ends of names that rules for URLs leave out, or take for something else. */
const ODD_ENDS = ['\u0001', '\u001f', ' ', '\n', '?mode=ro', '#x', '%41', '%', '+&=', 'é🎂'];

test.each(ODD_ENDS)('a database whose name ends in %j is the one that is planned', async (end) => {
  const odd = `${path}${end}`;
  copyFileSync(path, odd);
  expect(await run(odd, ...AS_OF, '--driver', 'native')).toMatchObject({ code: 0 });
  expect(await run(odd, '--as-of', '2025-06-15')).toMatchObject({ code: 0 });
  expect((await sendplan('history', odd)).stdout).toContain('2025-06-14');
  expect(readFileSync(path).equals(readFileSync(base))).toBe(true);
});

test('a name too long for the files of SQLite is planned, or refused by a sentence', async () => {
  const long = place('work', `${'n'.repeat(248)}.db`);
  renameSync(path, long);
  expect(await run(long, ...AS_OF)).toMatchObject({ code: 0 });
  const native = await run(long, '--as-of', '2025-06-15', '--driver', 'native');
  expect(native.stderr).toMatch(/^error: SQLite cannot open .*, or the journal/);
  expect(native.stderr).toContain('The name may also be too long for "-journal" behind it.');
  expect(native.code).toBe(1);
});

test.each([['--out'], ['--metrics']])('a link to itself as %s is named', async (option) => {
  symlinkSync(place('work', 'loop'), place('work', 'loop'));
  const words = option === '--out' ? [option, place('work', 'loop'), '--force'] : [option, place('work', 'loop')];
  const { code, stderr } = await run(path, ...AS_OF, ...words);
  expect(stderr).toMatch(/^error: .*loop cannot be written: its symbolic links go in a circle\./);
  expect([1, 2]).toContain(code);
});

test('a sendplan.yaml that is a link to nothing is not passed over', async () => {
  symlinkSync('real.yaml', place('work', 'sendplan.yaml'));
  const { code, stderr } = await run(path, ...AS_OF);
  expect(stderr).toMatch(/^error: The configuration .*sendplan\.yaml cannot be read: it does not exist/);
  expect(code).toBe(2);
  expect(readFileSync(path).equals(readFileSync(base))).toBe(true);
});

/** Runs a command with a stream that takes nothing. */
function full(stream: '1' | '2', ...words: string[]): Promise<Outcome> {
  return ended(startProgram('sh', ['-c', `exec "$@" ${stream}>/dev/full`, 'sh', process.execPath, MAIN, ...words]));
}

test.runIf(existsSync('/dev/full'))('output that a disk does not take is told in a sentence', async () => {
  await run(path, ...AS_OF);
  for (const words of [
    ['history', path],
    ['--help'],
    ['run', path, '--as-of', '2025-06-15', '--json'],
    ['verify', path, '--json'],
  ]) {
    const { code, stderr } = await full('1', ...words);
    expect(stderr).toMatch(/error: The output cannot be written: the disk is full\.\n/);
    expect(stderr).not.toMatch(UNFORESEEN);
    expect(code).toBe(1);
  }
  expect((await full('2', 'history', place('none.db'))).code).toBe(2);
  for (const words of [[], ['--log', 'json']]) {
    expect(await full('2', 'run', path, '--as-of', '2025-06-16', ...words, '--full')).toMatchObject({ code: 0 });
  }
  expect((await sendplan('history', path, '--json')).stdout).toContain('2025-06-16');
});

test('a run ends well though nobody reads what it tells', async () => {
  const script = `(exec 0<&-; sleep 1) < /dev/null & exec "$@" 2>&1 | true`;
  await ended(startProgram('bash', ['-c', script, 'bash', process.execPath, MAIN, 'run', path, ...AS_OF]));
  expect((await sendplan('history', path)).stdout).toContain('2025-06-14');
  expect(readdirSync(place('work'))).toEqual(['a.db']);
});

test.each(['generate', 'run'])(
  'what is left of another database is not played into the result of %s',
  async (command) => {
    const out = place('work', 'new.db');
    const words = command === 'generate' ? ['generate', out, '--contacts', '5'] : ['run', path, ...AS_OF, '--out', out];
    writeFileSync(`${out}-wal`, 'frames');
    const { code, stderr } = await sendplan(...words);
    expect(stderr).toMatch(/^error: .*new\.db-wal lies where SQLite would play it into .*new\.db, which is not there/);
    expect(code).toBe(1);
    // Nothing is in these.
    writeFileSync(`${out}-wal`, '');
    writeFileSync(`${out}-shm`, '');
    expect(await sendplan(...words)).toMatchObject({ code: 0 });
    expect(execFileSync('sqlite3', [out, 'PRAGMA integrity_check'], { encoding: 'utf8' })).toBe('ok\n');
  },
);
