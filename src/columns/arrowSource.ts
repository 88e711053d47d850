import { DataType, type Table, type Vector } from 'apache-arrow';
import { formatIsoDay } from '../calendar/iso.js';
import type { FieldValue } from '../rules/fields.js';
import type { OrganizationSource, RowSource } from './source.js';

const MILLISECONDS_PER_DAY = 86_400_000;

/** An organization's tables as Arrow tables, with the columns the databases have; dates may be text, Date or Timestamp. */
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

/** Reads the values of a vector as the fields a database would hold. */
function reader(vector: Vector): (i: number) => FieldValue {
  if (DataType.isDate(vector.type) || DataType.isTimestamp(vector.type)) {
    return (i) => {
      const milliseconds: unknown = vector.get(i);
      return milliseconds === null ? null : formatIsoDay(Math.floor(Number(milliseconds) / MILLISECONDS_PER_DAY));
    };
  }
  return (i) => vector.get(i) as FieldValue;
}

function arrowSource(table: Table): RowSource {
  const names = new Map(table.schema.fields.map((field) => [field.name.toLowerCase(), field.name]));
  return {
    columns: new Set(names.keys()),
    *rows(wanted) {
      const readers = wanted.map((name) => {
        const vector = table.getChild(names.get(name) ?? name);
        return vector === null ? () => null : reader(vector);
      });
      for (let i = 0; i < table.numRows; i++) yield readers.map((read) => read(i));
    },
  };
}

/** An organization given as Arrow tables, as a source of columns; a table that is left out is not there. */
export function organizationOfTables(tables: OrganizationTables): OrganizationSource {
  const optional = (table: Table | undefined) => (table === undefined ? null : arrowSource(table));
  return {
    contacts: arrowSource(tables.contacts),
    campaign_types: optional(tables.campaign_types),
    campaign_instances: optional(tables.campaign_instances),
    contact_campaigns: optional(tables.contact_campaigns),
    email_schedules: optional(tables.email_schedules),
    tracking_clicks: optional(tables.tracking_clicks),
    contact_events: optional(tables.contact_events),
    suppressions: optional(tables.suppressions),
  };
}

/** Tells Arrow tables from plain records. */
export function isOrganizationTables(input: object): input is OrganizationTables {
  const { contacts } = input as { contacts?: unknown };
  return typeof contacts === 'object' && contacts !== null && 'schema' in contacts && 'getChild' in contacts;
}
