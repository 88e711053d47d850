import type { Table } from 'apache-arrow';
import { type DateField, type FieldValue, isValidEmail, readCarrier, readDate, readFlag, readInteger, readState, readText } from '../rules/fields.js';
import { stateName, UNKNOWN_STATE } from '../rules/states.js';
import { NULL_INT32, numberVector, tableOf, textVector, valuesOf } from './arrowTable.js';
import { GrowingColumn } from './growing.js';
import type { IssueLog } from './issueLog.js';
import { type RowSource, selectColumns } from './source.js';
import { NULL_TEXT, TextDictionary } from './texts.js';

/** The bits of a contact's flags. */
export const FAILED_UNDERWRITING = 1;
export const HAS_PHONE = 2;

const FIELDS = [
  ...(['id', 'email', 'state', 'zip_code', ['birth_date', 'birthday'], 'effective_date'] as const),
  ...([['carrier', 'current_carrier'], 'failed_underwriting', 'phone_number'] as const),
];

/**
 * The contacts that can be planned, in ascending order of id (Rules 2): an Arrow table with the columns `id` (Float64),
 * `state` (Uint8 state code), `birth_day` and `effective_day` (Int32 days, nullable), `carrier` (dictionary) and `flags`
 * (Uint8). The typed arrays are the table's own memory.
 */
export interface Contacts {
  readonly table: Table;
  readonly count: number;
  /** The rows of the contacts table, the rejected ones included. */
  readonly rowCount: number;
  readonly id: Float64Array;
  readonly state: Uint8Array;
  readonly birth: Int32Array;
  readonly effective: Int32Array;
  /** Carrier codes, -1 for none; `carriers` holds the names in lower case. */
  readonly carrier: Int32Array;
  readonly carriers: readonly string[];
  readonly flags: Uint8Array;
}

/** Makes the Arrow table of contacts over typed arrays of one length. */
export function contactsFrom(
  columns: Pick<Contacts, 'id' | 'state' | 'birth' | 'effective' | 'carrier' | 'carriers' | 'flags'>,
  rowCount: number,
): Contacts {
  const table = tableOf({
    id: numberVector(columns.id),
    state: numberVector(columns.state),
    birth_day: numberVector(columns.birth),
    effective_day: numberVector(columns.effective),
    carrier: textVector(columns.carrier, columns.carriers),
    flags: numberVector(columns.flags),
  });
  return {
    table,
    count: columns.id.length,
    rowCount,
    carriers: columns.carriers,
    id: valuesOf(table, 'id', Float64Array),
    state: valuesOf(table, 'state', Uint8Array),
    birth: valuesOf(table, 'birth_day', Int32Array),
    effective: valuesOf(table, 'effective_day', Int32Array),
    carrier: valuesOf(table, 'carrier', Int32Array),
    flags: valuesOf(table, 'flags', Uint8Array),
  };
}

/** Remembers the state of every pair of state and ZIP code that was seen: a database holds few different ones. */
class StateReader {
  readonly #codes = new Map<FieldValue, Map<FieldValue, number>>();

  read(state: FieldValue, zipCode: FieldValue): number {
    let byZip = this.#codes.get(state);
    if (byZip === undefined) {
      byZip = new Map();
      this.#codes.set(state, byZip);
    }
    let code = byZip.get(zipCode);
    if (code === undefined) {
      code = readState(state, zipCode);
      byZip.set(zipCode, code);
    }
    return code;
  }
}

/** Tells ids that were seen before, without a set as long as ids ascend. */
class SeenIds {
  #last = 0;
  #seen: Set<number> | null = null;
  isAscending = true;

  constructor(private readonly earlier: () => Iterable<number>) {}

