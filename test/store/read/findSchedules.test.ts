import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import initSqlJs from 'sql.js';
import { describe, expect, it } from 'vitest';
import { joinSchedules } from '../../../src/columns/joinSchedules.js';
import type { FoundSchedules, ScheduleMeaning } from '../../../src/columns/readSchedules.js';
import { NOT_PLAIN } from '../../../src/columns/rowCursor.js';
import { shownTexts } from '../../../src/columns/scheduleNotes.js';
import { isOwnedClass } from '../../../src/columns/schedules.js';
import { runFile } from '../../../src/run/runFile.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';
import { openDatabaseReader } from '../../../src/store/format/databaseReader.js';
import { FileSource } from '../../../src/store/format/fileSource.js';
import type { PageSource } from '../../../src/store/format/pageSource.js';
import { shareTable, type TableShare, takeFromLeft, takeRightHalf } from '../../../src/store/format/tableShare.js';
import { findSchedules, fitTogether } from '../../../src/store/read/findSchedules.js';
import { tableReaderOf } from '../../../src/store/read/scannedRows.js';
import { findTable, readSchema, type TableInfo } from '../../../src/store/schema/readSchema.js';
import { testFolder } from '../../helpers/cli.js';
import { generatedImage } from '../../helpers/generated.js';
import { runCount, runSeed, runTimeout } from '../../helpers/runs.js';
import { Draw, damaged, randomDatabase } from '../../helpers/scanDatabases.js';

const RUNS = runCount(60);
const SEED = runSeed(17);
const MEANING: ScheduleMeaning = {
  typeNames: ['birthday', 'aep'],
  campaignTypes: [],
  instances: [],
  templates: [],
  order: 'iso',
};

const pathOf = testFolder();
const path = pathOf('case.sqlite3');

/** What rows hold, whatever the numbers of their forms and texts; of rows that are not owned what counts of them. */
function contentOf({ rows, forms, types, texts, notes }: FoundSchedules) {
  const textOf = (code: number) => (code === NOT_PLAIN ? 'odd' : (texts.texts[code] ?? null));
  return {
    types: types.names,
    notes: {
      ...notes,
      unknownStatuses: shownTexts(notes.unknownStatuses),
      unknownTypes: shownTexts(notes.unknownTypes),
    },
    rows: Array.from(rows.id, (id, row) => {
      const form = rows.form[row];
      const known = [id, rows.contactId[row], rows.sentDay[row], rows.plannedDay[row], rows.scheduledDay[row]];
      const ofForm = [forms.rowClass[form], types.names[forms.type[form]], forms.eventYear[form]];
      const instance = [forms.instance[form], forms.instanceId[form], forms.priority[form]];
      if (!isOwnedClass(forms.rowClass[form])) return [...known, ...ofForm, ...instance].join('|');
      const formTexts = [forms.emailType, forms.status, forms.sendTime, forms.skipReason, forms.emailTemplate];
      const texted = [...formTexts, forms.smsTemplate].map((codes) => textOf(codes[form]));
      const own = [rows.isClean[row], rows.eventMonth[row], rows.eventDay[row], forms.storedPriority[form]];
      const codes = [textOf(rows.metadata[row]), textOf(rows.createdAt[row])];
      return [...known, ...ofForm, ...instance, ...texted, ...own, ...codes].join('|');
    }),
  };
}

/** A file of which one piece at a time can be read: what was found before is written over. */
class OnePieceSource implements PageSource {
  readonly hasEmptyLog = true;
  readonly bytes = new Uint8Array(65536 + 64);
  readonly #file: FileSource;

  constructor(file: FileSource) {
    this.#file = file;
  }

  get byteLength(): number {
    return this.#file.byteLength;
  }

