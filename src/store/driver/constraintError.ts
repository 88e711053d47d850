import { SendplanError } from '../../errors.js';

/** What refuses a row, by the beginning of SQLite's message; any other constraint that is broken is a trigger's own. */
const CONSTRAINTS: readonly (readonly [start: RegExp, name: string])[] = [
  [/^CHECK constraint failed/, 'A CHECK constraint'],
  [/^NOT NULL constraint failed/, 'A NOT NULL constraint'],
  [/^FOREIGN KEY constraint failed/, 'A foreign key'],
  [/^(cannot store|datatype mismatch)/, 'The type of a column'],
];

/**
 * The error of a row that the database's own constraints refuse; null for unique indexes, which rows may be refused by (Rules 11).
 *
 * @param message SQLite's own
 * @param statement the beginning of the statement
 */
export function constraintError(message: string, statement: string, cause: unknown): SendplanError | null {
  if (/^UNIQUE constraint failed|^PRIMARY KEY/.test(message)) return null;
  const name = CONSTRAINTS.find(([start]) => start.test(message))?.[1] ?? 'A trigger';
  const table = /^(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "?([\w ]+?)"?(?: |\(|$)/i.exec(statement.trim())?.[1];
  const where = table === undefined ? '' : ` "${table}"`;
  return new SendplanError('database_error', `${name} of the database${where} refuses what a run writes: ${message}.`, {
    hint: `Change it, so that it allows the rows of docs/rules.md, section 11; nothing was written.`,
    cause,
  });
}
