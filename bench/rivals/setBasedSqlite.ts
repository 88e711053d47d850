import {
  dropScheduleIndexes,
  insertColumns,
  makeSmallTables,
  openNative,
  SELECTED,
  SQLITE_DIALECT,
} from './nativeSqlite.js';
import { type Rival, StageClock, type StageSeconds } from './rival.js';
import { subsetSelect } from './select.js';
import { SUBSET, type SubsetDay } from './subset.js';

/**
 * Set-based SQL in native SQLite: the owned rows deleted, those of the day inserted by one INSERT ... SELECT, the indexes built after
 * it, one transaction.
 */
export function replaceBySelect(path: string, day: SubsetDay): StageSeconds {
  const clock = new StageClock();
  const database = openNative(path);
  makeSmallTables(database);
  clock.lap('open');
  database.exec('BEGIN IMMEDIATE');
  const indexes = dropScheduleIndexes(database);
  const owned = `DELETE FROM email_schedules WHERE status IN ('pre-scheduled', 'skipped')`;
  if (database.prepare(owned).run().changes > 0) clock.lap('delete');
  const { names, values } = insertColumns(SELECTED);
  const select = subsetSelect(SQLITE_DIALECT, day);
  database.exec(`INSERT INTO email_schedules (${names}) SELECT ${values} FROM (${select})`);
  clock.lap('insert');
  for (const sql of indexes) database.exec(sql);
  clock.lap('indexes');
  database.exec('COMMIT');
  database.close();
  clock.lap('commit');
  return clock.seconds;
}

/** A first run by set-based SQL, over a table that is empty. */
export const setBasedSqlite: Rival = {
  key: 'sqlite',
  name: 'set-based SQL in SQLite',
  largest: null,
  run: async (path) => replaceBySelect(path, SUBSET),
};
