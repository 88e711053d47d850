import { readdirSync, readFileSync } from 'node:fs';
import initSqlJs, { type Database } from 'sql.js';
import type { ConfigInput } from '../../src/rules/config.js';
import type { PlannedRow } from '../../src/rules/records.js';
import { COMPARED_COLUMNS } from '../../src/testing/rows.js';

const FOLDER = new URL('../fixtures/golden/', import.meta.url);

/** The columns of `expected.csv`, in its order. */
export const GOLDEN_COLUMNS = COMPARED_COLUMNS;

/** A row that a run must leave behind, every value as text and null for NULL. */
export type GoldenRow = Readonly<Record<(typeof GOLDEN_COLUMNS)[number], string | null>>;

/** A small database and the rows that a run on it must leave behind. */
export interface GoldenCase {
  readonly name: string;
  readonly about: string;
  readonly asOf: string;
  readonly config: ConfigInput;
  readonly inputSql: string;
  readonly expected: readonly GoldenRow[];
}

/** The golden cases by name, read from `test/fixtures/golden`. */
export function goldenCases(): GoldenCase[] {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => readCase(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readCase(name: string): GoldenCase {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, FOLDER), 'utf8');
  const { as_of: asOf, config, about } = JSON.parse(read('case.json'));
  return { name, about, asOf, config, inputSql: read('input.sql'), expected: parseExpected(read('expected.csv')) };
}

/** Reads the text of an `expected.csv`; its fields hold no commas and no quotes, and anything else is an error. */
export function parseExpected(csv: string): GoldenRow[] {
  const [header, ...lines] = csv.trimEnd().split(/\r?\n/);
  if (header !== GOLDEN_COLUMNS.join(',')) throw new Error(`unexpected header of expected.csv: ${header}`);
  return lines.map((line) => {
    const fields = line.split(',');
    if (line.includes('"') || fields.length !== GOLDEN_COLUMNS.length) {
      throw new Error(`this line of expected.csv is not plain: ${line}`);
    }
    return Object.fromEntries(GOLDEN_COLUMNS.map((column, i) => [column, fields[i] || null])) as GoldenRow;
  });
}

/** A planned row with the columns and the text values of `expected.csv`. */
export function goldenRow(row: PlannedRow): GoldenRow {
  const fields = GOLDEN_COLUMNS.map((column) => [column, row[column] === null ? null : String(row[column])]);
  return Object.fromEntries(fields) as GoldenRow;
}

/** The database that a case's `input.sql` makes, in memory; the caller closes it. */
export async function openCase(goldenCase: GoldenCase): Promise<Database> {
  const { Database } = await initSqlJs();
  const database = new Database();
  database.exec(goldenCase.inputSql);
  return database;
}
