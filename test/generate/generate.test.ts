import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import initSqlJs from 'sql.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { generateCommand } from '../../src/cli/generate.js';
import { ContactGenerator, type GeneratedContact, SHAPES, type Shape } from '../../src/generate/contacts.js';
import { generateDatabase } from '../../src/generate/generateDatabase.js';
import { HistoryGenerator } from '../../src/generate/history.js';
import { SuppressionGenerator } from '../../src/generate/suppressions.js';
import { DEFAULT_AS_OF_DAY, FIRST_AS_OF_DAY, LAST_AS_OF_DAY, writeTables } from '../../src/generate/writeTables.js';
import { isValidEmail, readDate, readState } from '../../src/rules/fields.js';
import { stateName } from '../../src/rules/states.js';
import { holdsOn } from '../../src/rules/suppressions.js';
import { stateOfZip } from '../../src/rules/zip.js';
import { MemorySink } from '../../src/store/format/memorySink.js';

const hasSystemSqlite = spawnSync('sqlite3', ['--version']).status === 0;

let SQL: initSqlJs.SqlJsStatic;
let folder: string;
beforeAll(async () => {
  SQL = await initSqlJs();
  folder = mkdtempSync(join(tmpdir(), 'sendplan-generate-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function imageOf(contacts: number, shape: Shape = 'seed', seed = 1): Uint8Array {
  const sink = new MemorySink();
  const writing = writeTables(sink, { contacts, seed, shape, asOfDay: DEFAULT_AS_OF_DAY });
  while (!writing.next().done);
  return sink.toBytes();
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

function rowsOf(image: Uint8Array, sql: string): unknown[][] {
  const database = new SQL.Database(image);
  try {
    return database.exec(sql)[0]?.values ?? [];
  } finally {
    database.close();
  }
}

function contactsOf(count: number, shape: Shape, seed = 1): GeneratedContact[] {
  const generator = new ContactGenerator(seed, shape, DEFAULT_AS_OF_DAY);
  return Array.from({ length: count }, (_, i) => ({ ...generator.make(i + 1) }));
}

describe.each(SHAPES)('the %s shape', (shape) => {
  it('gives the same bytes for the same seed, and others for another', () => {
    expect(hashOf(imageOf(3000, shape, 5))).toBe(hashOf(imageOf(3000, shape, 5)));
    expect(hashOf(imageOf(3000, shape, 5))).not.toBe(hashOf(imageOf(3000, shape, 6)));
  });

  it('makes a contact that does not depend on how many there are', () => {
    const image = (contacts: number) =>
      rowsOf(imageOf(contacts, shape), 'SELECT * FROM contacts WHERE id <= 700 ORDER BY id');
    expect(image(700)).toHaveLength(700);
    expect(image(700)).toEqual(image(5000));
    const alone = new ContactGenerator(1, shape, DEFAULT_AS_OF_DAY).make(650);
    expect(alone).toEqual(contactsOf(650, shape)[649]);
  });

  it.each([0, 1, 100, 5000])('is a sound database of %i contacts', async (contacts) => {
    const path = join(folder, `${shape}-${contacts}.sqlite3`);
    const report = await generateDatabase({ path, contacts, seed: 1, shape, asOfDay: DEFAULT_AS_OF_DAY });
    const bytes = readFileSync(path);
    expect(report.bytes).toBe(bytes.length);
    expect(hashOf(bytes)).toBe(hashOf(imageOf(contacts, shape)));
    expect(report.tables).toMatchObject({ contacts, contact_campaigns: Math.floor(contacts / 50), campaign_types: 4 });
    expect(rowsOf(bytes, 'PRAGMA integrity_check')).toEqual([['ok']]);
    for (const [table, count] of Object.entries(report.tables)) {
      expect(rowsOf(bytes, `SELECT count(*) FROM ${table}`)).toEqual([[count]]);
    }
    if (hasSystemSqlite) {
      expect(execFileSync('sqlite3', [path, 'PRAGMA integrity_check'], { encoding: 'utf8' })).toBe('ok\n');
    }
  });

  it('keeps its bytes over releases and platforms', () => {
    const known = { seed: '3a05adce3d8928bd', realistic: '0b1864761e54a37c' };
    expect(hashOf(imageOf(1000, shape, 42))).toBe(known[shape]);
  });
});

describe('seed contacts', () => {
  const contacts = contactsOf(50_000, 'seed');

  it('live in fifty states by population', () => {
    const counts = new Map<string | null, number>();
    for (const { state } of contacts) counts.set(state, (counts.get(state) ?? 0) + 1);
    expect(counts.size).toBe(50);
    expect((counts.get('CA') ?? 0) / contacts.length).toBeCloseTo(0.119, 2);
    expect((counts.get('WY') ?? 0) / contacts.length).toBeCloseTo(0.0017, 2);
  });

  it('have dates of the years and days asked for, later policies more often, one in ten failed', () => {
    const years = new Map<string, number>();
    for (const { birthDate, effectiveDate } of contacts) {
      expect(birthDate).toMatch(/^(19[4-9][0-9]|2000)-(0[1-9]|1[0-2])-([01][0-9]|2[0-8])$/);
      expect(Number(birthDate?.slice(0, 4))).toBeGreaterThanOrEqual(1945);
      expect(effectiveDate).toMatch(/^20(1[5-9]|2[0-4])-(0[1-9]|1[0-2])-([01][0-9]|2[0-8])$/);
      const year = effectiveDate?.slice(0, 4) ?? '';
      years.set(year, (years.get(year) ?? 0) + 1);
    }
    expect(new Set(contacts.map(({ birthDate }) => birthDate?.slice(0, 4))).size).toBe(56);
    expect(new Set(contacts.map(({ birthDate }) => birthDate?.slice(5))).size).toBe(336);
    expect(years.size).toBe(10);
    expect(years.get('2024')).toBeGreaterThan(5 * (years.get('2015') ?? 0));
    const failed = contacts.filter(({ failedUnderwriting }) => failedUnderwriting).length;
    expect(failed / contacts.length).toBeCloseTo(0.1, 2);
  });

  it('are others for another seed, not the same in another order', () => {
    const keys = (seed: number) =>
      contactsOf(2000, 'seed', seed).map((contact) => `${contact.state} ${contact.birthDate} ${contact.effectiveDate}`);
    const first = new Set(keys(1));
    expect(keys(2).filter((key) => first.has(key)).length).toBeLessThan(5);
  });

  it('are enrolled, every fiftieth, for their birthday in 2025', () => {
    const rows = rowsOf(
      imageOf(1000),
      `SELECT contact_id, campaign_instance_id, trigger_date, status, birth_date
       FROM contact_campaigns JOIN contacts ON contacts.id = contact_id`,
    );
    expect(rows.map(([id]) => id)).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 50));
    for (const [, instance, trigger, status, birth] of rows) {
      expect([instance, status, trigger]).toEqual([2, 'pending', `2025${String(birth).slice(4)}`]);
    }
  });

  it('have no history', () => {
    expect(rowsOf(imageOf(100), "SELECT name FROM sqlite_schema WHERE name = 'email_schedules'")).toEqual([]);
  });
});

describe('realistic contacts', () => {
  const contacts = contactsOf(50_000, 'realistic');

  it('have one broken field in two hundred, and else mean what they say', () => {
    let broken = 0;
    for (const contact of contacts) {
      const birth = readDate(contact.birthDate, 'iso');
      const effective = readDate(contact.effectiveDate, 'iso');
      const state = stateName(readState(contact.state, contact.zipCode));
      const isBirthInvalid = birth.invalid || (birth.day !== null && birth.day > DEFAULT_AS_OF_DAY);
      if (!isValidEmail(contact.email) || isBirthInvalid || effective.invalid || state === null) broken += 1;
      expect(isValidEmail(contact.email)).toBe(contact.isReachable);
      expect(isBirthInvalid ? null : birth.day).toBe(contact.birthDay);
      expect(effective.day).toBe(contact.effectiveDay);
      expect(state).toBe(contact.homeState);
    }
    expect(broken / contacts.length).toBeGreaterThan(0.004);
    expect(broken / contacts.length).toBeLessThan(0.006);
  });

  it('have ZIP codes in all their forms, each in its state', () => {
    const sound = contacts.filter(({ homeState, zipCode }) => homeState !== null && zipCode !== null);
    for (const { homeState, zipCode } of sound) expect(stateName(stateOfZip(zipCode ?? ''))).toBe(homeState);
    const share = (form: RegExp) => sound.filter(({ zipCode }) => form.test(zipCode ?? '')).length / sound.length;
    expect(share(/^[0-9]{5}$/)).toBeGreaterThan(0.8);
    expect(share(/^[0-9]{5}-[0-9]{4}$/)).toBeCloseTo(0.08, 1);
    expect(share(/^[0-9]{4}$/)).toBeGreaterThan(0.02);
    expect(share(/^[0-9]{3}$/)).toBeGreaterThan(0.001);
    expect(contacts.filter(({ state, zipCode }) => state === null && zipCode !== null).length).toBeGreaterThan(1000);
  });

  it('have policies on the first of the month, carriers and phone numbers', () => {
    const policies = contacts.filter(({ effectiveDay }) => effectiveDay !== null);
    const onFirst = policies.filter(({ effectiveDate }) => effectiveDate?.endsWith('-01')).length;
    expect(onFirst / policies.length).toBeGreaterThan(0.7);
    expect(policies.every(({ carrier }) => carrier !== null)).toBe(true);
    const withPhone = contacts.filter(({ phoneNumber }) => phoneNumber !== null).length;
    expect(withPhone / contacts.length).toBeCloseTo(0.85, 1);
  });

  it('got no email on a day their state forbade, nor more than three in thirty days', () => {
    const history = new HistoryGenerator(1, DEFAULT_AS_OF_DAY);
    const kinds = new Map<string, number>();
    const statuses = new Map<string, number>();
    for (const contact of contacts.slice(0, 10_000)) {
      const emails = history.emailsOf(contact);
      const days = emails.map(({ sendDate }) => parseIsoDay(sendDate) ?? Number.NaN);
      expect(days).toEqual([...days].sort((a, b) => a - b));
      for (let i = 3; i < days.length; i += 1) expect(days[i] - days[i - 3]).toBeGreaterThanOrEqual(30);
      expect(new Set(emails.map(({ emailType }) => emailType)).size).toBe(emails.length);
      if (['NY', 'MA', 'CT', 'WA', null].includes(contact.homeState) || !contact.isReachable)
        expect(emails).toEqual([]);
      emails.forEach((email, i) => {
        kinds.set(email.emailType, (kinds.get(email.emailType) ?? 0) + 1);
        statuses.set(email.status, (statuses.get(email.status) ?? 0) + 1);
        expect(days[i]).toBeGreaterThanOrEqual(DEFAULT_AS_OF_DAY - 365);
        expect(days[i]).toBeLessThan(DEFAULT_AS_OF_DAY);
        for (const moment of [email.clickedAt, email.answer?.answeredAt]) {
          if (moment) expect(moment > (email.sentAt ?? '') && moment < '2025-06-13').toBe(true);
        }
        // California forbids the 60 days before its own window too, so a birthday email never leaves there.
        if (contact.homeState === 'CA' && contact.birthDay !== null) expect(email.emailType).not.toBe('birthday');
      });
    }
    expect([...kinds.keys()].sort()).toEqual(['aep', 'birthday', 'effective_date', 'post_window']);
    expect([...statuses.keys()].sort()).toEqual(['bounced', 'delivered', 'dropped', 'failed', 'sent']);
  });

  it('are suppressed now and then, by id or by address', () => {
    const suppressed = new SuppressionGenerator(1, DEFAULT_AS_OF_DAY);
    const rows = contacts.map((contact) => suppressed.suppressionOf(contact)).filter((row) => row !== null);
    expect(rows.length / contacts.length).toBeCloseTo(1 / 60, 2);
    expect(rows.every(({ contactId, email }) => (contactId === null) !== (email === null))).toBe(true);
    expect(rows.filter(({ email }) => email !== null).length / rows.length).toBeCloseTo(0.4, 1);
    const holding = rows.filter((row) =>
      holdsOn({ startDay: null, endDay: readDate(row.endsOn, 'iso').day }, DEFAULT_AS_OF_DAY),
    );
    expect(holding.length / rows.length).toBeGreaterThan(0.9);
    expect(holding.length).toBeLessThan(rows.length);
  });

  it('have campaigns around the day that they are made for', () => {
    const asOfDay = parseIsoDay('2031-03-02') ?? 0;
    const sink = new MemorySink();
    const writing = writeTables(sink, { contacts: 500, seed: 1, shape: 'realistic', asOfDay });
    while (!writing.next().done);
    const image = sink.toBytes();
    const runs = `SELECT instance_name FROM campaign_instances WHERE '2031-03-02' BETWEEN active_start_date AND active_end_date`;
    expect(rowsOf(image, runs)).toEqual([
      ['mega_newsletter_2030'],
      ['birthday_mega_special_2030'],
      ['renewal_blast_2031'],
    ]);
    const triggers = rowsOf(image, 'SELECT trigger_date FROM contact_campaigns WHERE trigger_date IS NOT NULL').flat();
    expect(triggers.length).toBeGreaterThan(2);
    for (const trigger of triggers)
      expect(String(trigger) >= '2030-09-20' && String(trigger) < '2031-09-20').toBe(true);
  });

  it.each([FIRST_AS_OF_DAY, LAST_AS_OF_DAY])('can be made as of day %i', (asOfDay) => {
    const generator = new ContactGenerator(1, 'realistic', asOfDay);
    const history = new HistoryGenerator(1, asOfDay);
    let emailCount = 0;
    for (let id = 1; id <= 3000; id += 1) {
      const contact = generator.make(id);
      emailCount += history.emailsOf(contact).length;
      if (contact.birthDay !== null) expect(readDate(contact.birthDate, 'iso').day).toBe(contact.birthDay);
      if (contact.effectiveDay !== null) expect(readDate(contact.effectiveDate, 'iso').day).toBe(contact.effectiveDay);
    }
    expect(emailCount).toBeGreaterThan(5000);
  });
});

describe('the generate command', () => {
  const run = async (...words: string[]) => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await generateCommand().exitOverride().parseAsync(words, { from: 'user' });
      return { stdout: stdout.mock.calls.join(''), stderr: stderr.mock.calls.join('') };
    } finally {
      stderr.mockRestore();
      stdout.mockRestore();
    }
  };
  const leftovers = () => readdirSync(folder).filter((name) => name.includes('.tmp'));

  it('reports in JSON on stdout, or to people on stderr with the next command', async () => {
    const path = join(folder, 'told twice.sqlite3');
    const json = await run(path, '--contacts', '200', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ path, contacts: 200, shape: 'seed', seed: 1, asOf: '2025-06-13' });
    expect(json.stderr).toBe('');
    const people = await run(path, '--contacts', '200', '--force');
    expect(people.stdout).toBe('');
    expect(people.stderr).toContain(`Next: npx sendplan run '${path}' --as-of 2025-06-13`);
  });

  it('leaves an existing file alone unless told to replace it', async () => {
    const path = join(folder, 'precious.sqlite3');
    writeFileSync(path, 'precious');
    await expect(run(path, '--contacts', '1')).rejects.toMatchObject({
      code: 'bad_input',
      message: `${path} exists already`,
    });
    expect(readFileSync(path, 'utf8')).toBe('precious');
    await run(path, '--contacts', '1', '--force');
    expect(rowsOf(readFileSync(path), 'SELECT id FROM contacts')).toEqual([[1]]);
    writeFileSync(`${path}-wal`, '');
    await expect(run(path, '--contacts', '1', '--force')).rejects.toMatchObject({ code: 'file_busy' });
    expect(leftovers()).toEqual([]);
  });

  it.each([
    [['--contacts', '-1'], 'Allowed is a whole number from 0 to 30000000.'],
    [['--contacts', '30000001'], 'Allowed is a whole number from 0 to 30000000.'],
    [['--contacts', '1e3'], 'Allowed is a whole number from 0 to 30000000.'],
    [['--contacts', '5', '--seed', '4294967296'], 'Allowed is a whole number from 0 to 4294967295.'],
    [['--contacts', '5', '--shape', 'round'], 'Allowed choices are seed, realistic.'],
    [['--contacts', '5', '--as-of', '2025-02-29'], 'Allowed is a date YYYY-MM-DD from 2000-01-01 to 2198-12-31.'],
    [['--seed', '5'], "required option '--contacts <n>' not specified"],
  ])('answers %j with what is allowed', async (words, answer) => {
    await expect(run(join(folder, 'never.sqlite3'), ...words)).rejects.toThrow(answer);
    expect(readdirSync(folder)).not.toContain('never.sqlite3');
  });

  it('names a folder that is missing, or is none', async () => {
    const missing = join(folder, 'missing', 'a.sqlite3');
    await expect(run(missing, '--contacts', '1')).rejects.toMatchObject({
      code: 'file_not_found',
      message: `cannot write ${missing}: there is no folder ${join(folder, 'missing')}`,
    });
    await expect(run(folder, '--contacts', '1', '--force')).rejects.toMatchObject({
      message: `${folder} is a folder, not a file to write`,
    });
    writeFileSync(join(folder, 'plain'), '');
    await expect(run(join(folder, 'plain', 'a.sqlite3'), '--contacts', '1')).rejects.toMatchObject({
      code: 'file_not_found',
    });
  });

  it('removes what it wrote when it is interrupted', async () => {
    const path = join(folder, 'interrupted.sqlite3');
    const controller = new AbortController();
    const work = generateDatabase({
      path,
      contacts: 100_000,
      seed: 1,
      shape: 'seed',
      asOfDay: DEFAULT_AS_OF_DAY,
      onProgress: (contactsDone) => {
        expect(leftovers()).toHaveLength(1);
        if (contactsDone >= 20_000) controller.abort();
      },
      signal: controller.signal,
    });
    await expect(work).rejects.toMatchObject({ code: 'interrupted' });
    expect(readdirSync(folder)).not.toContain('interrupted.sqlite3');
    expect(leftovers()).toEqual([]);
  });

  it('replaces files only, and nothing that was made meanwhile', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(run(pipe, '--contacts', '1', '--force')).rejects.toMatchObject({
      code: 'bad_input',
      message: `${pipe} is no regular file to write`,
    });
    expect(statSync(pipe).isFIFO()).toBe(true);
    const link = join(folder, 'link');
    symlinkSync('nowhere', link);
    await expect(run(link, '--contacts', '1')).rejects.toMatchObject({ message: `${link} exists already` });
    const path = join(folder, 'hurry');
    const size = { contacts: 5, seed: 1, shape: 'seed', asOfDay: DEFAULT_AS_OF_DAY } as const;
    const onProgress = () => symlinkSync('nowhere', path);
    await expect(generateDatabase({ path, ...size, onProgress })).rejects.toMatchObject({ code: 'bad_input' });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  it('says in words what links in a circle are', async () => {
    const path = join(folder, 'circle');
    symlinkSync('circle', path);
    await expect(run(path, '--contacts', '1')).rejects.toMatchObject({
      code: 'file_unwritable',
      message: `cannot write ${path}: its symbolic links go in a circle`,
    });
  });

  it.skipIf(process.getuid?.() === 0)('names a folder that may not be written to', async () => {
    await expect(run('/sendplan.sqlite3', '--contacts', '1')).rejects.toMatchObject({ code: 'file_unwritable' });
  });
});