  locate(byteOffset: number, byteLength: number): number {
    this.bytes.fill(0xff).set(this.#file.read(byteOffset, byteLength), 64);
    return 64;
  }

  read(byteOffset: number, byteLength: number): Uint8Array {
    return this.#file.read(byteOffset, byteLength).slice();
  }
}

/** A file and its table, as SQLite knows it before it is damaged. */
async function schemaOf(image: Uint8Array): Promise<TableInfo | null> {
  const connection = await openSqlJs(image);
  try {
    return findTable(readSchema(connection), 'email_schedules');
  } finally {
    connection.close();
  }
}

/** Damaged in some places: most pages of a book are of other things than the structure of this table. */
function damagedOften(image: Uint8Array, seed: number, draw: Draw): Uint8Array {
  let bytes = image;
  for (let i = draw.below(4); i >= 0; i--) bytes = damaged(bytes, seed * 10 + i);
  return bytes;
}

/** Branches of a table that are read from one to before another. */
function between(share: TableShare, start: number, end: number) {
  let at = start;
  return { part: (end - start) / share.pages.length, next: () => (at < end ? share.pages[at++] : 0) };
}

/** Reads a file's table as a whole, and in two parts; null where it cannot be read so. */
function readBoth(bytes: Uint8Array, table: TableInfo, draw: Draw) {
  writeFileSync(path, bytes);
  const descriptor = openSync(path, 'r');
  const file = new FileSource(descriptor, bytes.length, true);
  const pages = () => new OnePieceSource(file);
  try {
    const task = { table, meaning: MEANING, share: null };
    const whole = findSchedules(pages(), task, null, () => {});
    let share: TableShare | null = null;
    try {
      const scan = openDatabaseReader(pages());
      const branches = typeof scan === 'string' ? null : (tableReaderOf(scan, table)?.leaves.branches() ?? null);
      if (branches !== null) share = { ...branches, cursor: new Int32Array(1) };
    } catch {
      // A damaged file whose rows are read as a whole, if at all.
    }
    if (share === null) return { whole: whole?.found ?? null, joined: null, branches: 0 };
    const cut = draw.below(share.pages.length + 1);
    const shared = { ...task, share };
    const left = findSchedules(pages(), shared, between(share, 0, cut), () => {});
    const right = findSchedules(pages(), shared, between(share, cut, share.pages.length), () => {});
    const fits = left !== null && right !== null && fitTogether(left, right, share);
    const joined = fits ? joinSchedules(left.found, right.found) : null;
    return { whole: whole?.found ?? null, joined, branches: share.pages.length };
  } finally {
    closeSync(descriptor);
  }
}

describe('a table that is read in two parts', () => {
  it(
    `has the rows that it has as a whole, for ${RUNS} random databases, sound and damaged`,
    async () => {
      const counts = { joined: 0, refused: 0 };
      for (let seed = SEED * 1000; seed < SEED * 1000 + RUNS; seed++) {
        const image = await randomDatabase(seed, 'UTF-8');
        const table = await schemaOf(image);
        if (table === null || table.kind !== 'table') continue;
        const draw = new Draw(seed);
        for (const bytes of [image, damaged(image, seed), damaged(image, seed + 0x10000)]) {
          const { whole, joined, branches } = readBoth(bytes, table, draw);
          if (bytes === image && branches > 0) expect([seed, joined === null]).toEqual([seed, whole === null]);
          if (joined === null) {
            if (branches > 0) counts.refused++;
            continue;
          }
          counts.joined++;
          expect(whole).not.toBeNull();
          expect([seed, contentOf(joined)]).toEqual([seed, contentOf(whole as FoundSchedules)]);
        }
      }
      expect(counts.joined).toBeGreaterThan(RUNS * 0.3);
      expect(counts.refused).toBeGreaterThan(RUNS * 0.1);
    },
    runTimeout(RUNS * 10),
  );

  it(
    `has the rows that it has as a whole, for a book of many branches and ${RUNS} damaged copies`,
    async () => {
      const image = await smallPages();
      const table = (await schemaOf(image)) as TableInfo;
      const whole = contentOf(readBoth(image, table, new Draw(SEED)).whole as FoundSchedules);
      expect(whole.notes.unknownStatuses.length).toBeGreaterThan(2);
      expect(whole.notes.unknownTypes).not.toEqual([]);
      expect(whole.notes.unreadableDays.rows).toBeGreaterThan(0);
      const counts = { joined: 0, refused: 0 };
      for (let seed = SEED * 1000; seed < SEED * 1000 + RUNS; seed++) {
        const draw = new Draw(seed);
        const sound = readBoth(image, table, draw).joined as FoundSchedules;
        expect([seed, contentOf(sound)]).toEqual([seed, whole]);
        const { whole: read, joined } = readBoth(damagedOften(image, seed, draw), table, draw);
        if (joined === null) counts.refused++;
        else expect([seed, contentOf(joined)]).toEqual([seed, contentOf(read as FoundSchedules)]);
        if (joined !== null) counts.joined++;
      }
      expect(counts.joined).toBeGreaterThan(RUNS * 0.1);
      expect(counts.refused).toBeGreaterThan(RUNS * 0.1);
    },
    runTimeout(RUNS * 20),
  );

  it('is refused where both parts name a page, and where their rows are out of order', () => {
    const share = { pages: [7, 9], above: [3], depth: 1, cursor: new Int32Array(1) };
    const part = (pages: readonly number[], firstRowid: number, lastRowid: number) => {
      const usedPages = new Uint8Array(2);
      for (const page of pages) usedPages[page >> 3] |= 1 << (page & 7);
      return { firstRowid, lastRowid, usedPages };
    };
    expect(fitTogether(part([3, 7, 8], 1, 10), part([3, 9, 10], 11, 20), share)).toBe(true);
    expect(fitTogether(part([3, 7, 10], 1, 10), part([3, 9, 10], 11, 20), share)).toBe(false);
    expect(fitTogether(part([3, 7, 8], 1, 11), part([3, 9, 10], 11, 20), share)).toBe(false);
  });

  it('gives each branch to one of two readers, the right half to whoever asks for it', async () => {
    const image = await smallPages();
    const table = await schemaOf(image);
    writeFileSync(path, image);
    const descriptor = openSync(path, 'r');
    try {
      const scan = openDatabaseReader(new FileSource(descriptor, image.length, true));
      const branches = typeof scan === 'string' ? null : tableReaderOf(scan, table as TableInfo)?.leaves.branches();
      const share = shareTable(branches ?? null) as TableShare;
      const { pages } = share;
      expect(pages.length).toBeGreaterThan(30);
      const left = takeFromLeft(share);
      const taken = [left.next(), left.next()];
      const right = takeRightHalf(share);
      const half = Array.from(pages, () => right?.next() ?? 0).filter((page) => page > 0);
      expect(right?.part).toBeCloseTo(0.5, 1);
      for (let page = left.next(); page > 0; page = left.next()) taken.push(page);
      expect([...taken, ...half]).toEqual(pages);
      expect(takeRightHalf(share)).toBeNull();
      expect(left.next()).toBe(0);
      expect(shareTable({ pages: pages.slice(0, 15), above: [], depth: 0 })).toBeNull();
      expect(shareTable(null)).toBeNull();
    } finally {
      closeSync(descriptor);
    }
  });
});

/** What makes some of a book's rows odd, each in its own way. */
const ODDITIES = [
  `status = 'unheard of ' || (id % 3)`,
  `email_type = 'letter'`,
  `status = 'sent', scheduled_send_date = 'soon', actual_send_datetime = 'later'`,
  `priority = 1.5, created_at = NULL`,
  `event_month = 'May', metadata = '{"a":' || (id % 5) || '}'`,
  `planned_send_date = planned_send_date || ' 08:00:00'`,
  `skip_reason = hex(randomblob(300)), email_template = NULL`,
];

/** A planned book of odd rows, in pages so small that its table has many branches. */
async function smallPages(): Promise<Uint8Array> {
  const generated = pathOf('generated.sqlite3');
  writeFileSync(generated, await generatedImage('realistic', 600, '2025-06-13'));
  await runFile(generated, { asOf: '2025-06-13' });
  const { Database } = await initSqlJs();
  const database = new Database(readFileSync(generated));
  try {
    ODDITIES.forEach((oddity, i) => {
      database.exec(`UPDATE OR IGNORE email_schedules SET ${oddity} WHERE id % 23 = ${i}`);
    });
    database.exec('PRAGMA page_size = 512; VACUUM');
    return database.export();
  } finally {
    database.close();
  }
}
