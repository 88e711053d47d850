import type { Connection } from '../../store/driver/connection.js';
import type { SqlValue } from '../../store/format/sqlValue.js';
import { findColumn, findTable, quoteName, readSchema } from '../../store/schema/readSchema.js';
import type { FoundContact, FoundContacts } from '../protocol/protocol.js';
import type { PlannedDatabase } from './plannedDatabase.js';

const MOST_FOUND = 20;

/** The columns of contacts that say who somebody is, as expressions; `NULL` where the table has no such column. */
function contactColumns(connection: Connection): Record<'id' | 'first_name' | 'last_name' | 'email' | 'state', string> {
  const table = findTable(readSchema(connection), 'contacts');
  const expression = (name: string) => {
    const column = table === null ? null : findColumn(table, name);
    return column === null ? 'NULL' : `c.${quoteName(column.name)}`;
  };
  return {
    id: expression('id'),
    first_name: expression('first_name'),
    last_name: expression('last_name'),
    email: expression('email'),
    state: expression('state'),
  };
}

/** The beginning of a query for ids, names, addresses and states of contacts, and the column of ids. */
function contactQuery(connection: Connection): { readonly select: string; readonly idColumn: string } {
  const { id, first_name, last_name, email, state } = contactColumns(connection);
  const name = `coalesce(${first_name}, '') || ' ' || coalesce(${last_name}, '')`;
  return { select: `SELECT ${id}, ${name}, ${email}, ${state} FROM contacts AS c`, idColumn: id };
}

/** How many contacts are looked up one by one; of more than these all are read. */
const MOST_LOOKED_UP = 500;

/** Names and addresses of contacts by id. */
export function contactsById(
  connection: Connection,
  ids: ReadonlySet<number>,
): ReadonlyMap<number, Pick<FoundContact, 'name' | 'address'>> {
  const { select, idColumn } = contactQuery(connection);
  const found = new Map<number, Pick<FoundContact, 'name' | 'address'>>();
  const isFew = ids.size <= MOST_LOOKED_UP;
  const marks = Array.from(ids, () => '?').join(', ');
  const rows = isFew
    ? connection.query(`${select} WHERE ${idColumn} IN (${marks})`, [...ids])
    : connection.query(select);
  for (const [id, name, address] of rows) {
    if (ids.has(Number(id))) found.set(Number(id), { name: textOrNull(name), address: textOrNull(address) });
  }
  return found;
}

function textOrNull(value: SqlValue): string | null {
  return typeof value === 'string' ? value.trim() || null : null;
}

/** A text as it is compared: without differences of case, of width and of how accents are put together, in any script. */
function folded(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase();
}

/** Finds contacts by id, which come first, or by a part of their name or address, in any case and script. */
export function findContacts({ connection }: PlannedDatabase, text: string): FoundContacts {
  const wanted = text.trim();
  const id = /^[0-9]{1,15}$/.test(wanted) ? Number(wanted) : null;
  const { select, idColumn } = contactQuery(connection);
  const contacts: FoundContact[] = [];
  const take = (rows: Iterable<SqlValue[]>, isMeant: (texts: readonly SqlValue[]) => boolean) => {
    for (const [contactId, fullName, address, state] of rows) {
      if (!isMeant([fullName, address])) continue;
      if (typeof contactId !== 'number' || contacts.some((found) => found.id === contactId)) continue;
      contacts.push({
        id: contactId,
        name: textOrNull(fullName),
        address: textOrNull(address),
        state: textOrNull(state),
      });
      if (contacts.length > MOST_FOUND) return;
    }
  };
  if (id !== null) take(connection.query(`${select} WHERE ${idColumn} = ?`, [id]), () => true);
  const part = folded(wanted);
  if (part !== '') {
    // SQLite's LIKE folds ASCII letters alone.
    take(connection.query(select), (texts) =>
      texts.some((found) => typeof found === 'string' && folded(found).includes(part)),
    );
  }
  return { contacts: contacts.slice(0, MOST_FOUND), isCut: contacts.length > MOST_FOUND };
}
