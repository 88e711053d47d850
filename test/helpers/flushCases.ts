import initSqlJs, { type Database, type SqlValue } from 'sql.js';
import { formatIsoDay } from '../../src/calendar/iso.js';
import { packDate } from '../../src/calendar/packedDate.js';
import { NULL_INT32 } from '../../src/columns/nulls.js';
import type { ScheduleRows } from '../../src/columns/scheduleRows.js';
import type { KindRows } from '../../src/plan/rowKinds.js';
import type { NewRows } from '../../src/store/changes/newRows.js';
import { Draw } from './scanDatabases.js';

/** A database and what is to change in its `email_schedules`. */
export interface FlushCase {
  readonly image: Uint8Array;
  readonly deletedIds: Float64Array;
  readonly rows: ScheduleRows;
  /** Whether the schema is one that pages are not for. */
  readonly isUnfit: boolean;
}

const TYPES = [
  'birthday',
  'effective_date',
  'aep',
  'post_window',
  'campaign_é_1',
  'campaign_rate_change_22',
  'Birthday',
];
const FIRST_DAY = 20_200;

const COLUMN_TYPES: Readonly<Record<string, readonly string[]>> = {
  contact_id: ['INTEGER', 'INTEGER NOT NULL', 'BIGINT', 'NUMERIC', '', 'BLOB'],
  email_type: ['TEXT', 'TEXT NOT NULL', 'VARCHAR(40)', '', 'NUMERIC', 'BLOB'],
  planned_send_date: ['TEXT', 'DATE', ''],
  scheduled_send_date: ['TEXT', 'DATE', 'DATETIME', ''],
  scheduled_send_time: ['TEXT', 'TIME'],
  status: ["TEXT DEFAULT 'pre-scheduled'", 'TEXT NOT NULL', ''],
  skip_reason: ['TEXT', 'REAL', 'VARCHAR'],
  priority: ['INTEGER', 'INTEGER DEFAULT 10', 'NUMERIC'],
  campaign_instance_id: ['INTEGER', 'INT', ''],
  email_template: ['TEXT', 'NUMERIC'],
  sms_template: ['TEXT', 'CLOB'],
  scheduler_run_id: ['TEXT', ''],
  event_year: ['INTEGER', 'YEAR INTEGER'],
  event_month: ['INTEGER', ''],
  event_day: ['INTEGER'],
  metadata: ['TEXT', 'JSON', 'BLOB'],
  created_at: ['TEXT', 'DATETIME', "DATETIME DEFAULT (datetime('now'))"],
  updated_at: ['TEXT', 'DATETIME DEFAULT CURRENT_TIMESTAMP'],
  actual_send_datetime: ['TEXT', 'DATETIME'],
};

const EXTRA_COLUMNS = [
  "note TEXT DEFAULT 'it''s'",
  'score REAL DEFAULT 2.5',
  'points REAL DEFAULT 3',
  'flag INTEGER NOT NULL DEFAULT 3',
  'code TEXT DEFAULT 12',
  'weight NUMERIC DEFAULT -7',
  "raw BLOB DEFAULT x'00ff'",
  'anything',
  '\'odd "name" \' TEXT',
];

const UNFIT = [
  'CREATE INDEX unfit ON email_schedules (status DESC)',
  'CREATE INDEX unfit ON email_schedules (status COLLATE NOCASE)',
  'CREATE INDEX unfit ON email_schedules (lower(status))',
  "CREATE INDEX unfit ON email_schedules (status) WHERE status <> 'sent'",
  'CREATE INDEX unfit ON email_schedules (id)',
  'CREATE TRIGGER unfit AFTER DELETE ON email_schedules BEGIN SELECT 1; END',
  'ALTER TABLE email_schedules ADD COLUMN unfit AS (id + 1)',
  'ALTER TABLE email_schedules ADD COLUMN unfit INTEGER CHECK (unfit > 0)',
];

