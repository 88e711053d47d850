import { type DuckDBConnection, DuckDBDataChunk, DuckDBInstance, INTEGER, VARCHAR } from '@duckdb/node-api';
import { dropScheduleIndexes, insertColumns, type NativeDatabase, openNative } from './nativeSqlite.js';
import { type Rival, StageClock } from './rival.js';
import { subsetSelect } from './select.js';
import { calendarDays, SUBSET_RULES } from './subset.js';

const ROWS_PER_CHUNK = 2048;

async function makeSmallTables(duck: DuckDBConnection): Promise<void> {
  const rules = SUBSET_RULES.map(
    ({ state, kind, leadDays, tailDays, startsWithMonth }) =>
      `('${state}', '${kind}', ${leadDays}, ${tailDays}, ${startsWithMonth ? 1 : 0})`,
  );
  const days = calendarDays().map(
    ({ day, text, year, month, dayOfMonth }) => `(${day}, '${text}', ${year}, ${month}, ${dayOfMonth})`,
  );
  await duck.run(
    `CREATE TABLE state_rules AS FROM (VALUES ${rules.join(', ')}) t(state, kind, lead_days, tail_days, month_start)`,
  );
  await duck.run(`CREATE TABLE calendar AS FROM (VALUES ${days.join(', ')}) t(day, iso, year, month, day_of_month)`);
}

/** Copies the contacts from SQLite, a chunk of columns at a time. */
async function loadContacts(database: NativeDatabase, duck: DuckDBConnection): Promise<void> {
  await duck.run('CREATE TABLE contacts (id INTEGER, state VARCHAR, birth_date VARCHAR, effective_date VARCHAR)');
  const appender = await duck.createAppender('contacts');
  const types = [INTEGER, VARCHAR, VARCHAR, VARCHAR];
  const rows = database.prepare('SELECT id, state, birth_date, effective_date FROM contacts').raw().iterate();
  let batch: (string | number | null)[][] = [];
  const flush = () => {
    const chunk = DuckDBDataChunk.create(types, batch.length);
    chunk.setRows(batch);
    appender.appendDataChunk(chunk);
    batch = [];
  };
  for (const row of rows) {
    batch.push(row as (string | number | null)[]);
    if (batch.length === ROWS_PER_CHUNK) flush();
  }
  if (batch.length > 0) flush();
  appender.closeSync();
}

/** Hands the emails over to SQLite, by a prepared statement in one transaction, and builds the indexes after it. */
async function writeEmails(database: NativeDatabase, duck: DuckDBConnection, clock: StageClock): Promise<void> {
  database.exec('BEGIN IMMEDIATE');
  const indexes = dropScheduleIndexes(database);
  const { names, values } = insertColumns({
    contactId: '?1',
    type: '?2',
    date: '?3',
    skipReason: '?4',
    priority: '?5',
    year: '?6',
    month: '?7',
    day: '?8',
  });
  const insert = database.prepare(`INSERT INTO email_schedules (${names}) VALUES (${values})`);
  const result = await duck.stream('FROM emails');
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const row of chunk.getRows()) insert.run(...row);
  }
  clock.lap('insert');
  for (const sql of indexes) database.exec(sql);
  clock.lap('indexes');
  database.exec('COMMIT');
}

/**
 * The same SELECT in DuckDB, on all cores, in memory. DuckDB's own SQLite extension has to be downloaded when it is used,
 * so contacts and emails pass through Node between the two: judge DuckDB itself by the stage `compute`.
 */
export const duckDb: Rival = {
  key: 'duckdb',
  name: 'the same SELECT in DuckDB, SQLite in and out',
  largest: null,
  run: async (path) => {
    const clock = new StageClock();
    const database = openNative(path);
    const duck = await (await DuckDBInstance.create(':memory:')).connect();
    await makeSmallTables(duck);
    clock.lap('open');
    await loadContacts(database, duck);
    clock.lap('load');
    const dayOf = (text: string) => `(CAST(${text} AS DATE) - DATE '1970-01-01')`;
    await duck.run(`CREATE TABLE emails AS ${subsetSelect({ dayOf })}`);
    clock.lap('compute');
    // BIGINT would come as bigint values, one object each.
    const small = ['contact_id', 'priority', 'event_year', 'event_month', 'event_day'];
    for (const name of small) await duck.run(`ALTER TABLE emails ALTER ${name} TYPE INTEGER`);
    await writeEmails(database, duck, clock);
    database.close();
    duck.closeSync();
    clock.lap('commit');
    return clock.seconds;
  },
};
