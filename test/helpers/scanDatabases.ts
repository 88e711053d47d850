import initSqlJs, { type Database, type SqlValue } from 'sql.js';

/** Draws whole numbers, always the same ones for a seed. */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }

  /** True once in `count` times. */
  once(count: number): boolean {
    return this.below(count) === 0;
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const left = [...items];
    return items.map(() => left.splice(this.below(left.length), 1)[0]);
  }
}

const DATES = [
  '1960-02-29',
  '2001-12-31',
  '2024-06-13',
  '2025-06-13 08:00:00',
  '2025-02-30',
  '',
  'soon',
  '2199-01-01T',
];
const EMAILS = ['a@b', ' a@b.c\t', 'x', 'a@@b', '\u00a0ä@ö.de\ufeff', 'a b@c', '@', 'a@b\u2003', 'a@\u0000b', ''];
const STATES = ['CA', ' ny ', 'Tx', '', 'XX', 'Ñ', 'MO'];
const ZIPS = ['90210', '501', '2134-1000', '12345 6', 'abc', '٣٤٥', '00501'];
const WORDS = [
  'birthday',
  'Effective_Date',
  'aep',
  'campaign_x_1',
  'followup_1_cold',
  'ä ö ü',
  '\ufeffbom',
  'a\u0000b',
  '',
];
const STATUSES = ['pre-scheduled', 'skipped', 'sent', 'delivered', 'bounced', 'SENT', 'other', 'scheduled'];
const NUMBERS = [0, 1, -1, 127, 128, -129, 40_000, -8_388_608, 2 ** 31, -(2 ** 31), 2 ** 40, 2 ** 53, 1.5, -0, 1e300];

function longText(draw: Draw): string {
  return draw.of(['x', 'é', 'ab ']).repeat(draw.of([30, 300, 500, 3000, 20_000]));
}

/** A value as a column of such a name may hold it, mostly of the kind it should be. */
function fieldOf(draw: Draw, column: string): SqlValue {
  if (draw.once(12)) return null;
  if (draw.once(25))
    return draw.of<SqlValue>([draw.of(NUMBERS), longText(draw), new Uint8Array([1, 0, 255]), '7', '1']);
  if (/date|birthday|_at$|datetime/.test(column)) return draw.of(DATES);
  if (column === 'email') return draw.once(4) ? draw.of(EMAILS) : `someone${draw.below(500)}@example.com`;
  if (column === 'state') return draw.of(STATES);
  if (column === 'zip_code') return draw.once(5) ? draw.below(99_999) : draw.of(ZIPS);
  if (column === 'status') return draw.of(STATUSES);
  if (/underwriting/.test(column)) return draw.of<SqlValue>([0, 1, 'yes', 'TRUE', 'nein', 2.5]);
  if (column === 'contact_id') return draw.below(300);
  if (/^(priority|event_|campaign_instance)/.test(column)) return draw.once(3) ? draw.of(NUMBERS) : draw.below(2100);
  if (/^extra/.test(column)) return draw.of<SqlValue>([draw.of(NUMBERS), draw.of(WORDS), longText(draw)]);
  return draw.of(WORDS);
}

const CONTACT_COLUMNS = [
  ...['email', 'state', 'zip_code', 'birth_date', 'effective_date', 'carrier', 'failed_underwriting', 'phone_number'],
  ...['first_name', 'extra_text', 'birthday', 'current_carrier'],
];
const SCHEDULE_COLUMNS = [
  ...['contact_id', 'email_type', 'planned_send_date', 'scheduled_send_date', 'scheduled_send_time', 'status'],
  ...['skip_reason', 'priority', 'campaign_instance_id', 'email_template', 'sms_template', 'scheduler_run_id'],
  ...['event_year', 'event_month', 'event_day', 'metadata', 'created_at', 'actual_send_datetime', 'extra_text'],
];
const TYPES = ['TEXT', 'INTEGER', 'REAL', '', 'NUMERIC', 'BLOB', 'VARCHAR(20)'];
const IDS = ['INTEGER PRIMARY KEY', 'INTEGER PRIMARY KEY', 'integer primary key autoincrement', 'INT PRIMARY KEY'];
const RARE_IDS = ['INTEGER PRIMARY KEY DESC', 'BIGINT', '', 'TEXT', 'INTEGER'];
const DEFAULTS = ["'2020-01-01'", "'CA'", '5', "'5'", '1.5', 'NULL', "x'00ff'", '-3', "''", 'TRUE'];

interface AddedColumn {
  readonly name: string;
  readonly declaration: string;
}

