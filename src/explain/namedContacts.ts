import { type OrganizationSource, selectColumns } from '../columns/source.js';
import { SendplanError } from '../errors.js';
import { comparedEmail, readInteger } from '../rules/fields.js';

/** Contacts as people know them. */
export interface WantedContacts {
  /** Ids. */
  readonly contacts?: readonly number[];
  /** Email addresses, compared as suppressions are (Rules 2): without blanks around them and case. */
  readonly addresses?: readonly string[];
  /** Ids of rows of `email_schedules`. */
  readonly rows?: readonly number[];
}

function notFound(message: string, hint: string): SendplanError {
  return new SendplanError('bad_input', message, { hint });
}

function idsOfAddresses(source: OrganizationSource, addresses: readonly string[]): number[] {
  const wanted = new Map(addresses.map((address) => [comparedEmail(address), [] as number[]]));
  const { places, rows } = selectColumns(source.contacts, ['id', 'email']);
  const [idAt, emailAt] = places;
  for (const row of rows) {
    const ids = wanted.get(comparedEmail(row[emailAt]));
    const id = ids === undefined ? null : readInteger(row[idAt]);
    if (id !== null) ids?.push(id);
  }
  return addresses.flatMap((address) => {
    const ids = wanted.get(comparedEmail(address)) ?? [];
    if (ids.length > 0) return ids;
    throw notFound(
      `There is no contact with the address ${JSON.stringify(address)}.`,
      'Give an address of the table contacts.',
    );
  });
}

function idsOfRows(source: OrganizationSource, wanted: readonly number[]): number[] {
  const found = new Map<number, number | null>();
  const { places, rows } = selectColumns(source.email_schedules, ['id', 'contact_id']);
  const [idAt, contactAt] = places;
  const isWanted = new Set(wanted);
  for (const row of rows) {
    const id = readInteger(row[idAt]);
    if (id !== null && isWanted.has(id)) found.set(id, readInteger(row[contactAt]));
  }
  return wanted.map((id) => {
    const contact = found.get(id);
    if (contact === undefined) {
      throw notFound(
        `There is no row with the id ${id} in email_schedules.`,
        'A run gives a row that changes a new one only when its email is another.',
      );
    }
    if (contact === null)
      throw notFound(`The row ${id} of email_schedules names no contact.`, 'Give the id of a row with a contact_id.');
    return contact;
  });
}

/**
 * The ids of contacts that are named by id, by address or by one of their rows, in this order, each once.
 *
 * @throws SendplanError `bad_input` when there is no such address or row, or nobody is named
 */
export function namedContacts(source: OrganizationSource, wanted: WantedContacts): number[] {
  const { contacts = [], addresses = [], rows = [] } = wanted;
  const ids = [
    ...contacts,
    ...(addresses.length > 0 ? idsOfAddresses(source, addresses) : []),
    ...(rows.length > 0 ? idsOfRows(source, rows) : []),
  ];
  if (ids.length === 0) throw notFound('No contact is named.', 'Give ids, addresses, or rows of email_schedules.');
  return [...new Set(ids)];
}
