import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  diffFile,
  explainFile,
  joinBook,
  reportFile,
  runFile,
  runParts,
  splitBook,
  verifyFile,
} from '../../../src/node.js';
import { openNative } from '../../../src/store/driver/native.js';
import type { SqlValue } from '../../../src/store/format/sqlValue.js';
import { start } from '../../helpers/cli.js';
import { allRowsOfFile } from '../../helpers/connections.js';
import { databaseImage } from '../../helpers/databases.js';
import { generatedImage } from '../../helpers/generated.js';

const DAYS = ['2025-06-13', '2025-06-14', '2025-06-17'] as const;
const [TODAY] = DAYS;
const PARTS = 5;

let folder = '';
let image: Uint8Array;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sendplan-parts-'));
  image = await generatedImage('realistic', 1500, TODAY, 3);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A book as one file and in parts. */
async function book(name: string, bytes = image): Promise<{ readonly file: string; readonly parts: string }> {
  const file = join(folder, `${name}.sqlite3`);
  const parts = join(folder, `${name}.book`);
  writeFileSync(file, bytes);
  await splitBook(file, { parts: PARTS, out: parts });
  return { file, parts };
}

function pathsOf(parts: string): string[] {
  return Array.from({ length: PARTS }, (_, i) => join(parts, `part-${String(i).padStart(4, '0')}.sqlite3`));
}

/** All parts, one after the other. */
function bytesOf(parts: string): Buffer {
  return Buffer.concat(pathsOf(parts).map((path) => readFileSync(path)));
}

const ROWS = `SELECT contact_id, email_type, planned_send_date, scheduled_send_date, scheduled_send_time, status, skip_reason, priority,
    campaign_instance_id, email_template, sms_template, event_year, event_month, event_day,
    CASE WHEN metadata IS NULL THEN NULL ELSE json_extract(metadata, '$.decided_by') END
  FROM email_schedules ORDER BY 1, 2, 4, 3, 6, 12, 9`;

/** All rows of a book in parts but for their ids and runs. */
async function rowsOfParts(parts: string): Promise<SqlValue[][]> {
  return (await Promise.all(pathsOf(parts).map((path) => allRowsOfFile(path, ROWS)))).flat();
}

/** What a sender does in a day; some of it fails, and bounces. */
async function send(path: string, asOf: string): Promise<void> {
  const connection = await openNative(path);
  connection.execute(`UPDATE email_schedules SET actual_send_datetime = scheduled_send_date || ' 08:30:00',
    status = CASE (contact_id + length(email_type)) % 20 WHEN 0 THEN 'failed' WHEN 1 THEN 'bounced' ELSE 'sent' END
    WHERE status = 'pre-scheduled' AND scheduled_send_date <= '${asOf}'`);
  connection.commit();
  connection.close();
}

describe.each(['sqljs', 'native'] as const)('a book in parts, planned by the driver %s', (driver) => {
  test('has the rows and figures of one file, day after day', async () => {
    const { file, parts } = await book(`days-${driver}`);
    for (const asOf of DAYS) {
      const whole = await runFile(file, { asOf, driver });
      const report = await runParts(parts, { asOf, driver });
      expect(await rowsOfParts(parts)).toEqual(await allRowsOfFile(file, ROWS));
      for (const figure of [
        'contacts',
        'rows',
        'skip_reasons',
        'moves',
        'limits',
        'issues',
        'changes',
        'missed',
      ] as const) {
        expect(report[figure], figure).toEqual(whole[figure]);
      }
      expect(report.busiest_days).toEqual(whole.busiest_days);
      expect(report.overloaded_days).toEqual(whole.overloaded_days);
      expect(report.parts.map((part) => part.outcome)).toEqual(Array(PARTS).fill('changed'));
      expect((await runParts(parts, { asOf, driver })).outcome).toBe('unchanged');
      for (const path of [file, ...pathsOf(parts)]) await send(path, asOf);
    }
    expect(readdirSync(parts).sort()).toEqual([
      'book.json',
      ...pathsOf(parts).map((path) => path.slice(parts.length + 1)),
    ]);
  });
});

