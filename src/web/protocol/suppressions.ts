import type { SUPPRESSION_COLUMNS } from '../../rules/suppressions.js';

// Suppressions of a database (Rules 2) as the page shows and changes them, in the copy that is planned.

/** A row of `suppressions`, every value as its text; null is NULL. */
export type SuppressionTexts = { readonly [Column in (typeof SUPPRESSION_COLUMNS)[number]]: string | null };

/** A suppression that is listed. */
export interface ListedSuppression extends SuppressionTexts {
  /** What it is changed and removed by; null when it comes from a view and stays as it is. */
  readonly rowid: number | null;
}

/** Which suppressions are shown: those that hold a text anywhere, `[start, end)` of them, counted from 0. */
export interface SuppressionsRequest {
  readonly database: Blob;
  /** Empty for all. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Suppressions of a database, the latest added first, those that cannot be changed last. */
export interface SuppressionsPage {
  /** Where they are; `fixed` when they can neither be changed nor added to, `none` when there is no such table. */
  readonly source: 'none' | 'table' | 'view' | 'fixed';
  /** How many there are in all. */
  readonly count: number;
  /** How many hold the text. */
  readonly foundCount: number;
  readonly rows: readonly ListedSuppression[];
  /** The names of campaign types, which scopes may name besides the kinds of emails. */
  readonly campaigns: readonly string[];
}

/** What is done to the suppressions of a copy. */
export type SuppressionChange =
  | { readonly kind: 'add'; readonly row: SuppressionTexts }
  | { readonly kind: 'change'; readonly rowid: number; readonly row: SuppressionTexts }
  | { readonly kind: 'remove'; readonly rowid: number };

/** A copy with one change of its suppressions. */
export interface ChangedSuppressions {
  readonly database: Blob;
  /** How many contacts the row is for; null when it was removed, or contacts cannot be read. */
  readonly contacts: number | null;
}
