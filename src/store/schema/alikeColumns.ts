import { distance } from 'fastest-levenshtein';
import type { Connection } from '../driver/connection.js';
import { findColumn, foldName, quoteName, type TableInfo } from './readSchema.js';

/** A column that no run reads, and the one that it seems to mean, which is not there. */
export interface AlikeColumn {
  readonly column: string;
  readonly meant: string;
}

/** The columns of contacts, each with the names that others give it; names are compared without case, `_`, `-` and spaces. */
const CONTACT_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  id: ['contact_id', 'customer_id', 'client_id', 'member_id', 'person_id', 'contactid'],
  email: ['email_address', 'e_mail', 'mail', 'primary_email', 'contact_email'],
  state: ['state_code', 'st', 'province', 'region', 'us_state', 'home_state', 'mailing_state'],
  zip_code: ['zip', 'zipcode', 'postal_code', 'postcode', 'postal', 'zip5', 'mailing_zip'],
  birth_date: ['dob', 'date_of_birth', 'birthdate', 'birth_day', 'bday', 'born', 'born_on', 'birth_dt'],
  effective_date: [
    'policy_start',
    'policy_start_date',
    'policy_date',
    'policy_effective_date',
    'eff_date',
    'effective',
    'start_date',
    'coverage_start',
    'policy_effective',
  ],
  carrier: ['carrier_name', 'insurer', 'insurance_company', 'carriername', 'underwriter'],
  failed_underwriting: ['underwriting_failed', 'uw_failed', 'failed_uw', 'declined'],
  phone_number: ['phone', 'mobile', 'cell', 'cell_phone', 'telephone', 'mobile_number'],
};

/** Older names, which are read when the newer one is not there. */
const OLDER_NAMES: Readonly<Record<string, string>> = { birth_date: 'birthday', carrier: 'current_carrier' };

/** Slips of the hand in a name of some length. */
const MOST_SLIPS = 2;
const SHORTEST_WITH_SLIPS = 6;

function plain(name: string): string {
  return foldName(name).replace(/[_\s-]/g, '');
}

function means(found: string, meant: string, others: readonly string[]): boolean {
  const name = plain(found);
  if ([meant, ...others].some((other) => plain(other) === name)) return true;
  return name.length >= SHORTEST_WITH_SLIPS && distance(name, plain(meant)) <= MOST_SLIPS;
}

/** The columns of contacts that no run reads and that look like one that is not there, in the table's order. */
export function alikeColumns(table: TableInfo): AlikeColumn[] {
  const known = new Set([...Object.keys(CONTACT_COLUMNS), ...Object.values(OLDER_NAMES)]);
  const missing = Object.entries(CONTACT_COLUMNS).filter(
    ([name]) => findColumn(table, name) === null && findColumn(table, OLDER_NAMES[name] ?? name) === null,
  );
  return table.columns.flatMap(({ name }) => {
    if (known.has(foldName(name))) return [];
    const meant = missing.find(([column, others]) => means(name, column, others))?.[0];
    return meant === undefined ? [] : [{ column: name, meant }];
  });
}

/** As many filled rows make a column worth telling of. */
const FEWEST_FILLED = 5;

/** Those of `alikeColumns` that hold something. */
export function filledAlikeColumns(connection: Connection, table: TableInfo): AlikeColumn[] {
  return alikeColumns(table).filter(({ column }) => {
    const name = quoteName(column);
    const filled = `SELECT 1 FROM ${quoteName(table.name)} WHERE trim(${name}) <> '' LIMIT ${FEWEST_FILLED}`;
    for (const [count] of connection.query(`SELECT count(*) FROM (${filled})`)) return Number(count) === FEWEST_FILLED;
    return false;
  });
}

/** The columns as a sentence: `dob`: did you mean `birth_date`? */
export function alikeText(columns: readonly AlikeColumn[]): string {
  return columns.map(({ column, meant }) => `"${column}": did you mean "${meant}"?`).join(' ');
}
