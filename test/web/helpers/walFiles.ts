import { spawnSync } from 'node:child_process';

const CONTACTS =
  'CREATE TABLE contacts (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, email TEXT, state TEXT, zip_code TEXT, birth_date TEXT, effective_date TEXT);';

/** SQL that adds contacts with ids from `first` on. */
export function addContacts(first: number, count: number): string {
  return `WITH RECURSIVE n(i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${first + count})
    INSERT INTO contacts SELECT i, 'A', 'B', 'a' || i || '@example.org', 'TX', '75001', '1950-06-30', NULL FROM n;`;
}

/**
 * Makes a database in WAL mode with frames left in its log: the program `sqlite3` has it open while both files are copied.
 *
 * @param folder where `live.db` is made, and `copy.db` and `copy.db-wal` come to lie
 * @param sql what is done once the table of contacts is there and the log empty
 */
export function makeWalFiles(folder: string, sql: string): { readonly database: string; readonly log: string } {
  const [live, database] = [`${folder}/live.db`, `${folder}/copy.db`];
  const script = [
    `.shell rm -f ${live} ${live}-wal ${live}-shm ${database} ${database}-wal ${database}-shm`,
    `.open ${live}`,
    'PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;',
    CONTACTS,
    addContacts(1, 2000),
    'PRAGMA wal_checkpoint(TRUNCATE);',
    sql,
    `.shell cp ${live} ${database} && cp ${live}-wal ${database}-wal`,
  ].join('\n');
  const { status, stderr } = spawnSync('sqlite3', [], { input: `.bail on\n${script}\n`, encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(stderr);
  return { database, log: `${database}-wal` };
}
