import { openNative } from '../rivals/nativeSqlite.js';
import { StageClock, type StageSeconds } from '../rivals/rival.js';

/** Finds what a night of sendplan changed, as the tables `gone` and `written` of a file of its own. */
export function findChanges(before: string, after: string, changes: string): { gone: number; written: number } {
  const database = openNative(changes);
  database.prepare('ATTACH ? AS old').run(before);
  database.prepare('ATTACH ? AS new').run(after);
  database.exec(`
    CREATE TABLE gone AS SELECT id FROM old.email_schedules WHERE id NOT IN (SELECT id FROM new.email_schedules);
    CREATE TABLE written AS SELECT * FROM new.email_schedules WHERE scheduler_run_id NOT IN
      (SELECT scheduler_run_id FROM old.email_schedules WHERE scheduler_run_id IS NOT NULL)`);
  const count = (table: string) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().all()[0] as number;
  const found = { gone: count('gone'), written: count('written') };
  database.close();
  return found;
}

/** Native SQLite, told what changes: those rows deleted and upserted by prepared statements, one transaction. Finding them out costs it nothing. */
export function upsertChanges(path: string, changes: string): StageSeconds {
  const clock = new StageClock();
  const source = openNative(changes);
  const database = openNative(path);
  const ids = source.prepare('SELECT id FROM gone ORDER BY id').pluck().all() as number[];
  const statement = source.prepare('SELECT * FROM written ORDER BY id');
  const names = statement.columns().map(({ name }) => name);
  const rows = statement.raw().all() as unknown[][];
  clock.lap('open');
  database.exec('BEGIN IMMEDIATE');
  const remove = database.prepare('DELETE FROM email_schedules WHERE id = ?');
  for (const id of ids) remove.run(id);
  const changed = names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`);
  const upsert = database.prepare(
    `INSERT INTO email_schedules (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
     ON CONFLICT (id) DO UPDATE SET ${changed.join(', ')}`,
  );
  for (const row of rows) upsert.run(...row);
  clock.lap('write');
  database.exec('COMMIT');
  database.close();
  source.close();
  clock.lap('commit');
  return clock.seconds;
}
