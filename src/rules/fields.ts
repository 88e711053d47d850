import { parseIsoDay } from '../calendar/iso.js';
import { stateCode, UNKNOWN_STATE } from './states.js';
import { stateOfZip } from './zip.js';

/** A value as SQLite, JSON or a plain object holds it; `undefined` is a column that is not there. */
export type FieldValue = string | number | bigint | boolean | Uint8Array | null | undefined;

/** A field as text, or null when it is missing or binary; numbers read as their decimal digits. */
export function readText(value: FieldValue): string | null {
  if (value === null || value === undefined || value instanceof Uint8Array) return null;
  return String(value);
}

/** A field as a whole number from -(2^53-1) to 2^53-1, or null; text counts when it is nothing but such a number. */
export function readInteger(value: FieldValue): number | null {
  const text = readText(value);
  if (text === null || typeof value === 'boolean' || !/^[+-]?[0-9]+(?:\.0+)?$/.test(text)) return null;
  const number = Number(text);
  // Adding zero makes the text `-0` a plain 0.
  return Number.isSafeInteger(number) ? number + 0 : null;
}

const TRUE_WORDS = new Set(['1', 'true', 't', 'yes', 'y', 'on']);

/** A flag: true for a non-zero number and for `1 true t yes y on` in any case (Rules 2). */
export function readFlag(value: FieldValue): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) !== 0 && !Number.isNaN(value);
  return typeof value === 'string' && TRUE_WORDS.has(value.toLowerCase());
}

/** Tells whether an email address can be written to (Rules 2, email): trimmed, one `@` with something on each side. */
export function isValidEmail(value: FieldValue): boolean {
  const email = readText(value)?.trim();
  return email !== undefined && /^[^@\s]+@[^@\s]+$/u.test(email);
}

/** A date that was read: `day` is null when there is none, and `invalid` tells a broken one from a missing one. */
export interface DateField {
  readonly day: number | null;
  readonly invalid: boolean;
}

const MISSING_DATE: DateField = { day: null, invalid: false };
const INVALID_DATE: DateField = { day: null, invalid: true };

/** A date field (Rules 2, date): empty and NULL are missing, anything that is no date is missing and invalid. */
export function readDate(value: FieldValue): DateField {
  if (value === null || value === undefined || value === '') return MISSING_DATE;
  const day = typeof value === 'string' ? parseIsoDay(value) : null;
  return day === null ? INVALID_DATE : { day, invalid: false };
}

/** The code of the state a contact belongs to, by its state, else by its ZIP code (Rules 2, state). */
export function readState(state: FieldValue, zipCode: FieldValue): number {
  const own = readOwnState(readText(state));
  if (own !== UNKNOWN_STATE) return own;
  const zip = readText(zipCode);
  return zip === null ? UNKNOWN_STATE : stateOfZip(zip);
}

/** The code of the state that the `state` column itself names, or `UNKNOWN_STATE` (Rules 2, state). */
export function readOwnState(state: string | null): number {
  return stateCode((state ?? '').trim().toUpperCase());
}

/** A carrier as it is compared: trimmed, in lower case, null when there is none (Rules 6, audience). */
export function readCarrier(value: FieldValue): string | null {
  const carrier = (readText(value) ?? '').trim().toLowerCase();
  return carrier === '' ? null : carrier;
}

/** Tells whether an enrolment's status counts: `pending` or `active`, trimmed, in any case (Rules 6, audience). */
export function isLiveEnrolment(status: FieldValue): boolean {
  const word = (readText(status) ?? '').trim().toLowerCase();
  return word === 'pending' || word === 'active';
}

/**
 * A campaign's filter of states or carriers in lower case, or null when it filters nothing (Rules 6, audience).
 *
 * The list is comma-separated; NULL, an empty text or any element `ALL` means no filter.
 */
export function readFilter(value: FieldValue): ReadonlySet<string> | null {
  const text = (readText(value) ?? '').trim();
  if (text === '') return null;
  const elements = text.split(',').map((element) => element.trim().toLowerCase());
  return elements.includes('all') ? null : new Set(elements);
}

/**
 * Whether the metadata of an answered health questionnaire tells of a medical condition (Rules 10).
 *
 * True when `has_medical_conditions` reads as a true flag or `main_questions_yes_count` as a number above 0;
 * metadata that is no JSON object tells of none.
 */
export function hasMedicalConditions(metadata: FieldValue): boolean {
  const text = readText(metadata);
  if (text === null) return false;
  let answers: unknown;
  try {
    answers = JSON.parse(text);
  } catch {
    return false;
  }
  if (typeof answers !== 'object' || answers === null) return false;
  const { has_medical_conditions: conditions, main_questions_yes_count: count } = answers as Record<string, FieldValue>;
  const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  if (isScalar(conditions) && readFlag(conditions)) return true;
  return isScalar(count) && String(count).trim() !== '' && Number(count) > 0;
}

/** The largest distance in days that a campaign's `days_before_event` may name. */
const MOST_DAYS_BEFORE = 36_500;

/** A campaign's `days_before_event`, negative for days after; missing, unreadable and absurd ones are 0 (Rules 6). */
export function readDaysBefore(value: FieldValue): number {
  const days = readInteger(value);
  return days === null || Math.abs(days) > MOST_DAYS_BEFORE ? 0 : days;
}

/** The largest priority, either way, that is read. */
const MOST_PRIORITY = 1_000_000_000;

/** A priority as a whole number, or null when it is missing, unreadable or beyond a thousand million. */
export function readPriority(value: FieldValue): number | null {
  return limitPriority(readInteger(value));
}

/** `readPriority` of a field that was read by `readInteger`. */
export function limitPriority(priority: number | null): number | null {
  return priority === null || Math.abs(priority) > MOST_PRIORITY ? null : priority;
}
