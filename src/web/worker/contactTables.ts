import { SendplanError } from '../../errors.js';
import type { Connection } from '../../store/driver/connection.js';
import { alikeColumns } from '../../store/schema/alikeColumns.js';
import {
  type DatabaseSchema,
  findColumn,
  findTable,
  isSameName,
  quoteName,
  readSchema,
  type TableInfo,
} from '../../store/schema/readSchema.js';
import { TABLES } from '../../store/schema/tables.js';
import {
  CONTACT_FIELDS,
  type ContactField,
  type ContactMapping,
  type ContactsLook,
  type ContactTable,
} from '../protocol/contactColumns.js';
import { changedCopy } from './changedCopy.js';
import { shownValue } from './shownValue.js';

const CONTACTS = 'contacts';
const FIELDS = Object.keys(CONTACT_FIELDS) as ContactField[];
/** Older names of columns, which are read as well. */
const OLDER_NAMES: Readonly<Partial<Record<ContactField, string>>> = {
  birth_date: 'birthday',
  carrier: 'current_carrier',
};
const MOST_SAMPLES = 3;
const MOST_TABLES = 50;

function ownColumn(table: TableInfo, field: ContactField): string | null {
  const older = OLDER_NAMES[field];
  return (findColumn(table, field) ?? (older === undefined ? null : findColumn(table, older)))?.name ?? null;
}

function suggestedColumns(table: TableInfo): ContactTable['suggested'] {
  const alike = alikeColumns(table);
  const columns = FIELDS.map((field) => [
    field,
    ownColumn(table, field) ?? alike.find(({ meant }) => meant === field)?.column ?? null,
  ]);
  return Object.fromEntries(columns.filter(([, column]) => column !== null));
}

function samplesOf(connection: Connection, { name, columns }: TableInfo): string[][] {
  const names = columns.map((column) => quoteName(column.name)).join(', ');
  const rows = connection.query(`SELECT ${names} FROM ${quoteName(name)} LIMIT ${MOST_SAMPLES}`);
  return Array.from(rows, (row) =>
    row.map((value) => shownValue(typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value).text),
  );
}

/** Looks where the contacts of a database are, and whether somebody has to say. */
export function lookForContacts(connection: Connection, schema: DatabaseSchema): ContactsLook {
  const contacts = findTable(schema, CONTACTS);
  const isOwn = (name: string) => Object.keys(TABLES).some((own) => isSameName(own, name));
  const others = schema.tables.filter(
    ({ name, kind, columns }) => kind !== 'shadow' && !name.startsWith('sqlite_') && !isOwn(name) && columns.length > 1,
  );
  const found = (contacts === null ? others : [contacts]).map((table) => ({
    table,
    suggested: suggestedColumns(table),
  }));
  const likeliest = found
    .sort((a, b) => Object.keys(b.suggested).length - Object.keys(a.suggested).length)
    .slice(0, MOST_TABLES);
  const isLacking =
    contacts !== null &&
    (alikeColumns(contacts).length > 0 || !ownColumn(contacts, 'id') || !ownColumn(contacts, 'email'));
  return {
    tables: likeliest.map(({ table, suggested }) => ({
      name: table.name,
      columns: table.columns.map(({ name }) => name),
      suggested,
      samples: samplesOf(connection, table),
    })),
    isAsked: (contacts === null && likeliest.length > 0) || isLacking,
  };
}

/** The statements that let contacts be read by the names that runs know: a view, or columns of the table that stand for others. */
function mappingSql(schema: DatabaseSchema, { table: name, columns }: ContactMapping): string[] {
  const table = findTable(schema, name);
  if (table === null) throw new SendplanError('missing_table', `There is no table "${name}".`);
  const pairs = FIELDS.flatMap((field) => {
    const column = columns[field];
    return column === undefined ? [] : [[field, column] as const];
  });
  if (!isSameName(table.name, CONTACTS)) {
    const list = pairs.map(([field, column]) => `${quoteName(column)} AS ${quoteName(field)}`).join(', ');
    return [`CREATE VIEW ${CONTACTS} AS SELECT ${list} FROM ${quoteName(table.name)}`];
  }
  const own = (field: ContactField) => ownColumn(table, field);
  const taken = pairs.find(([field, column]) => own(field) !== null && own(field) !== column);
  if (taken !== undefined) {
    const [field, column] = taken;
    throw new SendplanError(
      'unsupported_schema',
      `"contacts" has a column "${own(field)}", so "${column}" cannot stand for it.`,
      {
        hint: 'Leave that field at its own column.',
      },
    );
  }
  return pairs
    .filter(([field]) => own(field) === null)
    .map(
      ([field, column]) =>
        `ALTER TABLE ${CONTACTS} ADD COLUMN ${quoteName(field)} GENERATED ALWAYS AS (${quoteName(column)}) VIRTUAL`,
    );
}

/**
 * A copy of a database whose contacts can be read by the names that runs know.
 *
 * @throws SendplanError when the database cannot be changed so
 */
export async function mapContacts(database: Blob, mapping: ContactMapping): Promise<Blob> {
  return changedCopy(database, (connection) => {
    for (const sql of mappingSql(readSchema(connection), mapping)) connection.execute(sql);
  });
}
