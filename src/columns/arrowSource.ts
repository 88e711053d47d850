import type { Table } from 'apache-arrow';
import { SendplanError } from '../errors.js';
import { fieldReader } from './arrowReaders.js';
import type { OrganizationSource, RowSource } from './source.js';

/**
 * An organization's tables as Arrow tables, with the columns that databases have. Columns are read by their type:
 *
 * | Arrow type | read as |
 * |---|---|
 * | Int8 to Int64, Uint8 to Uint64, Float16 to Float64 | the number |
 * | Decimal128, Decimal256 | the number with its scale; beyond 2^53 its digits as text |
 * | Bool | true or false |
 * | Utf8, LargeUtf8 | the text; dates as `YYYY-MM-DD` or what `reading.dates` says |
 * | Date32, Date64 | the date |
 * | Timestamp without a zone | the date of its own |
 * | Timestamp with a zone, `America/Chicago` or `-06:00` | the date in that zone |
 * | Binary, LargeBinary, FixedSizeBinary | a blob, as in SQLite, which is no text |
 * | Dictionary of one of these | the value |
 * | Null | NULL |
 * | List, Struct, Map, Union, Time, Interval, Duration and all others | refused, with the column's name |
 */
export interface OrganizationTables {
  readonly contacts: Table;
  readonly campaign_types?: Table;
  readonly campaign_instances?: Table;
  readonly contact_campaigns?: Table;
  readonly email_schedules?: Table;
  readonly tracking_clicks?: Table;
  readonly contact_events?: Table;
  readonly suppressions?: Table;
}

function arrowSource(table: Table, tableName: string): RowSource {
  const names = new Map(table.schema.fields.map((field) => [field.name.toLowerCase(), field.name]));
  return {
    columns: new Set(names.keys()),
    *rows(wanted) {
      const readers = wanted.map((name) => {
        const vector = table.getChild(names.get(name) ?? name);
        return vector === null ? () => null : fieldReader(vector, `${tableName}.${name}`);
      });
      for (let i = 0; i < table.numRows; i++) yield readers.map((read) => read(i));
    },
  };
}

/** Refuses a table of contacts without the columns that a plan cannot do without. */
function requireColumns({ columns }: RowSource): void {
  const missing = ['id', 'email'].filter((name) => !columns.has(name));
  if (missing.length === 0) return;
  const found =
    columns.size === 0 ? 'it has none' : `its columns are ${[...columns].map((name) => `"${name}"`).join(', ')}`;
  throw new SendplanError(
    'missing_column',
    `The Arrow table "contacts" has no column ${missing.map((name) => `"${name}"`).join(' and ')}; ${found}.`,
    {
      hint: 'Only id and email must be there; docs/rules.md, section 2, names the columns that may be.',
    },
  );
}

/**
 * An organization given as Arrow tables, as a source of columns; a table that is left out is not there.
 *
 * @throws SendplanError `missing_column` when contacts has no id or no email; reading it throws `bad_input` for columns of a type
 *   that is not read
 */
export function organizationOfTables(tables: OrganizationTables): OrganizationSource {
  const optional = (name: Exclude<keyof OrganizationTables, 'contacts'>) => {
    const table = tables[name];
    return table === undefined ? null : arrowSource(table, name);
  };
  const contacts = arrowSource(tables.contacts, 'contacts');
  requireColumns(contacts);
  return {
    contacts,
    campaign_types: optional('campaign_types'),
    campaign_instances: optional('campaign_instances'),
    contact_campaigns: optional('contact_campaigns'),
    email_schedules: optional('email_schedules'),
    tracking_clicks: optional('tracking_clicks'),
    contact_events: optional('contact_events'),
    suppressions: optional('suppressions'),
  };
}

/** Tells Arrow tables from plain records. */
export function isOrganizationTables(input: object): input is OrganizationTables {
  const { contacts } = input as { contacts?: unknown };
  return typeof contacts === 'object' && contacts !== null && 'schema' in contacts && 'getChild' in contacts;
}
