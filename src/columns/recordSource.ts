import type { FieldValue } from '../rules/fields.js';
import type { OrganizationRecords } from '../rules/records.js';
import type { OrganizationSource, RowSource } from './source.js';

/** Plain records as a source of rows; a column is there when any record has it. */
function recordSource(records: readonly object[]): RowSource {
  const columns = new Set<string>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) if (value !== undefined) columns.add(name);
  }
  return {
    columns,
    *rows(names) {
      for (const record of records) yield names.map((name) => (record as Record<string, FieldValue>)[name]);
    },
  };
}

/** An organization given as plain records, as a source of columns; a table that is left out is not there. */
export function organizationOfRecords(records: OrganizationRecords): OrganizationSource {
  const optional = (table: readonly object[] | undefined) => (table === undefined ? null : recordSource(table));
  return {
    contacts: recordSource(records.contacts),
    campaign_types: optional(records.campaign_types),
    campaign_instances: optional(records.campaign_instances),
    contact_campaigns: optional(records.contact_campaigns),
    email_schedules: optional(records.email_schedules),
    tracking_clicks: optional(records.tracking_clicks),
    contact_events: optional(records.contact_events),
    suppressions: optional(records.suppressions),
  };
}
