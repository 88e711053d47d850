import { SendplanError } from '../errors.js';
import { LONGEST_SUPPRESSION_REASON } from './constants.js';
import type { DateOrder } from './dates.js';
import { FOLLOWUP_TYPES, isAepDateType, TYPE_CODES } from './emailTypes.js';
import { comparedEmail, type FieldValue, isBlank, lowerAscii, readDate, readInteger, readText } from './fields.js';
import { quoteValue } from './quote.js';
import type { SuppressionRecord } from './records.js';

/** What a suppression says when it does not say why (Rules 2). */
const STANDARD_REASON = 'unsubscribed';

/** The columns of `suppressions`, all of which may be missing but that one of the first two must be there. */
export const SUPPRESSION_COLUMNS = ['contact_id', 'email', 'scope', 'reason', 'starts_on', 'ends_on'] as const;

/** A row of `suppressions` as it is read (Rules 2, suppressions). */
export interface Suppression {
  /** The contact it is for, null when its `contact_id` is no number. */
  readonly contactId: number | null;
  /** The address it is for as `comparedEmail` reads it, null for none. */
  readonly email: string | null;
  /** Elements in lower case; null covers everything. */
  readonly scope: ReadonlySet<string> | null;
  readonly reason: string;
  /** The first and the last day on which it holds; null is open. */
  readonly startDay: number | null;
  readonly endDay: number | null;
}

/**
 * The reason of a suppression (Rules 2): trimmed, A to Z in lower case, whatever is no letter from a to z and no digit made
 * `_`, cut to 40 characters; `unsubscribed` when nothing is left.
 */
export function readSuppressionReason(value: FieldValue): string {
  const words = lowerAscii((readText(value) ?? '').trim()).replace(/[^a-z0-9]+/g, '_');
  const reason = words.replace(/^_|_$/g, '').slice(0, LONGEST_SUPPRESSION_REASON);
  return reason === '' ? STANDARD_REASON : reason;
}

/** The elements of a suppression's scope in lower case, null when it covers everything (Rules 2, suppressions). */
export function readSuppressionScope(value: FieldValue): ReadonlySet<string> | null {
  const elements = (readText(value) ?? '')
    .split(',')
    .map((element) => element.trim().toLowerCase())
    .filter((element) => element !== '');
  const isEverything = elements.length === 0 || elements.includes('*') || elements.includes('all');
  return isEverything ? null : new Set(elements);
}

/** Reads a row of `suppressions` (Rules 2); a date that cannot be read is open. */
export function readSuppression(record: SuppressionRecord, order: DateOrder): Suppression {
  return {
    contactId: readSuppressedId(record.contact_id),
    email: comparedEmail(record.email),
    scope: readSuppressionScope(record.scope),
    reason: readSuppressionReason(record.reason),
    startDay: readDate(record.starts_on, order).day,
    endDay: readDate(record.ends_on, order).day,
  };
}

/** The contact that a suppression is for, white space around its number; null when it is none (Rules 2, suppressions). */
export function readSuppressedId(value: FieldValue): number | null {
  return readInteger(typeof value === 'string' ? value.trim() : value);
}

/** Tells whether a suppression holds on a day (Rules 2). */
export function holdsOn({ startDay, endDay }: Pick<Suppression, 'startDay' | 'endDay'>, day: number): boolean {
  return (startDay === null || startDay <= day) && (endDay === null || day <= endDay);
}

/** What a scope is asked about: a candidate's kind, its email type, and the name of its type when it is a campaign's. */
export interface ScopeSubject {
  readonly kind: keyof typeof TYPE_CODES | 'campaign';
  readonly emailType: string;
  readonly campaignTypeName: string | null;
}

/** Tells whether a scope covers an email (Rules 2, suppressions). */
export function scopeCovers(scope: ReadonlySet<string> | null, subject: ScopeSubject): boolean {
  if (scope === null) return true;
  const { kind, emailType, campaignTypeName } = subject;
  return (
    scope.has(kind) ||
    scope.has(emailType.toLowerCase()) ||
    (campaignTypeName !== null && scope.has(campaignTypeName.trim().toLowerCase()))
  );
}

/**
 * How many emails have bounced since the last one that was delivered, or at all when none was (Rules 2, bounces).
 *
 * @param bouncedDays the sent days of a contact's rows of status `bounced`
 * @param deliveredDays those of its rows of status `delivered`
 */
export function bouncesSinceDelivery(bouncedDays: readonly number[], deliveredDays: readonly number[]): number {
  const lastDelivery = deliveredDays.reduce((last, day) => Math.max(last, day), Number.NEGATIVE_INFINITY);
  return bouncedDays.filter((day) => day > lastDelivery).length;
}

/** What cannot be read in a row of `suppressions`, each a sentence that shows the value; none when all of it can. */
export function suppressionProblems(record: SuppressionRecord, order: DateOrder): string[] {
  const shown = (column: keyof SuppressionRecord) => `${column} ${quoteValue(record[column])}`;
  const problems: string[] = [];
  const isForId = readSuppressedId(record.contact_id) !== null;
  if (!isForId && !isBlank(record.contact_id)) problems.push(shown('contact_id'));
  for (const column of ['starts_on', 'ends_on'] as const) {
    if (readDate(record[column], order).invalid) problems.push(shown(column));
  }
  return problems;
}

const KINDS: readonly string[] = [...Object.keys(TYPE_CODES), 'campaign'];

/** What campaigns there are, for scopes that name them. */
export interface KnownCampaigns {
  /** The email types of all campaign instances. */
  readonly emailTypes: readonly string[];
  readonly typeNames: readonly string[];
}

/** Tells whether an element of a scope, in lower case, names anything that there is (Rules 2, suppressions). */
export function isKnownScope(element: string, campaigns: KnownCampaigns): boolean {
  return (
    KINDS.includes(element) ||
    isAepDateType(element) ||
    FOLLOWUP_TYPES.some((type) => type === element) ||
    campaigns.emailTypes.some((type) => type.toLowerCase() === element) ||
    campaigns.typeNames.some((name) => name.trim().toLowerCase() === element)
  );
}

/**
 * Makes sure that a table or view `suppressions` says whom it is about.
 *
 * @param columns the names of its columns in lower case
 * @throws SendplanError `missing_column` when it has neither `contact_id` nor `email`
 */
export function checkSuppressionColumns(columns: Iterable<string>): void {
  const names = [...columns];
  if (names.includes('contact_id') || names.includes('email')) return;
  throw new SendplanError(
    'missing_column',
    `suppressions has neither a column contact_id nor a column email; it has ${names.map((name) => quoteValue(name)).join(', ')}`,
    { hint: 'Rename one, or make suppressions a view that names them.' },
  );
}
