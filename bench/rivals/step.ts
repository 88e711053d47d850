// One step of comparing rivals, in a process of its own: `node step.js STEP [DATABASE]`; prints one line of JSON.

import { openSqlJs } from '../../src/store/driver/sqljs.js';
import { planMigration } from '../../src/store/schema/migration.js';
import { readSchema } from '../../src/store/schema/readSchema.js';
import { duckDb } from './duckdb.js';
import { openNative } from './nativeSqlite.js';
import type { Rival } from './rival.js';
import { rowByRow, rowByRowInBatches } from './rowByRow.js';
import { setBasedSqlite } from './setBasedSqlite.js';

const RIVALS: readonly Rival[] = [setBasedSqlite, duckDb, rowByRowInBatches, rowByRow];

/** The rows that a job left behind, in numbers that tell whether two jobs left the same. */
export interface RowsFound {
  readonly rows: number;
  /** Of contact, type, day, status and skip reason of every row, in any order. */
  readonly checksum: string;
  readonly byType: Readonly<Record<string, number>>;
}

/** Gives a generated file every table, column and index that a run adds, so that nobody has to make them while timed. */
async function migrate(path: string): Promise<number> {
  const database = openNative(path);
  const statements = database.prepare('SELECT sql FROM sqlite_master WHERE sql IS NOT NULL').pluck().all() as string[];
  const empty = await openSqlJs(new Uint8Array());
  for (const sql of statements) empty.execute(sql);
  const { steps } = planMigration(empty, readSchema(empty));
  empty.close();
  for (const { sql } of steps) database.exec(sql);
  database.close();
  return steps.length;
}

function dropCampaigns(path: string): void {
  const database = openNative(path);
  const tables = ['campaign_types', 'campaign_instances', 'contact_campaigns'];
  for (const table of tables) database.exec(`DELETE FROM ${table}`);
  database.exec('VACUUM');
  database.close();
}

/** Numbers for texts, the same in every process. */
class TextHashes {
  readonly #hashes = new Map<unknown, number>();

  of(text: unknown): number {
    let hash = this.#hashes.get(text);
    if (hash === undefined) {
      hash = 0x811c9dc5;
      for (const letter of String(text)) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
      this.#hashes.set(text, hash);
    }
    return hash;
  }
}

function findRows(path: string): RowsFound {
  const database = openNative(path);
  const columns = 'contact_id, email_type, scheduled_send_date, status, skip_reason';
  const found = database.prepare(`SELECT ${columns} FROM email_schedules`).raw().iterate();
  const hashes = new TextHashes();
  const byType: Record<string, number> = {};
  let rows = 0;
  let sum = 0n;
  let part = 0;
  for (const [id, ...texts] of found as Iterable<[number, string, string, string, string | null]>) {
    let hash = Math.imul(id, 0x9e3779b1);
    for (const text of texts) hash = Math.imul(hash ^ (hash >>> 15) ^ hashes.of(text), 0x01000193);
    part += hash >>> 0;
    if ((++rows & 0xfffff) === 0) {
      sum += BigInt(part);
      part = 0;
    }
    byType[texts[0]] = (byType[texts[0]] ?? 0) + 1;
  }
  database.close();
  return { rows, checksum: (sum + BigInt(part)).toString(16), byType };
}

const [step, path] = process.argv.slice(2);
const rival = RIVALS.find(({ key }) => key === step);
if (rival !== undefined) process.stdout.write(JSON.stringify(await rival.run(path)));
else if (step === 'migrate') process.stdout.write(JSON.stringify(await migrate(path)));
else if (step === 'dropCampaigns') dropCampaigns(path);
else if (step === 'findRows') process.stdout.write(JSON.stringify(findRows(path)));
else if (step === 'list') {
  process.stdout.write(JSON.stringify(RIVALS.map(({ key, name, largest }) => ({ key, name, largest }))));
} else throw new Error(`unknown step ${step}`);
