import { spawnSync } from 'node:child_process';

const MOST_OUTPUT_BYTES = 256 * 1024 * 1024;

/** What the system's own `sqlite3` says to SQL or a dot command on a file. @throws Error when it fails */
export function ask(path: string, ...statements: string[]): string {
  const { status, stdout, stderr } = spawnSync('sqlite3', ['-bail', path, ...statements], {
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  if (status !== 0) throw new Error(`sqlite3 ${path} ${statements.join(' ').slice(0, 200)}: ${stderr}`);
  return stdout;
}

/** What is damaged of a file; empty when nothing. */
export function damageOf(path: string): string[] {
  const { stdout, stderr } = spawnSync('sqlite3', [path, 'PRAGMA integrity_check'], { encoding: 'utf8' });
  return stdout.trim() === 'ok' ? [] : [`the file is damaged: ${`${stdout}${stderr}`.slice(0, 500)}`];
}

/** Tells whether a program is there. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version']).status === 0;
}

/** What is missing without a `sqlite3`, else null. */
export function missingSqlite3(): string | null {
  return hasProgram('sqlite3') ? null : 'the program sqlite3 is not installed (apt-get install sqlite3)';
}

/** The tables that runs do not write to, as SQL, without the indexes that a run adds. */
export function othersOf(path: string): string {
  const names = ask(path, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1`)
    .split('\n')
    .filter((name) => name !== '' && name !== 'email_schedules' && !/^(scheduler|config)_/.test(name));
  return ask(path, ...names.map((name) => `.dump '${name}'`)).replace(/^CREATE INDEX .*\n/gm, '');
}

const COLUMNS = [
  ...['contact_id', 'email_type', 'planned_send_date', 'scheduled_send_date', 'scheduled_send_time', 'status'],
  ...['skip_reason', 'priority', 'campaign_instance_id', 'email_template', 'sms_template'],
  ...['event_year', 'event_month', 'event_day', 'metadata', 'actual_send_datetime'],
];

/** Every row of `email_schedules` less what tells runs apart, in one order; empty without that table. */
export function schedulesOf(path: string): string[] {
  if (ask(path, `SELECT 1 FROM sqlite_schema WHERE name = 'email_schedules'`) === '') return [];
  const found = new Set(ask(path, `SELECT name FROM pragma_table_info('email_schedules')`).split('\n'));
  const columns = COLUMNS.filter((column) => found.has(column));
  const sql = `SELECT ${columns.map((column) => `quote(${column})`).join(` || ' ' || `)} FROM email_schedules ORDER BY 1`;
  return ask(path, sql).split('\n').slice(0, -1);
}

/** Everything, as SQL: with ids, run ids and times. */
export function dumpOf(path: string): string {
  return ask(path, '.dump');
}
