import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFile, runParts, splitBook } from '../../../src/node.js';
import { endRun } from '../../../src/run/parts/journal.js';
import { makeRound, nextRounds, type PartRound } from '../../../src/run/parts/partRounds.js';
import { openNative } from '../../../src/store/driver/native.js';
import type { SqlValue } from '../../../src/store/format/sqlValue.js';
import { allRowsOfFile } from '../../helpers/connections.js';
import { databaseImage } from '../../helpers/databases.js';
import { generatedImage } from '../../helpers/generated.js';
import { Draw } from '../../helpers/scanDatabases.js';

const TODAY = '2025-06-13';
const PARTS = 3;
const OPTIONS = { asOf: TODAY, config: {}, driver: 'native' } as const;
const ROWS = `SELECT contact_id, email_type, planned_send_date, scheduled_send_date, scheduled_send_time, status, skip_reason, priority,
    campaign_instance_id, email_template, sms_template, event_year, event_month, event_day
  FROM email_schedules ORDER BY 1, 2, 4, 3, 6, 12, 9`;

const COUNT = 'SELECT count(*) FROM email_schedules';

let folder = '';
let image: Uint8Array;
let wanted: SqlValue[][];

/** The rows of a database with these bytes, planned as one file. */
async function rowsOfFile(bytes: Uint8Array, name: string): Promise<SqlValue[][]> {
  const file = join(folder, `${name}.sqlite3`);
  writeFileSync(file, bytes);
  await runFile(file, { asOf: TODAY });
  return allRowsOfFile(file, ROWS);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-rounds-'));
  image = await generatedImage('realistic', 600, TODAY, 3);
  wanted = await rowsOfFile(image, 'whole');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function book(name: string, bytes = image): Promise<string> {
  const file = join(folder, `${name}-source.sqlite3`);
  writeFileSync(file, bytes);
  const parts = join(folder, name);
  await splitBook(file, { parts: PARTS, out: parts });
  return parts;
}

const NAMES = Array.from({ length: PARTS }, (_, i) => `part-000${i}.sqlite3`);

/** All parts, one after the other. */
function bytesOf(parts: string): Buffer {
  return Buffer.concat(NAMES.map((name) => readFileSync(join(parts, name))));
}

async function rowsOf(parts: string): Promise<SqlValue[][]> {
  return (await Promise.all(NAMES.map((name) => allRowsOfFile(join(parts, name), ROWS)))).flat();
}

async function completedRuns(parts: string): Promise<SqlValue[]> {
  const sql = "SELECT count(*) FROM scheduler_checkpoints WHERE status = 'completed'";
  return (await Promise.all(NAMES.map((name) => allRowsOfFile(join(parts, name), sql)))).flat(2);
}

/** Goes through the rounds to the end. @param make makes those that are to be made */
async function roundsOf(parts: string, make: (rounds: readonly PartRound[]) => Promise<void>) {
  const names: string[] = [];
  for (;;) {
    const next = await nextRounds(parts, OPTIONS);
    if ('end' in next) {
      endRun(parts);
      return { names, end: next.end };
    }
    names.push(`${next.rounds[0].round} ${next.rounds.length}`);
    await make(next.rounds);
  }
}

const makeAll = (parts: string) => async (rounds: readonly PartRound[]) => {
  for (const round of rounds) await makeRound(parts, round, OPTIONS);
};

test('rounds made in any order, more than once and two at a time leave the rows of the one file', async () => {
  const parts = await book('repeated');
  const draw = new Draw(5);
  const { names, end } = await roundsOf(parts, async (rounds) => {
    for (const round of draw.shuffled([...rounds, ...rounds])) await makeRound(parts, round, OPTIONS);
    await Promise.all([rounds[0], rounds[0]].map((round) => makeRound(parts, round, OPTIONS)));
  });
  expect(names).toEqual(['count 3', 'group 3', 'write 3']);
  expect(await rowsOf(parts)).toEqual(wanted);
  expect(await completedRuns(parts)).toEqual([1, 1, 1]);
  expect(end).toMatchObject({ outcome: 'changed', contacts: 600 });
  expect(Object.keys(end.seconds)).toEqual(['count', 'group', 'write']);
  expect(readdirSync(parts).sort()).toEqual(['book.json', ...NAMES]);
});

test.each([['count'], ['groups'], ['end']])('what is lost of a %s has only its own round made again', async (lost) => {
  const parts = await book(`lost-${lost}`);
  let hasLost = false;
  const { names, end } = await roundsOf(parts, async (rounds) => {
    await makeAll(parts)(rounds);
    const [file] = readdirSync(join(parts, '.book-run')).filter((name) => name.startsWith(`${NAMES[1]}.${lost}.`));
    if (file === undefined || hasLost) return;
    hasLost = true;
    rmSync(join(parts, '.book-run', file));
  });
  expect(hasLost).toBe(true);
  expect(names).toHaveLength(4);
  expect(await rowsOf(parts)).toEqual(wanted);
  expect(await completedRuns(parts)).toEqual([1, 1, 1]);
  // Of a part that was written already the part itself tells what became of it.
  const [[before]] = await allRowsOfFile(join(folder, `lost-${lost}-source.sqlite3`), COUNT);
  const [[after]] = (await Promise.all(NAMES.map((name) => allRowsOfFile(join(parts, name), COUNT)))).reduce(
    (sum, [[count]]) => [[Number(sum[0][0]) + Number(count)]],
    [[0]],
  );
  expect(end.rows.added - end.rows.removed).toBe(Number(after) - Number(before));
});

test('a run that is cut off between two parts is ended by `run` as an undisturbed one', async () => {
  const parts = await book('cut');
  for (let round = 1; round <= 3; round++) {
    const next = await nextRounds(parts, OPTIONS);
    if (!('rounds' in next)) throw new Error('the book is at its end');
    // Of the last round, one part.
    await makeAll(parts)(round === 3 ? next.rounds.slice(1, 2) : next.rounds);
  }
  await runParts(parts, { asOf: TODAY });
  expect(await rowsOf(parts)).toEqual(wanted);
  expect(existsSync(join(parts, '.book-run'))).toBe(false);
});

test.each(['count', 'group'])('a part that changes after its round %s has its rounds made again', async (after) => {
  const parts = await book(`changed-${after}`);
  const edit =
    "UPDATE contacts SET birth_date = '1950-07-01', effective_date = '2015-09-01' WHERE id BETWEEN 210 AND 240";
  let hasChanged = false;
  const { names } = await roundsOf(parts, async (rounds) => {
    await makeAll(parts)(rounds);
    if (hasChanged || rounds[0].round !== after) return;
    hasChanged = true;
    const connection = await openNative(join(parts, NAMES[1]));
    connection.execute(edit);
    connection.commit();
    connection.close();
  });
  expect(names.filter((name) => name.startsWith('count'))).toEqual(['count 3', 'count 1']);
  expect(await rowsOf(parts)).toEqual(await rowsOfFile(await databaseImage(edit, image), `edited-${after}`));
});

test('a round that comes too late does nothing and leaves nothing', async () => {
  const parts = await book('late');
  await roundsOf(parts, makeAll(parts));
  const before = bytesOf(parts);
  for (const round of ['count', 'group', 'write'] as const) await makeRound(parts, { round, file: NAMES[0] }, OPTIONS);
  expect(bytesOf(parts).equals(before)).toBe(true);
  expect(readdirSync(parts).sort()).toEqual(['book.json', ...NAMES]);
});

test('a guard holds the book back before any part is written', async () => {
  const broken = await databaseImage("UPDATE contacts SET birth_date = '13.06.1950' WHERE id < 300", image);
  const parts = await book('held', broken);
  const before = bytesOf(parts);
  await expect(roundsOf(parts, makeAll(parts))).rejects.toMatchObject({ code: 'held_back' });
  expect(bytesOf(parts).equals(before)).toBe(true);
});