const INDEXED = [
  ['contact_id', 'email_type', 'event_year'],
  ['contact_id'],
  ['email_type', 'contact_id'],
  ['created_at', 'status'],
  ['campaign_instance_id', 'priority', 'scheduled_send_date', 'status', 'contact_id'],
  ['metadata'],
  ['skip_reason', 'skip_reason'],
  ['updated_at', 'event_day'],
];
const UNIQUE = [
  ['contact_id', 'email_type', 'scheduled_send_date'],
  ['contact_id', 'email_type', 'event_year'],
  ['contact_id', 'scheduled_send_date'],
  ['scheduled_send_date', 'contact_id', 'priority'],
];

function longText(draw: Draw): string {
  return draw.of(['x', 'é ', 'ab']).repeat(draw.of([20, 90, 200, 600, 3000]));
}

/** A value as rows that stay may hold it. */
function foundValue(draw: Draw, column: string, day: string, isShort: boolean): SqlValue {
  if (draw.once(12)) return null;
  if (!isShort && draw.once(40))
    return draw.of<SqlValue>([0, 1, -1, 1.5, 7, '7', 40_000, 2 ** 40, new Uint8Array([1, 0, 255]), '', longText(draw)]);
  if (column === 'contact_id') return 1 + draw.below(400);
  if (column === 'email_type') return draw.of(TYPES);
  if (/date$|_at$|datetime/.test(column)) return day;
  if (/^(priority|event_|campaign_instance)/.test(column)) return draw.below(2100);
  return draw.of(['birthday', 'frequency_limit', 'run-0', 'ä', `text ${draw.below(50)}`]);
}

/** The bytes of an empty database whose pages end in reserved bytes, which SQL itself cannot ask for. */
function reserving(image: Uint8Array, reservedBytes: number): Uint8Array {
  const reserved = image.slice();
  const view = new DataView(reserved.buffer);
  const pageBytes = view.getUint16(16) === 1 ? 65536 : view.getUint16(16);
  reserved[20] = reservedBytes;
  view.setUint16(105, pageBytes - reservedBytes);
  return reserved;
}

interface Owned {
  readonly id: number;
  readonly createdAt: string | null;
}

/** Fills a table with history and owned rows; returns the owned ones. */
function fillTable(
  draw: Draw,
  database: Database,
  names: readonly string[],
  { count, isShort }: { readonly count: number; readonly isShort: boolean },
): Owned[] {
  const columns = ['id', ...names];
  const list = columns.map((name) => `"${name}"`).join(', ');
  const marks = columns.map(() => '?').join(', ');
  const statement = database.prepare(`INSERT OR IGNORE INTO email_schedules (${list}) VALUES (${marks})`);
  const owned: Owned[] = [];
  const isOwned = draw.of([1, 2, 20]);
  let id = draw.of(isShort ? [0, 2 ** 31 - 40, 2 ** 48] : [0, 0, -30, 2 ** 31 - 40, 2 ** 48]);
  const step = draw.of([1, 1, 3, 500]);
  database.exec('BEGIN');
  for (let i = 0; i < count; i++) {
    id += 1 + draw.below(step);
    const day = formatIsoDay(FIRST_DAY + draw.below(60));
    const status = draw.once(isOwned)
      ? draw.of(['pre-scheduled', 'skipped'])
      : draw.of(['sent', 'failed', 'delivered']);
    const values = names.map((name) => (name === 'status' ? status : foundValue(draw, name, day, isShort)));
    try {
      statement.run([id, ...values]);
    } catch {
      // A STRICT table does not take every value.
      continue;
    }
    const created = values[names.indexOf('created_at')];
    const isThere = database.getRowsModified() === 1 && names.includes('status') && status !== null;
    if (isThere && (status === 'pre-scheduled' || status === 'skipped')) {
      owned.push({ id, createdAt: typeof created === 'string' ? created : null });
    }
  }
  database.exec('COMMIT');
  statement.free();
  return owned;
}

