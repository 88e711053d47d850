import { plannedRow } from '../../plan/plannedRows.js';
import { becomesRow, REASON } from '../../plan/reasons.js';
import { RowWriter } from '../../plan/rows.js';
import { kindOfType } from '../../report/charts/series.js';
import type { Connection } from '../../store/driver/connection.js';
import type { SqlValue } from '../../store/format/sqlValue.js';
import { findColumn, findTable, quoteName, readSchema } from '../../store/schema/readSchema.js';
import type { DayEmail, DayEmails, DayRequest, FoundContact, FoundContacts } from '../protocol/protocol.js';
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
  const columns = contactColumns(connection);
  const id = /^[0-9]{1,15}$/.test(wanted) ? Number(wanted) : null;
  const name = `coalesce(${columns.first_name}, '') || ' ' || coalesce(${columns.last_name}, '')`;
  const select = `SELECT ${columns.id}, ${name}, ${columns.email}, ${columns.state} FROM contacts AS c`;
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
  if (id !== null) take(connection.query(`${select} WHERE ${columns.id} = ?`, [id]), () => true);
  const part = folded(wanted);
  if (part !== '') {
    // SQLite's LIKE folds ASCII letters alone.
    take(connection.query(select), (texts) =>
      texts.some((found) => typeof found === 'string' && folded(found).includes(part)),
    );
  }
  return { contacts: contacts.slice(0, MOST_FOUND), isCut: contacts.length > MOST_FOUND };
}

/** The addresses of contacts by id. */
function addressesOf(connection: Connection, ids: readonly number[]): Map<number, string | null> {
  const columns = contactColumns(connection);
  const marks = ids.map(() => '?').join(', ');
  const sql = `SELECT ${columns.id}, ${columns.email} FROM contacts AS c WHERE ${columns.id} IN (${marks})`;
  return new Map(Array.from(connection.query(sql, ids), ([id, email]) => [Number(id), textOrNull(email)]));
}

/** The planned emails of a day, by contact. */
export function emailsOfDay(planned: PlannedDatabase, request: DayRequest): DayEmails {
  const { plan, connection, refused } = planned;
  const { views, count, organization } = plan;
  const isKind = organization.planned.types.map(
    ({ name }) => request.kind === null || request.kind === kindOfType(name),
  );
  const isStatus = (reason: number) =>
    becomesRow(reason) &&
    (request.status === 'any' || (reason === REASON.scheduled) === (request.status === 'pre-scheduled'));
  const candidates: number[] = [];
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (
      views.candidateSend[i] !== request.day ||
      !isStatus(views.candidateReason[i]) ||
      refused.has(i) ||
      !isKind[views.candidateType[i]]
    ) {
      continue;
    }
    if (total >= request.start && total < request.end) candidates.push(i);
    total++;
  }
  const writer = new RowWriter(plan, Math.max(1, candidates.length));
  const rows = candidates.map((candidate) => plannedRow(writer.rows, writer.add(candidate)));
  const addresses =
    rows.length === 0 ? new Map() : addressesOf(connection, [...new Set(rows.map((row) => row.contact_id))]);
  return { total, emails: rows.map((row): DayEmail => ({ ...row, address: addresses.get(row.contact_id) ?? null })) };
}
