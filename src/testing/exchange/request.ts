import { SendplanError } from '../../errors.js';
import type { ConfigInput } from '../../rules/config.js';
import type { OrganizationRecords } from '../../rules/records.js';
import { nearestName } from '../../rules/suggest.js';
import { RECORD_COLUMNS, type RecordColumns } from './recordColumns.js';

/** An organization as JSON gives it, looked through. */
export interface OracleRequest {
  /** What the answer is to be known by; null for none. */
  readonly name: string | null;
  /** The day of the run. */
  readonly asOf: string;
  /** The same object for every request that says the same. */
  readonly config: ConfigInput;
  readonly records: OrganizationRecords;
}

const TABLES = Object.keys(RECORD_COLUMNS) as readonly (keyof OrganizationRecords)[];
const KEYS: readonly string[] = ['as_of', 'config', 'name', ...TABLES];
const HINT = 'docs/testing.md, "Where you have no JavaScript", has the form of an organization.';

function badInput(message: string): SendplanError {
  return new SendplanError('bad_input', message, { hint: HINT });
}

/** A value as an error shows it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownKey(place: string, key: string, allowed: readonly string[]): SendplanError {
  const nearest = nearestName(key, allowed);
  const meant = nearest === null ? '' : `, which may be meant as ${nearest}`;
  return badInput(`${place} has the unknown key ${shown(key)}${meant}; allowed are ${allowed.join(', ')}.`);
}

function requireRecord(value: unknown, place: string, columns: RecordColumns): void {
  if (!isObject(value)) throw badInput(`${place} is ${shown(value)}; allowed is an object with its columns.`);
  for (const key of Object.keys(value)) {
    if (!columns.known.has(key)) throw unknownKey(place, key, columns.all);
    const field = value[key];
    if (typeof field === 'object' && field !== null) {
      throw badInput(`${place}.${key} is ${shown(field)}; allowed is a text, a number, true, false or null.`);
    }
  }
  for (const column of columns.required) {
    if (!Object.hasOwn(value, column)) {
      const needed = columns.required.join(', ');
      throw new SendplanError(
        'missing_column',
        `${place} has no ${column}; ${needed} must be there, if only as null.`,
        {
          hint: HINT,
        },
      );
    }
  }
}

function requireTables(input: Readonly<Record<string, unknown>>): OrganizationRecords {
  if (input.contacts === undefined)
    throw badInput('The organization has no contacts; allowed is a list, also an empty one.');
  for (const table of TABLES) {
    const records = input[table];
    if (records === undefined) continue;
    if (!Array.isArray(records)) throw badInput(`${table} is ${shown(records)}; allowed is a list of records.`);
    for (const [i, record] of records.entries()) requireRecord(record, `${table}[${i}]`, RECORD_COLUMNS[table]);
  }
  return input as unknown as OrganizationRecords;
}

/** Checking a configuration takes longer than planning some contacts; so one that comes again is known by its object. */
const knownInputs = new Map<string, ConfigInput>();
const MOST_KNOWN = 1_000;

function sameObject(config: unknown): ConfigInput {
  if (config === undefined || config === null) return null;
  const text = JSON.stringify(config);
  const known = knownInputs.get(text);
  if (known !== undefined) return known;
  if (knownInputs.size >= MOST_KNOWN) knownInputs.clear();
  knownInputs.set(text, config as ConfigInput);
  return config as ConfigInput;
}

/**
 * Reads an organization from JSON: `{"as_of", "config", "name", "contacts", ...}`, the tables as lists of records with the columns
 * that `oracle` takes.
 *
 * The configuration is left to `oracle` to check.
 *
 * @throws SendplanError `bad_input` when it is no JSON, or names something that is not known; `missing_column` when a record leaves
 *   out what it must have
 */
export function readRequest(text: string): OracleRequest {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SendplanError('bad_input', `This is not JSON: ${message}.`, { hint: HINT, cause });
  }
  if (!isObject(input))
    throw badInput(`The organization is ${shown(input)}; allowed is an object of ${KEYS.join(', ')}.`);
  for (const key of Object.keys(input)) {
    if (!KEYS.includes(key)) throw unknownKey('The organization', key, KEYS);
  }
  const { as_of: asOf, name = null, config } = input;
  if (typeof asOf !== 'string') throw badInput(`as_of is ${shown(asOf)}; it must be there, as a date YYYY-MM-DD.`);
  if (name !== null && typeof name !== 'string') throw badInput(`name is ${shown(name)}; allowed is a text or null.`);
  return { name, asOf, config: sameObject(config), records: requireTables(input) };
}