function createTable(
  draw: Draw,
  database: Database,
  rows: { readonly count: number; readonly isShort: boolean },
): Owned[] {
  const known = Object.keys(COLUMN_TYPES).filter(() => !draw.once(8));
  if (!known.includes('status')) known.push('status');
  const kept = draw.shuffled(known);
  const extras = EXTRA_COLUMNS.filter(() => draw.once(8));
  const late = draw.shuffled(extras.filter(() => draw.once(2)));
  const columns = kept.map((name) => `${name} ${draw.once(3) ? draw.of(COLUMN_TYPES[name]) : COLUMN_TYPES[name][0]}`);
  for (const extra of extras) if (!late.includes(extra)) columns.splice(draw.below(columns.length + 1), 0, extra);
  const id = `id ${draw.of(['INTEGER PRIMARY KEY', 'INTEGER PRIMARY KEY AUTOINCREMENT'])}`;
  columns.splice(draw.once(3) ? draw.below(columns.length + 1) : 0, 0, id);
  if (draw.once(6) && kept.includes('contact_id') && kept.includes('email_type')) {
    columns.push('UNIQUE (contact_id, email_type, scheduled_send_date)');
    if (!kept.includes('scheduled_send_date')) columns.push(columns.pop()?.replace(', scheduled_send_date', '') ?? '');
  }
  const name = draw.of(['email_schedules', 'Email_Schedules', '"email_schedules"']);
  const sql = `CREATE TABLE ${name} (${columns.join(', ')})`;
  if (!draw.once(8) || !attempt(database, `${sql} STRICT`)) database.exec(sql);
  const owned = fillTable(draw, database, kept, rows);
  for (const extra of late) attempt(database, `ALTER TABLE email_schedules ADD COLUMN ${extra}`);
  // A row that has all columns beside those that lack the late ones.
  if (late.length > 0)
    attempt(database, "INSERT OR IGNORE INTO email_schedules (contact_id, status) VALUES (5, 'sent')");
  return owned;
}

/** Runs a statement that may not fit the database. */
function attempt(database: Database, sql: string): boolean {
  try {
    database.exec(sql);
    return true;
  } catch {
    return false;
  }
}

function createIndexes(draw: Draw, database: Database): void {
  INDEXED.forEach((columns, i) => {
    if (draw.once(6)) attempt(database, `CREATE INDEX plain_${i} ON email_schedules (${columns.join(', ')})`);
  });
  UNIQUE.forEach((columns, i) => {
    if (draw.once(5)) attempt(database, `CREATE UNIQUE INDEX unique_${i} ON email_schedules (${columns.join(', ')})`);
  });
}

