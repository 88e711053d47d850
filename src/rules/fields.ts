import { MOST_DAYS_BEFORE, MOST_PRIORITY } from './constants.js';
import { type DateOrder, parseDay } from './dates.js';
import { stateCode, stateCodeOfName, stateName, UNKNOWN_STATE } from './states.js';
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

/** A flag: true for a non-zero number and for `1 true t yes y on`, trimmed, in any case (Rules 2). */
export function readFlag(value: FieldValue): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) !== 0 && !Number.isNaN(value);
  return typeof value === 'string' && TRUE_WORDS.has(value.trim().toLowerCase());
}

/** Tells whether a field is NULL or nothing but white space; a blob is neither. */
export function isBlank(value: FieldValue): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}

/**
 * What no address may contain: white space, what delimits addresses, controls, and characters that cannot be seen or turn
 * the direction of the text.
 */
const UNWRITABLE = String.raw`\s<>(),;:"\[\]\\\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff`;

const EMAIL = new RegExp(`^[^@${UNWRITABLE}]+@[^@.${UNWRITABLE}]+(?:\\.[^@.${UNWRITABLE}]+)+$`, 'u');

/**
 * Tells whether an email address can be written to (Rules 2, email): trimmed, one `@`, something before it and at least two
 * labels after it, and no character that addresses do not have.
 */
export function isValidEmail(value: FieldValue): boolean {
  const email = readText(value)?.trim();
  return email !== undefined && EMAIL.test(email);
}

/** An address as addresses are compared: trimmed, A to Z in lower case; null where it is blank (Rules 2, suppressions). */
export function comparedEmail(value: FieldValue): string | null {
  const email = lowerAscii((readText(value) ?? '').trim());
  return email === '' ? null : email;
}

/** A text with A to Z in lower case, and every other letter as it is. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A date that was read: `day` is null when there is none, and `invalid` tells a broken one from a missing one. */
export interface DateField {
  readonly day: number | null;
  readonly invalid: boolean;
}

const MISSING_DATE: DateField = { day: null, invalid: false };
const INVALID_DATE: DateField = { day: null, invalid: true };

/**
 * A date field (Rules 2, date): blank and NULL are missing, anything that is no date is missing and invalid.
 *
 * @param order the configuration's `reading.dates`
 */
export function readDate(value: FieldValue, order: DateOrder): DateField {
  if (isBlank(value)) return MISSING_DATE;
  const day = typeof value === 'string' ? parseDay(value, order) : null;
  return day === null ? INVALID_DATE : { day, invalid: false };
}

/** The code of the state a contact belongs to, by its state, else by its ZIP code (Rules 2, state). */
export function readState(state: FieldValue, zipCode: FieldValue): number {
  const own = readOwnState(readText(state));
  if (own !== UNKNOWN_STATE) return own;
  const zip = readText(zipCode);
  return zip === null ? UNKNOWN_STATE : stateOfZip(zip);
}

/** The code of the state that the `state` column itself names, by letters or in English, or `UNKNOWN_STATE` (Rules 2, state). */
export function readOwnState(state: string | null): number {
  const capital = (state ?? '').trim().toUpperCase();
  const name = capital.startsWith('US-') ? capital.slice(3) : capital;
  const code = stateCode(name);
  return code === UNKNOWN_STATE ? stateCodeOfName(name) : code;
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

/** The elements of a filter, trimmed, the empty ones left out; null when it filters nothing (Rules 6, audience). */
function readFilter(value: FieldValue): string[] | null {
  const elements = (readText(value) ?? '')
    .split(/[,;]/)
    .map((element) => element.trim())
    .filter((element) => element !== '');
  return elements.length === 0 || elements.some((element) => element.toLowerCase() === 'all') ? null : elements;
}

/** A campaign's filter of carriers in lower case, or null when it filters nothing (Rules 6, audience). */
export function readTargetCarriers(value: FieldValue): ReadonlySet<string> | null {
  const elements = readFilter(value);
  return elements === null ? null : new Set(elements.map((element) => element.toLowerCase()));
}

/** A campaign's filter of states (Rules 6, audience). */
export interface TargetStates {
  /** Two capital letters each; null filters nothing, and an empty set lets nobody pass. */
  readonly states: ReadonlySet<string> | null;
  /** The elements that are no state, in their order: each is an issue (`unknown_target_state`). */
  readonly unknown: readonly string[];
}

/** A campaign's filter of states, each element read like the column `state` (Rules 6, audience). */
export function readTargetStates(value: FieldValue): TargetStates {
  const elements = readFilter(value);
  if (elements === null) return { states: null, unknown: [] };
  const states = elements.map((element) => stateName(readOwnState(element)));
  return {
    states: new Set(states.filter((state) => state !== null)),
    unknown: elements.filter((_, i) => states[i] === null),
  };
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

/** A campaign's `days_before_event`, negative for days after; missing, unreadable and absurd ones are 0 (Rules 6). */
export function readDaysBefore(value: FieldValue): number {
  const days = readInteger(value);
  return days === null || Math.abs(days) > MOST_DAYS_BEFORE ? 0 : days;
}

/** A priority as a whole number, or null when it is missing, unreadable or beyond a thousand million. */
export function readPriority(value: FieldValue): number | null {
  return limitPriority(readInteger(value));
}

/** `readPriority` of a field that was read by `readInteger`. */
export function limitPriority(priority: number | null): number | null {
  return priority === null || Math.abs(priority) > MOST_PRIORITY ? null : priority;
}