test('joined parts are the book, whose rows keep naming one another', async () => {
  const { file, parts } = await book('joined');
  await runFile(file, { asOf: TODAY });
  await runParts(parts, { asOf: TODAY });
  const joined = join(folder, 'joined-again.sqlite3');
  await joinBook(parts, { out: joined });
  expect(await allRowsOfFile(joined, ROWS)).toEqual(await allRowsOfFile(file, ROWS));
  expect(await allRowsOfFile(joined, 'PRAGMA integrity_check')).toEqual([['ok']]);
  const strays = `SELECT count(*) FROM email_schedules f WHERE metadata IS NOT NULL AND NOT EXISTS (SELECT 1 FROM email_schedules i
    WHERE i.id = json_extract(f.metadata, '$.initial_schedule_id') AND i.contact_id = f.contact_id)`;
  expect(await allRowsOfFile(joined, strays)).toEqual([[0]]);
  const tables = ['contacts', 'campaign_instances', 'contact_campaigns', 'tracking_clicks', 'suppressions'];
  for (const table of tables) {
    const rows = `SELECT * FROM ${table} ORDER BY 1, 2`;
    expect(await allRowsOfFile(joined, rows), table).toEqual(await allRowsOfFile(file, rows));
  }
  // Planned again, it has nothing to change.
  expect((await runFile(joined, { asOf: TODAY, full: true })).changes).toMatchObject({
    added: 0,
    changed: 0,
    removed: 0,
  });
});

test('what is asked of a folder is answered for the whole book', async () => {
  const { file, parts } = await book('asked');
  const asked = { asOf: TODAY };
  expect((await diffFile(parts, asked)).report.added).toBe((await diffFile(file, asked)).report.added);
  await runFile(file, asked);
  await runParts(parts, asked);
  expect((await verifyFile(parts, asked)).report.findings).toBe(0);
  const contacts = [700, 1300];
  // The rows of a book have other ids than those of its file.
  const explained = async (path: string) =>
    JSON.parse(
      JSON.stringify(await explainFile(path, { ...asked, contacts }), (key, value) =>
        key === 'row_id' ? null : value,
      ),
    );
  expect(await explained(parts)).toEqual(await explained(file));
  expect((await reportFile(parts)).days).toEqual((await reportFile(file)).days);
});

test('a dry run writes nothing, and tells what a run then does', async () => {
  const { parts } = await book('dry');
  const before = bytesOf(parts);
  const dry = await runParts(parts, { asOf: TODAY, dryRun: true });
  expect(dry.outcome).toBe('dry_run');
  expect(bytesOf(parts).equals(before)).toBe(true);
  expect((await runParts(parts, { asOf: TODAY })).changes).toEqual(dry.changes);
});

test('a guard judges the whole book, before any part is written', async () => {
  const broken = await databaseImage("UPDATE contacts SET birth_date = '13.06.1950' WHERE id < 200", image);
  const { parts } = await book('guarded', broken);
  // Of the first part nearly all dates are unreadable, of the book fewer than a fifth.
  expect((await runParts(parts, { asOf: TODAY })).outcome).toBe('changed');
  const worse = await databaseImage("UPDATE contacts SET birth_date = '13.06.1950' WHERE id < 600", image);
  const { parts: held } = await book('held', worse);
  const before = bytesOf(held);
  await expect(runParts(held, { asOf: TODAY })).rejects.toMatchObject({
    code: 'held_back',
    message: expect.stringMatching(/guards\.unreadable/),
  });
  expect(bytesOf(held).equals(before)).toBe(true);
  expect((await runParts(held, { asOf: TODAY, force: ['unreadable'] })).outcome).toBe('changed');
});

test.each(['count', 'group'])('a part that changes after the round %s has them made again', async (after) => {
  const { file, parts } = await book(`changing-${after}`);
  const [, , third] = pathsOf(parts);
  const edit =
    "UPDATE contacts SET birth_date = '1950-07-01', effective_date = '2015-09-01' WHERE id BETWEEN 601 AND 640";
  const edited = await databaseImage(edit, readFileSync(third));
  let hasEdited = false;
  const report = await runParts(parts, {
    asOf: TODAY,
    onRound: (round, done) => {
      if (round !== after || done !== PARTS || hasEdited) return;
      hasEdited = true;
      const changed = join(folder, 'changed');
      writeFileSync(changed, edited);
      renameSync(changed, third);
    },
  });
  expect(hasEdited).toBe(true);
  expect(report.outcome).toBe('changed');
  writeFileSync(file, await databaseImage(edit, image));
  await runFile(file, { asOf: TODAY });
  expect(await rowsOfParts(parts)).toEqual(await allRowsOfFile(file, ROWS));
});

test.each([0, 2, PARTS - 1])('a run that is killed after %i parts is ended by the next one', async (partsDone) => {
  const { file, parts } = await book(`killed-${partsDone}`);
  const { child, outcome } = start('run', parts, '--as-of', TODAY);
  const isWritten = (path: string) => readFileSync(path).includes('scheduler_last_run');
  const target = pathsOf(parts)[partsDone];
  while (
    !(partsDone === 0 ? existsSync(join(parts, '.book-run', 'journal.json')) : isWritten(target)) &&
    child.exitCode === null
  ) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill('SIGKILL');
  await outcome;
  for (const path of pathsOf(parts)) expect(await allRowsOfFile(path, 'PRAGMA integrity_check')).toEqual([['ok']]);
  await runParts(parts, { asOf: TODAY });
  await runFile(file, { asOf: TODAY });
  expect(await rowsOfParts(parts)).toEqual(await allRowsOfFile(file, ROWS));
  expect(existsSync(join(parts, '.book-run', 'journal.json'))).toBe(false);
});