  /** Notes an id; false when it was there before. */
  add(id: number): boolean {
    if (this.#seen === null) {
      if (id > this.#last) {
        this.#last = id;
        return true;
      }
      if (id === this.#last) return false;
      this.isAscending = false;
      this.#seen = new Set(this.earlier());
    }
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    return true;
  }
}

/**
 * Reads contacts into columns and notes what is wrong with them (Rules 2): contacts without a valid id or email are left
 * out, broken dates read as missing.
 *
 * @param today a birth date after it is invalid
 * @param onRow is told how many rows were read, now and then
 */
export function readContacts(
  source: RowSource,
  today: number,
  issues: IssueLog,
  onRow: (rowsDone: number) => void = () => {},
): Contacts {
  const id = new GrowingColumn(Float64Array);
  const state = new GrowingColumn(Uint8Array);
  const birth = new GrowingColumn(Int32Array);
  const effective = new GrowingColumn(Int32Array);
  const carrier = new GrowingColumn(Int32Array);
  const flags = new GrowingColumn(Uint8Array);
  const carriers = new TextDictionary();
  const states = new StateReader();
  const rejected: number[] = [];
  const seen = new SeenIds(() => [...id.values(), ...rejected]);
  let rowCount = 0;

  const { places, rows } = selectColumns(source, FIELDS);
  const [idAt, emailAt, stateAt, zipAt, birthAt, effectiveAt, carrierAt, failedAt, phoneAt] = places;
  for (const row of rows) {
    if ((++rowCount & 0x3fff) === 0) onRow(rowCount);
    const contactId = readInteger(row[idAt]);
    if (contactId === null || contactId < 1) {
      issues.add(null, 'invalid_id');
      continue;
    }
    if (!seen.add(contactId)) {
      issues.add(contactId, 'duplicate_id');
      continue;
    }
    if (!isValidEmail(row[emailAt])) {
      issues.add(contactId, 'invalid_email', readText(row[emailAt]));
      rejected.push(contactId);
      continue;
    }
    const stateCode = states.read(row[stateAt], row[zipAt]);
    if (stateCode === UNKNOWN_STATE) issues.add(contactId, 'unknown_state');
    const phone = readText(row[phoneAt]);
    id.push(contactId);
    state.push(stateCode);
    birth.push(checkedDay(readBirthDate(row[birthAt], today), row[birthAt], contactId, 'invalid_birth_date', issues));
    effective.push(checkedDay(readDate(row[effectiveAt]), row[effectiveAt], contactId, 'invalid_effective_date', issues));
    const carrierName = readCarrier(row[carrierAt]);
    carrier.push(carrierName === null ? NULL_TEXT : carriers.codeOf(carrierName));
    flags.push(
      (readFlag(row[failedAt]) ? FAILED_UNDERWRITING : 0) | (phone !== null && phone.trim() !== '' ? HAS_PHONE : 0),
    );
  }
  const columns = {
    id: id.values(),
    state: state.values(),
    birth: birth.values(),
    effective: effective.values(),
    carrier: carrier.values(),
    flags: flags.values(),
  };
  const ordered = seen.isAscending ? columns : sortById(columns);
  return contactsFrom({ ...ordered, carriers: carriers.texts }, rowCount);
}

function readBirthDate(value: FieldValue, today: number): DateField {
  const date = readDate(value);
  return date.day !== null && date.day > today ? { day: null, invalid: true } : date;
}

function checkedDay(
  date: DateField,
  value: FieldValue,
  contactId: number,
  kind: 'invalid_birth_date' | 'invalid_effective_date',
  issues: IssueLog,
): number {
  if (date.invalid) issues.add(contactId, kind, readText(value));
  return date.day ?? NULL_INT32;
}

type UnorderedColumns = Pick<Contacts, 'id' | 'state' | 'birth' | 'effective' | 'carrier' | 'flags'>;

function sortById(columns: UnorderedColumns): UnorderedColumns {
  const order = Uint32Array.from(columns.id, (_, i) => i).sort((a, b) => columns.id[a] - columns.id[b]);
  const reorder = <Values extends Float64Array | Int32Array | Uint8Array>(values: Values): Values => {
    const ordered = values.slice() as Values;
    for (let i = 0; i < order.length; i++) ordered[i] = values[order[i]];
    return ordered;
  };
  return {
    id: reorder(columns.id),
    state: reorder(columns.state),
    birth: reorder(columns.birth),
    effective: reorder(columns.effective),
    carrier: reorder(columns.carrier),
    flags: reorder(columns.flags),
  };
}

/** Finds contacts by id: a table of all ids while they are dense, a binary search otherwise. */
export class ContactIndex {
  readonly #ids: Float64Array;
  readonly #dense: Int32Array | null = null;

  /** @param ids ascending */
  constructor(ids: Float64Array) {
    this.#ids = ids;
    const largest = ids.length === 0 ? 0 : ids[ids.length - 1];
    if (largest > ids.length * 4 + 1024) return;
    this.#dense = new Int32Array(largest + 1).fill(-1);
    for (let i = 0; i < ids.length; i++) this.#dense[ids[i]] = i;
  }

  /** The index of the contact with an id, -1 when there is none that can be planned. */
  indexOf(id: number): number {
    if (this.#dense !== null) return this.#dense[id] ?? -1;
    let start = 0;
    let end = this.#ids.length;
    while (start < end) {
      const middle = (start + end) >>> 1;
      if (this.#ids[middle] < id) start = middle + 1;
      else end = middle;
    }
    return this.#ids[start] === id ? start : -1;
  }
}

/** The two letters of a contact's state, null when it is unknown. */
export function stateOf(contacts: Contacts, contact: number): string | null {
  return stateName(contacts.state[contact]);
}