function createOthers(draw: Draw, database: Database): void {
  database.exec('CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)');
  const insert = (table: string, count: number, length: number) =>
    database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      INSERT INTO ${table} (email) SELECT printf('%.*c', ${length}, 'e') || i FROM n`);
  insert('contacts', 1 + draw.below(200), 10);
  if (draw.once(2)) {
    database.exec(
      'CREATE TABLE other (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT); CREATE INDEX other_email ON other (email)',
    );
    insert('other', 1 + draw.below(300), draw.of([5, 200, 5000]));
    // What is gone leaves free pages behind.
    if (draw.once(2)) database.exec(`DELETE FROM other WHERE id % ${1 + draw.below(3)} = 0`);
  }
}

/** New rows by contact, some in the place of owned ones. */
function newRows(draw: Draw, count: number, replaced: readonly Owned[], isShort: boolean): ScheduleRows {
  const texts = [...TYPES];
  const code = (text: string | null) => {
    if (text === null) return -1;
    const known = texts.indexOf(text);
    return known >= 0 ? known : texts.push(text) - 1;
  };
  const left = draw.shuffled(replaced);
  const spread = Math.max(1, Math.ceil(count / Math.max(1, count - left.length + 1)));
  const firstContact = draw.of([1, 1, -70_000, 200, 30_000, 8_388_000, 2 ** 31 - 50, 2 ** 40]);
  const isPhone = draw.once(2);
  const long = !isShort && draw.once(6) ? longText(draw) : null;
  const rows = {
    id: new Float64Array(count).fill(Number.NaN),
    createdAt: new Int32Array(count).fill(-1),
    contactId: new Float64Array(count),
    emailType: new Int32Array(count),
    plannedDay: new Int32Array(count),
    sendDay: new Int32Array(count),
    sendTime: new Int32Array(count).fill(code('08:30:00')),
    status: new Int32Array(count),
    skipReason: new Int32Array(count),
    priority: new Int32Array(count),
    instanceId: new Float64Array(count),
    emailTemplate: new Int32Array(count),
    smsTemplate: new Int32Array(count),
    eventYear: new Int32Array(count),
    eventMonth: new Int32Array(count),
    eventDay: new Int32Array(count),
    metadata: new Int32Array(count),
  };
  let contact = firstContact;
  for (let i = 0; i < count; i++) {
    if (!draw.once(4)) contact += draw.below(3);
    const isSkipped = draw.once(3);
    const type = draw.below(TYPES.length);
    rows.contactId[i] = contact;
    rows.emailType[i] = type;
    rows.plannedDay[i] = FIRST_DAY + draw.below(60);
    rows.sendDay[i] = rows.plannedDay[i] + (draw.once(3) ? draw.below(4) : 0);
    rows.status[i] = code(isSkipped ? 'skipped' : 'pre-scheduled');
    rows.skipReason[i] = isSkipped ? code(draw.of(['frequency_limit', 'exclusion:year_round:CT'])) : -1;
    rows.priority[i] = draw.of([10, 20, 1, 0]);
    rows.instanceId[i] = type > 3 ? draw.of([1, 2, 300, 2 ** 33]) : Number.NaN;
    rows.emailTemplate[i] = long !== null && draw.once(9) ? code(long) : draw.once(200) ? code('12.50') : type;
    rows.smsTemplate[i] = isPhone && draw.once(2) ? code('sms') : -1;
    const isFollowup = draw.once(15);
    rows.eventYear[i] = isFollowup ? NULL_INT32 : draw.of([2025, 2026]);
    rows.eventMonth[i] = isFollowup ? NULL_INT32 : 1 + draw.below(12);
    rows.eventDay[i] = isFollowup ? NULL_INT32 : 1 + draw.below(28);
    rows.metadata[i] = isFollowup ? code(JSON.stringify({ initial_schedule_id: draw.below(1e6), long })) : -1;
    const owned = i % spread === 0 || draw.once(3) ? left.pop() : undefined;
    if (owned === undefined) continue;
    rows.id[i] = owned.id;
    rows.createdAt[i] = code(owned.createdAt);
  }
  return { ...rows, count, texts };
}

/** The owned rows that go: some here and there, all of them, none, or those of a stretch, so that whole leaves become empty. */
function goingOf(draw: Draw, owned: readonly Owned[]): Owned[] {
  const start = draw.below(owned.length + 1);
  return draw.of([
    () => owned.filter(() => !draw.once(3)),
    () => owned.filter(() => !draw.once(3)),
    () => owned.filter(() => draw.once(20)),
    () => owned.slice(start, start + draw.below(owned.length + 1)),
    () => [...owned],
    () => [],
  ])();
}

/**
 * A random case: always the same one for a seed.
 *
 * @param isShort a table of many rows that all fit into their pages
 */
export async function flushCase(seed: number, isShort = false): Promise<FlushCase> {
  const draw = new Draw(seed);
  const { Database } = await initSqlJs();
  const empty = new Database();
  const pageSizes = isShort ? [1024, 2048, 4096, 8192] : [512, 1024, 2048, 4096, 4096, 8192, 32768, 65536];
  empty.exec(`PRAGMA page_size = ${draw.of(pageSizes)}`);
  if (draw.once(25))
    empty.exec(
      draw.of(["PRAGMA encoding = 'UTF-16le'", 'PRAGMA auto_vacuum = FULL', 'PRAGMA auto_vacuum = INCREMENTAL']),
    );
  empty.exec('VACUUM; PRAGMA user_version = 1');
  const image = empty.export();
  empty.close();
  const reservedBytes = draw.once(5) ? draw.of([4, 16, 31]) : 0;
  const database = new Database(reservedBytes === 0 ? image : reserving(image, reservedBytes));
  try {
    createOthers(draw, database);
    const isThere = isShort || !draw.once(5);
    const foundCount = draw.of(isShort ? [700, 1500, 4000] : [0, 1, 4, 30, 200, 200, 2500]);
    const owned = isThere ? createTable(draw, database, { count: foundCount, isShort }) : [];
    if (isThere) createIndexes(draw, database);
    const isUnfit = isThere && draw.once(12) && attempt(database, draw.of(UNFIT));
    if (draw.once(8)) database.exec('VACUUM');
    const goes = goingOf(draw, owned);
    const replaced = goes.filter(() => draw.once(2));
    const count = Math.max(replaced.length, draw.of([0, 1, 2, 40, 300, 300, draw.once(6) ? 12_000 : 1500]));
    const rows = newRows(draw, count, replaced, isShort);
    const image = database.export();
    const deletedIds = Float64Array.from(draw.shuffled(goes), ({ id }) => id);
    const header = new DataView(image.buffer);
    const hasPointerMaps = header.getUint32(52) !== 0;
    const isUtf8 = header.getUint32(56) === 1;
    return { image, deletedIds, rows, isUnfit: isUnfit || hasPointerMaps || !isUtf8 };
  } finally {
    database.close();
  }
}

/** Rows as kinds, by everything that two rows of a kind have in common; rows whose event does not fit into a number are alone. */
function kindsBy(rows: ScheduleRows, kindOf: (key: string) => number): KindRows {
  const { count, texts, id, contactId, plannedDay, sendDay, eventYear, eventMonth, eventDay, metadata } = rows;
  // The metadata of a follow-up: how many digits the id has that they name, and what else they say.
  const initial = Array.from({ length: count }, (_, i) =>
    /^(\{"initial_schedule_id":)([0-9]+)(.*)$/s.exec(texts[metadata[i]] ?? ''),
  );
  const initialId = Float64Array.from(initial, (found) => (found === null ? Number.NaN : Number(found[2])));
  const common = Object.entries(rows).filter(
    ([name, values]) => ArrayBuffer.isView(values) && !['id', 'contactId', 'plannedDay', 'sendDay'].includes(name),
  );
  const fits = (value: number, end: number) => value === NULL_INT32 || (value >= 0 && value < end);
  const kind = Int32Array.from({ length: count }, (_, i) => {
    const isAlone = !fits(eventYear[i], 1 << 20) || !fits(eventMonth[i], 16) || !fits(eventDay[i], 32);
    const key = common.map(([name, values]) => {
      const value = (values as Int32Array)[i];
      const found = name === 'metadata' ? initial[i] : null;
      if (found !== null) return `${found[2].length}${found[3]}`;
      return name.startsWith('event') ? value === NULL_INT32 : value;
    });
    return isAlone ? -1 : kindOf(String(key));
  });
  const part = (value: number) => (value === NULL_INT32 ? 0 : value);
  const eventDate = kind.map((of, i) =>
    of < 0 ? 0 : packDate(part(eventYear[i]), part(eventMonth[i]), part(eventDay[i])),
  );
  return { count, kind, id, contactId, plannedDay, sendDay, eventDate, initialId };
}

/** Numbers keys as they come. */
function numbering(): (key: string) => number {
  const numbers = new Map<string, number>();
  return (key) => {
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  };
}

/** Any number of plain rows, three to a contact, whose days do not ascend. */
export function plainRows(count: number): NewRows {
  const texts = ['birthday', '08:30:00', 'pre-scheduled'];
  const at = (places: Uint32Array): ScheduleRows => {
    const whole = (value: (place: number) => number) => Int32Array.from(places, value);
    const none = whole(() => NULL_INT32);
    const noText = whole(() => -1);
    return {
      ...{ count: places.length, texts, id: new Float64Array(places.length).fill(Number.NaN), createdAt: noText },
      contactId: Float64Array.from(places, (place) => 1 + Math.floor(place / 3)),
      ...{ emailType: whole(() => 0), sendTime: whole(() => 1), status: whole(() => 2), skipReason: noText },
      ...{ plannedDay: whole(() => FIRST_DAY), sendDay: whole((place) => FIRST_DAY + ((place * 7) % 60)) },
      ...{ priority: whole(() => 10), instanceId: new Float64Array(places.length).fill(Number.NaN) },
      ...{ emailTemplate: whole(() => 0), smsTemplate: noText, metadata: noText },
      ...{ eventYear: whole(() => 2025), eventMonth: whole((place) => 1 + (place % 12)), eventDay: none },
    };
  };
  return flushRowsBy(count, at);
}

/** Rows as `preparePages` asks for them, from a function that gives those at some places. */
function flushRowsBy(count: number, at: (places: Uint32Array) => ScheduleRows): NewRows {
  const kindOf = numbering();
  return { count, kinds: (places) => kindsBy(at(places), kindOf), rowAt: (place) => at(Uint32Array.of(place)) };
}

/** Rows as `preparePages` asks for them. */
export function flushRowsOf(rows: ScheduleRows): NewRows {
  const pick = <Values extends Float64Array | Int32Array>(values: Values, places: Uint32Array): Values =>
    values.constructor === Float64Array
      ? (Float64Array.from(places, (place) => values[place]) as Values)
      : (Int32Array.from(places, (place) => values[place]) as Values);
  return flushRowsBy(rows.count, (places) => {
    const picked = Object.entries(rows).map(([name, values]) => [
      name,
      ArrayBuffer.isView(values) ? pick(values as Int32Array, places) : values,
    ]);
    return { ...Object.fromEntries(picked), count: places.length } as ScheduleRows;
  });
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * Everything that a database holds, as text: the schema in order of names, and all rows of all tables by rowid with the type of
 * each value. What AUTOINCREMENT remembers is left out.
 */
export async function dumpOf(image: Uint8Array): Promise<{ readonly dump: string[]; readonly checks: string[] }> {
  const { Database } = await initSqlJs();
  const database = new Database(image);
  try {
    const rows = (sql: string) => database.exec(sql)[0]?.values ?? [];
    const schema = rows('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name');
    const dump = schema.map((row) => row.join(' | '));
    for (const [type, name] of schema) {
      if (type !== 'table' || name === 'sqlite_sequence') continue;
      const columns = rows(`SELECT name FROM pragma_table_info('${String(name).replaceAll("'", "''")}')`).map(
        ([column]) => quote(String(column)),
      );
      const values = columns.map((column) => `typeof(${column}) || ' ' || quote(${column})`);
      const found = rows(`SELECT rowid, ${values.join(', ')} FROM ${quote(String(name))} ORDER BY rowid`);
      dump.push(`${name}: ${found.length}`);
      for (const row of found) dump.push(row.join(' | '));
    }
    const checks = ['integrity_check', 'quick_check', 'foreign_key_check'].flatMap((check) =>
      rows(`PRAGMA ${check}`).map((row) => row.join(' ')),
    );
    return { dump, checks };
  } finally {
    database.close();
  }
}

/** The dump of a database without what tells one run from another of the same day: its name and its time. */
export async function anonymousDump(image: Uint8Array): Promise<string[]> {
  const today = new Date().toISOString().slice(0, 10);
  const { dump } = await dumpOf(image);
  return dump.map((line) =>
    line.replace(/[0-9]{14}-[0-9a-f]{8}/g, 'RUN').replaceAll(new RegExp(`${today} [0-9:]{8}`, 'g'), 'NOW'),
  );
}
