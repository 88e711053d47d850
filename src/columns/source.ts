import type { FieldValue } from '../rules/fields.js';
import type { Affinity } from './affinity.js';
import type { RowCursor } from './rowCursor.js';

/** The rows of one table, wherever they come from: a database, plain records or an Arrow table. */
export interface RowSource {
  /** The names of the columns that are there, in lower case. */
  readonly columns: ReadonlySet<string>;
  /** What the columns of a database table make of values that are stored in them; left out where values stay as they are. */
  readonly affinities?: ReadonlyMap<string, Affinity>;
  /**
   * The rows in a fixed order. The array that is yielded may be used again for the next row.
   *
   * @param names columns that are there, in the order in which their values are wanted
   */
  rows(names: readonly string[]): Iterable<ArrayLike<FieldValue>>;
  /** The same rows in the same order, read in place without making values of them; left out where that cannot be done. */
  cursor?(names: readonly string[]): RowCursor;
}

/** The tables of an organization; null is a table that is not there and reads as an empty one. */
export interface OrganizationSource {
  readonly contacts: RowSource;
  readonly campaign_types: RowSource | null;
  readonly campaign_instances: RowSource | null;
  readonly contact_campaigns: RowSource | null;
  readonly email_schedules: RowSource | null;
  readonly tracking_clicks: RowSource | null;
  readonly contact_events: RowSource | null;
  readonly suppressions: RowSource | null;
  /** What earlier runs had to tell; only databases have it, and only audits read it. */
  readonly scheduler_contact_issues?: RowSource | null;
}

/**
 * Reads rows by wanted names: each name yields a place in the row; the place of a column that is not there lies behind the
 * row's end, where `undefined` reads as NULL.
 *
 * @param wanted a name, or several of which the first that is there is taken
 */
export function selectColumns(
  source: RowSource | null,
  wanted: readonly (string | readonly string[])[],
): { readonly places: readonly number[]; readonly rows: Iterable<ArrayLike<FieldValue>> } {
  if (source === null) return { places: wanted.map(() => 0), rows: [] };
  const { places, names } = selectNames(source, wanted);
  return { places, rows: source.rows(names) };
}

/** The columns among the wanted ones that are there, and the place of each wanted one; see `selectColumns`. */
export function selectNames(
  source: RowSource,
  wanted: readonly (string | readonly string[])[],
): { readonly places: readonly number[]; readonly names: readonly string[] } {
  const found = wanted.map((choice) => [choice].flat().find((name) => source.columns.has(name)));
  const names = found.filter((name) => name !== undefined);
  let place = 0;
  const places = found.map((name) => (name === undefined ? names.length : place++));
  return { places, names };
}
