import Database from 'libsql';
import { calendarDays, SUBSET, SUBSET_RULES } from './subset.js';

/** A SQLite database opened by the native driver. */
export type NativeDatabase = Database.Database;

const CACHE_KIBIBYTES = 262_144;

/** Opens a file with a large cache and threads for sorting; durability is SQLite's default, as for everybody who cares for the data. */
export function openNative(path: string): NativeDatabase {
  const database = new Database(path);
  database.exec(`PRAGMA cache_size = -${CACHE_KIBIBYTES}; PRAGMA temp_store = MEMORY; PRAGMA threads = 4`);
  return database;
}

/** Makes the small tables of the subset for as long as the database is open. */
export function makeSmallTables(database: NativeDatabase): void {
  database.exec(`
    CREATE TEMP TABLE state_rules (state TEXT PRIMARY KEY, kind TEXT, lead_days INTEGER, tail_days INTEGER, month_start INTEGER);
    CREATE TEMP TABLE calendar (day INTEGER PRIMARY KEY, iso TEXT, year INTEGER, month INTEGER, day_of_month INTEGER)`);
  const rule = database.prepare('INSERT INTO state_rules VALUES (?, ?, ?, ?, ?)');
  for (const { state, kind, leadDays, tailDays, startsWithMonth } of SUBSET_RULES) {
    rule.run(state, kind, leadDays, tailDays, startsWithMonth ? 1 : 0);
  }
  const day = database.prepare('INSERT INTO calendar VALUES (?, ?, ?, ?, ?)');
  for (const made of calendarDays()) day.run(made.day, made.text, made.year, made.month, made.dayOfMonth);
}

/** How SQLite says what databases do not say alike. */
export const SQLITE_DIALECT = { dayOf: (text: string) => `unixepoch(${text}) / 86400` };

/** The columns of `subsetSelect`, for `insertColumns`. */
export const SELECTED = {
  ...{ contactId: 'contact_id', type: 'email_type', date: 'send_date', skipReason: 'skip_reason' },
  ...{ priority: 'priority', year: 'event_year', month: 'event_month', day: 'event_day' },
} as const;

/** Drops the indexes of `email_schedules`, which are cheaper to build than to keep; returns how to make them again. */
export function dropScheduleIndexes(database: NativeDatabase): string[] {
  const found = database
    .prepare(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'email_schedules' AND sql IS NOT NULL`,
    )
    .all() as { name: string; sql: string }[];
  for (const { name } of found) database.exec(`DROP INDEX "${name}"`);
  return found.map(({ sql }) => sql);
}

/** The columns of a row that are the same for all, as SQL, and the placeholders or columns of the others. */
export function insertColumns(row: {
  readonly contactId: string;
  readonly type: string;
  readonly date: string;
  readonly skipReason: string;
  readonly priority: string;
  readonly year: string;
  readonly month: string;
  readonly day: string;
}): { readonly names: string; readonly values: string } {
  const values: Readonly<Record<string, string>> = {
    contact_id: row.contactId,
    email_type: row.type,
    planned_send_date: row.date,
    scheduled_send_date: row.date,
    scheduled_send_time: `'${SUBSET.sendTime}'`,
    status: `CASE WHEN ${row.skipReason} IS NULL THEN 'pre-scheduled' ELSE 'skipped' END`,
    skip_reason: row.skipReason,
    priority: row.priority,
    email_template: row.type,
    scheduler_run_id: `'bench-run'`,
    event_year: row.year,
    event_month: row.month,
    event_day: row.day,
    created_at: `'${SUBSET.todayText} 00:00:00'`,
    updated_at: `'${SUBSET.todayText} 00:00:00'`,
  };
  return { names: Object.keys(values).join(', '), values: Object.values(values).join(', ') };
}
