import { SendplanError } from '../../errors.js';
import { comparedEmail } from '../../rules/fields.js';
import { readSuppressedId, SUPPRESSION_COLUMNS } from '../../rules/suppressions.js';
import type { Connection } from '../../store/driver/connection.js';
import type { SqlValue } from '../../store/format/sqlValue.js';
import { findColumn, findTable, quoteName, readSchema, type TableInfo } from '../../store/schema/readSchema.js';
import type {
  ChangedSuppressions,
  ListedSuppression,
  SuppressionChange,
  SuppressionsPage,
  SuppressionsRequest,
  SuppressionTexts,
} from '../protocol/suppressions.js';
import { askDatabase, changedCopy } from './changedCopy.js';

// A table `suppressions` is changed row by row. A view is not: it stays, under the name `VIEW_BEFORE`, and `suppressions` becomes a
// view of it and of a table `ADDED`, whose rows come first and so count before those of the view (Rules 2).

const SUPPRESSIONS = 'suppressions';
const ADDED = 'suppressions_added';
const VIEW_BEFORE = 'suppressions_before';
/** Names of campaign types that scopes can be made of. */
const MOST_CAMPAIGNS = 50;

/** Where suppressions lie. */
interface Places {
  readonly source: SuppressionsPage['source'];
  /** The table whose rows can be changed. */
  readonly own: TableInfo | null;
  /** What stays as it is. */
  readonly rest: TableInfo | null;
}

function placesOf(connection: Connection): Places {
  const schema = readSchema(connection);
  const found = findTable(schema, SUPPRESSIONS);
  const [added, before] = [findTable(schema, ADDED), findTable(schema, VIEW_BEFORE)];
  if (found === null) return { source: 'none', own: null, rest: null };
  if (found.kind === 'view') {
    // They would be lost with the view that another one takes the place of.
    if (added === null && hasTriggers(connection, found.name)) return { source: 'fixed', own: null, rest: found };
    return added !== null && before !== null
      ? { source: 'view', own: added, rest: before }
      : { source: 'view', own: null, rest: found };
  }
  const isPlain = found.kind === 'table' && !found.isWithoutRowid;
  return isPlain ? { source: 'table', own: found, rest: null } : { source: 'fixed', own: null, rest: found };
}

function hasTriggers(connection: Connection, table: string): boolean {
  const sql = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?)";
  for (const [count] of connection.query(sql, [table])) return Number(count) > 0;
  return false;
}

/** The columns of a table in the order of the rulebook, NULL for those it lacks. */
function columnList(table: TableInfo): string {
  return SUPPRESSION_COLUMNS.map((name) => {
    const column = findColumn(table, name);
    return column === null ? 'NULL' : quoteName(column.name);
  }).join(', ');
}

function textOf(value: SqlValue): string | null {
  return value === null ? null : value instanceof Uint8Array ? `${value.length} bytes` : String(value);
}

function rowOf([rowid, ...values]: readonly SqlValue[]): ListedSuppression {
  const texts = SUPPRESSION_COLUMNS.map((name, i) => [name, textOf(values[i])] as const);
  const number = Number(rowid);
  const isKnown = rowid !== null && Number.isSafeInteger(number);
  return { ...(Object.fromEntries(texts) as SuppressionTexts), rowid: isKnown ? number : null };
}

/** One table's rows that hold a text, and how many there are of each. */
class Listing {
  readonly #from: string;
  readonly #columns: string;
  readonly #isHeld: string;

  constructor(
    private readonly connection: Connection,
    table: TableInfo,
    private readonly text: string,
    private readonly hasRowids: boolean,
  ) {
    this.#from = quoteName(table.name);
    this.#columns = columnList(table);
    const all = this.#columns.split(', ').map((column) => `coalesce(${column}, '')`);
    this.#isHeld = `?1 = '' OR instr(lower(${all.join(" || ' ' || ")}), lower(?1)) > 0`;
  }

  count(): number {
    return this.#number(`SELECT count(*) FROM ${this.#from}`, []);
  }

  foundCount(): number {
    return this.#number(`SELECT count(*) FROM ${this.#from} WHERE ${this.#isHeld}`, [this.text]);
  }

  rows(start: number, end: number): ListedSuppression[] {
    if (end <= start) return [];
    const [rowid, order] = this.hasRowids ? ['rowid', 'ORDER BY rowid DESC'] : ['NULL', ''];
    const sql = `SELECT ${rowid}, ${this.#columns} FROM ${this.#from} WHERE ${this.#isHeld} ${order} LIMIT ?2 OFFSET ?3`;
    return Array.from(this.connection.query(sql, [this.text, end - start, start]), rowOf);
  }

  #number(sql: string, values: readonly SqlValue[]): number {
    for (const [count] of this.connection.query(sql, values)) return Number(count);
    return 0;
  }
}

function campaignNames(connection: Connection): string[] {
  const table = findTable(readSchema(connection), 'campaign_types');
  const name = table === null ? null : findColumn(table, 'name');
  if (table === null || name === null) return [];
  const column = quoteName(name.name);
  const sql = `SELECT DISTINCT trim(${column}) FROM ${quoteName(table.name)} WHERE ${column} IS NOT NULL LIMIT ${MOST_CAMPAIGNS}`;
  return Array.from(connection.query(sql), ([value]) => String(value)).filter((value) => !/^$|,/.test(value));
}