function createTable(draw: Draw, database: Database, table: string, wanted: readonly string[]): void {
  const kept = draw.shuffled(wanted.filter((name) => name === 'email' || !draw.once(6)));
  const added: AddedColumn[] = [];
  const names = kept.filter((name) => {
    if (name === 'email' || !draw.once(6)) return true;
    const value = draw.once(2) ? ` DEFAULT ${draw.of(DEFAULTS)}` : '';
    added.push({ name, declaration: `"${name}" ${draw.of(TYPES)}${value}` });
    return false;
  });
  const columns = names.map((name) => `"${name}" ${draw.once(2) ? 'TEXT' : draw.of(TYPES)}`);
  const id = `id ${draw.once(6) ? draw.of(RARE_IDS) : draw.of(IDS)}`;
  columns.splice(draw.once(3) ? draw.below(columns.length + 1) : 0, 0, id);
  if (draw.once(15)) columns.push(`computed AS (id + 1) ${draw.of(['VIRTUAL', 'STORED'])}`);
  if (draw.once(20)) columns.push('rowid TEXT');
  const isWithoutRowid = /^id (INTEGER|INT) PRIMARY KEY$/i.test(id) && draw.once(12);
  database.exec(`CREATE TABLE ${table} (${columns.join(', ')})${isWithoutRowid ? ' WITHOUT ROWID' : ''}`);
  const rowCount = draw.of([0, 1, 5, 40, 400, 1500]);
  const nextId = idDraw(draw);
  insertRows(draw, database, table, names, rowCount, nextId);
  for (const { declaration } of added) database.exec(`ALTER TABLE ${table} ADD COLUMN ${declaration}`);
  if (added.length > 0) {
    const all = [...names, ...added.map(({ name }) => name)];
    insertRows(draw, database, table, all, draw.of([0, 1, 50]), nextId);
  }
  if (draw.once(2)) {
    const modulus = 2 + draw.below(5);
    database.exec(`DELETE FROM ${table} WHERE ${isWithoutRowid ? 'id' : '_rowid_'} % ${modulus} = 1`);
  }
  if (draw.once(3)) database.exec(`CREATE INDEX ${table}_some ON ${table} (${draw.of(names)}, id)`);
}

/** Ids one after the other, with gaps, beyond 32 or 53 bits, or below zero. */
function idDraw(draw: Draw): () => number {
  let id = draw.of([1, 1, 1, -50, 2 ** 31 - 20, 2 ** 49, 2 ** 53 - 3000]);
  const step = draw.of([1, 1, 1, 3, 1000]);
  return () => {
    id += 1 + draw.below(step);
    return id;
  };
}

function insertRows(
  draw: Draw,
  database: Database,
  table: string,
  names: readonly string[],
  count: number,
  nextId: () => number,
): void {
  const columns = ['id', ...names];
  const list = columns.map((name) => `"${name}"`).join(', ');
  const statement = database.prepare(
    `INSERT OR IGNORE INTO ${table} (${list}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  database.exec('BEGIN');
  let row = names.map((name) => fieldOf(draw, name));
  for (let i = 0; i < count; i++) {
    statement.run([nextId(), ...row]);
    // Most rows differ from the one before in few columns, as rows of real tables do.
    const isRepeat = !draw.once(3);
    row = row.map((value, column) => (isRepeat && !draw.once(8) ? value : fieldOf(draw, names[column])));
  }
  database.exec('COMMIT');
  statement.free();
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

/** How a database stores its texts. */
export type TextEncoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be';

/**
 * A random database with the tables contacts and email_schedules: any page size, reserved bytes, column order and types,
 * added columns with defaults, overflowing rows, deleted rows, and sometimes what cannot be scanned.
 *
 * @param wantedEncoding of its texts; mostly UTF-8 when left out
 */
export async function randomDatabase(seed: number, wantedEncoding?: TextEncoding): Promise<Uint8Array> {
  const draw = new Draw(seed);
  const { Database } = await initSqlJs();
  const pageBytes = draw.of([512, 512, 1024, 4096, 4096, 8192, 65536]);
  const empty = new Database();
  const encoding = draw.once(15) ? 'UTF-16le' : 'UTF-8';
  empty.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA encoding = '${wantedEncoding ?? encoding}'`);
  if (draw.once(4)) empty.exec(`PRAGMA auto_vacuum = ${draw.of(['FULL', 'INCREMENTAL'])}`);
  empty.exec('VACUUM; PRAGMA user_version = 1');
  const image = empty.export();
  empty.close();
  const reservedBytes = draw.once(4) ? draw.of([4, 16, 32]) : 0;
  const database = new Database(reservedBytes === 0 ? image : reserving(image, reservedBytes));
  try {
    createTable(draw, database, 'contacts', CONTACT_COLUMNS);
    if (!draw.once(8)) createTable(draw, database, 'email_schedules', SCHEDULE_COLUMNS);
    if (draw.once(4)) database.exec('CREATE TABLE other (x); INSERT INTO other VALUES (1); DROP TABLE other');
    if (draw.once(10)) database.exec('VACUUM');
    if (draw.once(8)) {
      database.exec('ALTER TABLE contacts RENAME TO people; CREATE VIEW contacts AS SELECT * FROM people');
    }
    return database.export();
  } finally {
    database.close();
  }
}

/** The image with a few bits or bytes turned, a page copied over another, or its end cut off. */
export function damaged(image: Uint8Array, seed: number): Uint8Array {
  const draw = new Draw(seed ^ 0x5a5a5a5a);
  const bytes = image.slice();
  const pageBytes = new DataView(bytes.buffer).getUint16(16) === 1 ? 65536 : new DataView(bytes.buffer).getUint16(16);
  const pageCount = Math.floor(bytes.length / pageBytes);
  if (draw.once(10)) return bytes.slice(0, draw.below(bytes.length));
  if (draw.once(10)) {
    const from = draw.below(pageCount) * pageBytes;
    bytes.copyWithin(draw.below(pageCount) * pageBytes, from, from + pageBytes);
    return bytes;
  }
  const count = 1 + draw.below(6);
  for (let i = 0; i < count; i++) {
    // The beginning of a page, where its structure is, as often as anywhere.
    const page = draw.below(pageCount) * pageBytes;
    const place = draw.once(2) ? page + draw.below(Math.min(pageBytes, 40)) : draw.below(bytes.length);
    if (draw.once(3)) bytes[place] = draw.of([0, 1, 5, 13, 127, 128, 255]);
    else bytes[place] ^= 1 << draw.below(8);
  }
  return bytes;
}
