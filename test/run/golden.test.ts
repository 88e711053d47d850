import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import initSqlJs, { type Database, type SqlValue } from 'sql.js';
import { afterAll, describe, expect, test } from 'vitest';
import { runFile } from '../../src/node.js';
import { databaseImage, hasSqlite3, integrityOf } from '../helpers/databases.js';
import { GOLDEN_COLUMNS, type GoldenRow, goldenCases } from '../helpers/golden.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-golden-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { Database: SqlDatabase } = await initSqlJs();

async function withFile<Result>(path: string, use: (database: Database) => Result): Promise<Result> {
  const database = new SqlDatabase(readFileSync(path));
  try {
    return use(database);
  } finally {
    database.close();
  }
}

function select(database: Database, sql: string): SqlValue[][] {
  return database.exec(sql)[0]?.values ?? [];
}

const IS_OWNED = `status IN ('pre-scheduled', 'skipped')`;

function ownedRows(database: Database): GoldenRow[] {
  const order = 'contact_id, email_type, scheduled_send_date';
  const sql = `SELECT ${GOLDEN_COLUMNS.join(', ')} FROM email_schedules WHERE ${IS_OWNED} ORDER BY ${order}`;
  return select(database, sql).map((row) => {
    const fields = GOLDEN_COLUMNS.map((column, i) => [column, row[i] === null ? null : String(row[i])]);
    return Object.fromEntries(fields) as GoldenRow;
  });
}

/** The columns of every table that a run must leave as it is, by table. */
function foreignColumns(database: Database): Map<string, string[]> {
  const ours = (name: string) =>
    name.startsWith('scheduler_') || name === 'config_versions' || name.startsWith('sqlite_');
  const names = select(database, `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')`).map(([name]) =>
    String(name),
  );
  const columnsOf = (name: string) =>
    select(database, `SELECT name FROM pragma_table_info('${name}')`).map(([column]) => String(column));
  return new Map(names.filter((name) => !ours(name)).map((name) => [name, columnsOf(name)]));
}

/** Every row that a run must not touch, by table, in the columns that were there before it. */
function foreignRows(
  database: Database,
  columns: ReadonlyMap<string, readonly string[]>,
): Record<string, SqlValue[][]> {
  const tables = [...columns].map(([table, names]) => {
    const where = table === 'email_schedules' ? `WHERE NOT coalesce(${IS_OWNED}, 0)` : '';
    return [
      table,
      select(
        database,
        `SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM "${table}" ${where} ORDER BY ${names.map((_, i) => i + 1).join(', ')}`,
      ),
    ];
  });
  return Object.fromEntries(tables);
}

/** The statements that made what was there before a run, but for the table that gets the columns it lacks. */
function definitions(database: Database, names: readonly SqlValue[]): SqlValue[][] {
  const all = select(database, `SELECT name, sql FROM sqlite_schema WHERE name <> 'email_schedules' ORDER BY name`);
  return all.filter(([name]) => names.includes(name));
}

describe.each(goldenCases().map((one) => [one.name, one] as const))('the golden case %s', (name, golden) => {
  const input = join(folder, `${name}.sqlite3`);
  const output = join(folder, `${name}.out.sqlite3`);

  test('is planned as expected into another file, and then nothing changes', async () => {
    const image = await databaseImage(golden.inputSql);
    writeFileSync(input, image);
    const report = await runFile(input, { asOf: golden.asOf, config: golden.config, outPath: output });
    expect(Buffer.compare(readFileSync(input), image)).toBe(0);
    expect(await withFile(output, ownedRows)).toEqual(golden.expected);
    expect(report.rows.total).toBe(golden.expected.length);

    const before = await withFile(input, (database) => {
      const columns = foreignColumns(database);
      const names = select(database, 'SELECT name FROM sqlite_schema').flat();
      return { columns, names, rows: foreignRows(database, columns), definitions: definitions(database, names) };
    });
    const after = await withFile(output, (database) => ({
      rows: foreignRows(database, before.columns),
      definitions: definitions(database, before.names),
    }));
    expect(after).toEqual({ rows: before.rows, definitions: before.definitions });

    const written = readFileSync(output);
    const again = await runFile(output, { asOf: golden.asOf, config: golden.config });
    expect(again.outcome).toBe('unchanged');
    expect(again.changes).toMatchObject({ kept: golden.expected.length, added: 0, changed: 0, removed: 0 });
    expect(Buffer.compare(readFileSync(output), written)).toBe(0);
  });

  test('is planned the same in place', async () => {
    const path = join(folder, `${name}.place.sqlite3`);
    writeFileSync(path, await databaseImage(golden.inputSql));
    await runFile(path, { asOf: golden.asOf, config: golden.config });
    expect(await withFile(path, ownedRows)).toEqual(golden.expected);
    expect(existsSync(`${path}-journal`)).toBe(false);
  });

  test.runIf(hasSqlite3)("leaves a file that the system's sqlite3 calls sound", () => {
    expect(integrityOf(output)).toBe('ok');
  });
});
