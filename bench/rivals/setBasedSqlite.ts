import {
  dropScheduleIndexes,
  insertColumns,
  makeSmallTables,
  openNative,
  SELECTED,
  SQLITE_DIALECT,
} from './nativeSqlite.js';
import { type Rival, StageClock } from './rival.js';
import { subsetSelect } from './select.js';

/** Set-based SQL in native SQLite: one INSERT ... SELECT, the indexes built after it, one transaction. */
export const setBasedSqlite: Rival = {
  key: 'sqlite',
  name: 'set-based SQL in SQLite',
  largest: null,
  run: async (path) => {
    const clock = new StageClock();
    const database = openNative(path);
    makeSmallTables(database);
    clock.lap('open');
    database.exec('BEGIN IMMEDIATE');
    const indexes = dropScheduleIndexes(database);
    const { names, values } = insertColumns(SELECTED);
    const select = subsetSelect(SQLITE_DIALECT);
    database.exec(`INSERT INTO email_schedules (${names}) SELECT ${values} FROM (${select})`);
    clock.lap('insert');
    for (const sql of indexes) database.exec(sql);
    clock.lap('indexes');
    database.exec('COMMIT');
    database.close();
    clock.lap('commit');
    return clock.seconds;
  },
};
