/** What is read of contacts, with the words for it; without the first two nobody is planned. */
export const CONTACT_FIELDS = {
  id: 'Number of the contact',
  email: 'Email address',
  first_name: 'First name',
  last_name: 'Last name',
  state: 'State',
  zip_code: 'ZIP code',
  birth_date: 'Birth date',
  effective_date: 'Policy date',
  carrier: 'Carrier',
  phone_number: 'Phone number',
  failed_underwriting: 'Failed underwriting',
} as const;

/** One of `CONTACT_FIELDS`. */
export type ContactField = keyof typeof CONTACT_FIELDS;

/** Which column of a table holds what; fields that none holds are left out. */
export type ContactColumns = { readonly [Field in ContactField]?: string };

/** A table that may hold the contacts. */
export interface ContactTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** What the names of its columns say. */
  readonly suggested: ContactColumns;
  /** The values of its first rows, in the order of its columns. */
  readonly samples: readonly (readonly string[])[];
}

/** Where the contacts of a database are. */
export interface ContactsLook {
  /** The table `contacts` alone where there is one, else all tables and views, the likeliest first. */
  readonly tables: readonly ContactTable[];
  /** Whether names have to be told, or seem to: there is no such table, a column lacks, or one looks like another name. */
  readonly isAsked: boolean;
}

/** Which table the contacts are read from, and what its columns are. */
export interface ContactMapping {
  readonly table: string;
  readonly columns: ContactColumns;
}