/** Lists suppressions of a database, page by page. @throws SendplanError when the database cannot be read */
export function listSuppressions({ database, text, start, end }: SuppressionsRequest): Promise<SuppressionsPage> {
  return askDatabase(database, (connection) => {
    const { source, own, rest } = placesOf(connection);
    const lists = [
      ...(own === null ? [] : [new Listing(connection, own, text.trim(), true)]),
      ...(rest === null ? [] : [new Listing(connection, rest, text.trim(), false)]),
    ];
    const rows: ListedSuppression[] = [];
    let [count, foundCount] = [0, 0];
    for (const list of lists) {
      const found = list.foundCount();
      rows.push(...list.rows(Math.max(0, start - foundCount), Math.min(found, end - foundCount)));
      count += text.trim() === '' ? found : list.count();
      foundCount += found;
    }
    return { source, count, foundCount, rows, campaigns: campaignNames(connection) };
  });
}

/** The text of a view behind its name. `CREATE VIEW` and the name are as SQLite keeps them: a word, or quoted in one of four ways. */
const VIEW_NAME = /^CREATE VIEW\s+("(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[^\s"'`[(]+)/i;

/** Gives the view of suppressions another name, and makes a view of it and of rows that can be changed in its place. */
function makeRoomBesideView(connection: Connection, view: TableInfo): void {
  const names = SUPPRESSION_COLUMNS.map(quoteName).join(', ');
  let sql = '';
  for (const [text] of connection.query('SELECT sql FROM sqlite_master WHERE type = ? AND name = ?', [
    'view',
    view.name,
  ])) {
    sql = String(text);
  }
  const moved = sql.replace(VIEW_NAME, () => `CREATE VIEW ${VIEW_BEFORE}`);
  connection.execute(`BEGIN;
    DROP VIEW ${SUPPRESSIONS};
    ${moved}
    ;
    CREATE TABLE ${ADDED} (${names});
    CREATE VIEW ${SUPPRESSIONS} AS
      SELECT ${names} FROM ${ADDED} UNION ALL SELECT ${columnList(view)} FROM ${VIEW_BEFORE};
    COMMIT`);
}

/** The table that rows are added to, with all columns; made when it is not there. @throws SendplanError `unsupported_schema` */
function requireOwnTable(connection: Connection): TableInfo {
  const { source, own, rest } = placesOf(connection);
  if (source === 'fixed') {
    throw new SendplanError('unsupported_schema', 'The suppressions of this database cannot be changed here.');
  }
  if (source === 'none') connection.execute(`CREATE TABLE ${SUPPRESSIONS} (${SUPPRESSION_COLUMNS.join(', ')})`);
  if (own === null && rest !== null) makeRoomBesideView(connection, rest);
  const table = own ?? placesOf(connection).own;
  if (table === null) throw new SendplanError('unsupported_schema', 'Suppressions cannot be added to this database.');
  const missing = SUPPRESSION_COLUMNS.filter((name) => findColumn(table, name) === null);
  for (const name of missing) connection.execute(`ALTER TABLE ${quoteName(table.name)} ADD COLUMN ${name}`);
  return table;
}

function valueIn(name: keyof SuppressionTexts, row: SuppressionTexts): SqlValue {
  return name === 'contact_id' ? (readSuppressedId(row.contact_id) ?? row.contact_id) : row[name];
}

function statementOf(table: string, change: SuppressionChange): { readonly sql: string; readonly values: SqlValue[] } {
  const columns: readonly string[] = SUPPRESSION_COLUMNS;
  const valuesOf = (row: SuppressionTexts) => SUPPRESSION_COLUMNS.map((name) => valueIn(name, row));
  switch (change.kind) {
    case 'add': {
      const marks = columns.map(() => '?').join(', ');
      return { sql: `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`, values: valuesOf(change.row) };
    }
    case 'change': {
      const set = columns.map((name) => `${name} = ?`).join(', ');
      return { sql: `UPDATE ${table} SET ${set} WHERE rowid = ?`, values: [...valuesOf(change.row), change.rowid] };
    }
    case 'remove':
      return { sql: `DELETE FROM ${table} WHERE rowid = ?`, values: [change.rowid] };
  }
}

function applyChange(connection: Connection, change: SuppressionChange): void {
  const { sql, values } = statementOf(quoteName(requireOwnTable(connection).name), change);
  const statement = connection.prepare(sql);
  try {
    statement.run(values);
  } finally {
    statement.close();
  }
}

/** How many contacts a suppression is for; null when contacts cannot be read. */
function contactCount(connection: Connection, row: SuppressionTexts): number | null {
  const table = findTable(readSchema(connection), 'contacts');
  const [id, email] = ['id', 'email'].map((name) => (table === null ? null : findColumn(table, name)));
  if (table === null || id == null || email == null) return null;
  const sql = `SELECT count(*) FROM ${quoteName(table.name)} WHERE ${quoteName(id.name)} = ?1 OR lower(trim(${quoteName(email.name)})) = ?2`;
  const values = [readSuppressedId(row.contact_id), comparedEmail(row.email)];
  for (const [count] of connection.query(sql, values)) return Number(count);
  return null;
}

/**
 * A copy of a database with one suppression more, less or changed.
 *
 * @throws SendplanError `unsupported_schema` or `database_error` when the database does not take it
 */
export async function changeSuppressions(database: Blob, change: SuppressionChange): Promise<ChangedSuppressions> {
  let contacts: number | null = null;
  const copy = await changedCopy(database, (connection) => {
    applyChange(connection, change);
    if (change.kind !== 'remove') contacts = contactCount(connection, change.row);
  });
  return { database: copy, contacts };
}
