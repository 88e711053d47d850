import { spawnSync } from 'node:child_process';

/** Has the system's own `sqlite3` run a script over a database, and returns what it prints. @throws Error with what it says when it fails */
export function sqlite3(path: string, sql: string): string {
  const { status, stdout, stderr } = spawnSync('sqlite3', [path], { input: sql, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