describe('a folder that is no sound book', () => {
  const manifestOf = (parts: string) => JSON.parse(readFileSync(join(parts, 'book.json'), 'utf8'));
  const keep = (parts: string, manifest: unknown) => writeFileSync(join(parts, 'book.json'), JSON.stringify(manifest));

  test.each([
    ['a part is missing', (parts: string) => rmSync(pathsOf(parts)[2]), /lacks part-0002\.sqlite3/],
    [
      'a part is not listed',
      (parts: string) => copyFileSync(pathsOf(parts)[0], join(parts, 'part-0009.sqlite3')),
      /has part-0009\.sqlite3/,
    ],
    [
      'ranges overlap',
      (parts: string) => {
        const manifest = manifestOf(parts);
        manifest.parts[1].first_id -= 5;
        keep(parts, manifest);
      },
      /part-0000\.sqlite3 and part-0001\.sqlite3 overlap/,
    ],
    [
      'ids are in no part',
      (parts: string) => {
        const manifest = manifestOf(parts);
        manifest.parts[0].end_id -= 5;
        keep(parts, manifest);
      },
      /before those of part-0001\.sqlite3, are in no part/,
    ],
    [
      'it is for another rulebook',
      (parts: string) => keep(parts, { ...manifestOf(parts), rulebook: 1 }),
      /version 1 of the rulebook/,
    ],
    ['a key is unknown', (parts: string) => keep(parts, { ...manifestOf(parts), colour: 1 }), /colour/],
    ['it has no manifest', (parts: string) => rmSync(join(parts, 'book.json')), /without book\.json/],
  ])('is refused when %s', async (name, damage, message) => {
    const { parts } = await book(name.replaceAll(' ', '-'));
    damage(parts);
    await expect(runParts(parts, { asOf: TODAY })).rejects.toMatchObject({
      code: 'bad_book',
      message: expect.stringMatching(message),
    });
  });

  test('is refused when a contact lies in a wrong part, or campaigns differ', async () => {
    const { parts } = await book('strays');
    const [first, second] = pathsOf(parts);
    const change = async (path: string, sql: string) => {
      const connection = await openNative(path);
      connection.execute(sql);
      connection.commit();
      connection.close();
    };
    await change(second, "UPDATE campaign_instances SET active_end_date = '2025-06-20'");
    await expect(runParts(parts, { asOf: TODAY })).rejects.toMatchObject({
      code: 'bad_book',
      message: expect.stringMatching(/campaigns of part-0001/),
    });
    await change(first, "INSERT INTO contacts (id, email) VALUES (1400, 'a@b.co')");
    await expect(runParts(parts, { asOf: TODAY })).rejects.toMatchObject({
      code: 'bad_book',
      message: expect.stringMatching(/part-0000\.sqlite3 has the contact 1400/),
    });
  });
});

describe('splitting', () => {
  test('leaves the database as it is, and nothing behind when it fails', async () => {
    const { file, parts } = await book('split');
    expect(readFileSync(file).equals(Buffer.from(image))).toBe(true);
    await expect(splitBook(file, { parts: 3, out: parts })).rejects.toMatchObject({ code: 'file_unwritable' });
    const tooMany = splitBook(file, { parts: 5000, out: join(folder, 'too-many') });
    await expect(tooMany).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringMatching(/too few for 5000 parts/),
    });
    await expect(splitBook(file, { parts: 0, out: join(folder, 'none') })).rejects.toThrow(RangeError);
    const left = readdirSync(folder).filter((name) => /too-many|none|\.tmp$/.test(name));
    expect(left).toEqual([]);
  });

  test('refuses what cannot be divided, with what to do', async () => {
    const file = join(folder, 'views.sqlite3');
    writeFileSync(
      file,
      await databaseImage(
        'ALTER TABLE suppressions RENAME TO kept; CREATE VIEW suppressions AS SELECT email FROM kept',
        image,
      ),
    );
    const split = splitBook(file, { parts: 2, out: join(folder, 'views') });
    await expect(split).rejects.toMatchObject({
      code: 'unsupported_schema',
      message: expect.stringMatching(/suppresses addresses/),
    });
  });
});
