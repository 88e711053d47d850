import type { Table } from 'apache-arrow';
import { END_DAY } from '../calendar/day.js';
import type { DateOrder } from '../rules/dates.js';
import { readCarrier, readOwnState } from '../rules/fields.js';
import { quoteValue, unknownStateDetail } from '../rules/quote.js';
import type { IssueKind } from '../rules/records.js';
import { UNKNOWN_STATE } from '../rules/states.js';
import { stateOfZip } from '../rules/zip.js';
import { numberVector, tableOf, textVector, valuesOf, withTable } from './arrowTable.js';
import { dateMemo } from './dateMemo.js';
import { GrowingColumns } from './growing.js';
import type { IssueLog } from './issueLog.js';
import { openRows } from './openColumns.js';
import { INVALID_DAY, MISSING_DAY, type RowCursor } from './rowCursor.js';
import type { RowSource } from './source.js';
import type { SuppressionRows } from './suppressions.js';
import { TextMemo } from './textMemo.js';
import { TextDictionary } from './texts.js';

/** The bits of a contact's flags. */
export const FAILED_UNDERWRITING = 1;
export const HAS_PHONE = 2;
/** Its state is unknown although its columns say something (Rules 2). */
export const UNREADABLE_STATE = 4;

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

/** The columns of contacts, of one length, and the names of their carriers. */
export type ContactValues = Pick<Contacts, 'id' | 'state' | 'birth' | 'effective' | 'carrier' | 'carriers' | 'flags'>;

function tableOfContacts(columns: ContactValues): Table {
  return tableOf({
    id: numberVector(columns.id),
    state: numberVector(columns.state),
    birth_day: numberVector(columns.birth),
    effective_day: numberVector(columns.effective),
    carrier: textVector(columns.carrier, columns.carriers),
    flags: numberVector(columns.flags),
  });
}

/** Contacts over columns that another place has read: their Arrow table is made when it is asked for. */
export function contactsOver(columns: ContactValues, rowCount: number): Contacts {
  const { id, state, birth, effective, carrier, carriers, flags } = columns;
  const contacts = { count: id.length, rowCount, id, state, birth, effective, carrier, carriers, flags };
  return withTable(contacts, () => tableOfContacts(columns));
}

/** Makes the Arrow table of contacts over typed arrays of one length. */
function contactsFrom(columns: ContactValues, rowCount: number): Contacts {
  const table = tableOfContacts(columns);
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

/** Reads the dates of contacts, and notes those that cannot be read. */
class ContactDates {
  readonly #cursor: RowCursor;
  readonly #dates: TextMemo;
  readonly #issues: IssueLog;

  constructor(cursor: RowCursor, order: DateOrder, issues: IssueLog) {
    this.#cursor = cursor;
    this.#dates = dateMemo(order);
    this.#issues = issues;
  }

  /** A date of the row that the cursor stands on; one after the latest day is invalid, and reads as missing as all that is. */
  read(contactId: number, place: number, kind: IssueKind, latestDay: number): number {
    const day = this.#cursor.day(place, this.#dates);
    if (day !== INVALID_DAY && day <= latestDay) return day;
    this.#issues.add(contactId, kind, quoteValue(this.#cursor.value(place)));
    return MISSING_DAY;
  }
}

/** What contacts are read by. */
export interface ContactSettings {
  /** A birth date after it is invalid. */
  readonly today: number;
  /** How dates are read that are not in ISO form. */
  readonly order: DateOrder;
  /** Is told of every contact that can be planned. */
  readonly suppressions?: SuppressionRows;
}

const CONTACT_COLUMNS = {
  id: Float64Array,
  state: Uint8Array,
  birth: Int32Array,
  effective: Int32Array,
  carrier: Int32Array,
  flags: Uint8Array,
};

/**
 * Reads contacts into columns and notes what is wrong with them (Rules 2): contacts without a valid id or email are left
 * out, broken dates read as missing.
 *
 * @param settings what they are read by
 * @param onRow is told how many rows were read, now and then
 */
export function readContacts(
  source: RowSource,
  { today, order, suppressions }: ContactSettings,
  issues: IssueLog,
  onRow: (rowsDone: number) => void = () => {},
): Contacts {
  const contacts = new GrowingColumns(CONTACT_COLUMNS);
  const carriers = new TextDictionary();
  const ownStates = new TextMemo(readOwnState);
  const zipStates = new TextMemo((zipCode) => (zipCode === null ? UNKNOWN_STATE : stateOfZip(zipCode)));
  const carrierNames = new TextMemo((name) => carriers.codeOf(readCarrier(name)));
  const rejected: number[] = [];
  const seen = new SeenIds(() => [...contacts.values().id, ...rejected]);
  let rowCount = 0;

  const { places, cursor } = openRows(source, FIELDS);
  const dates = new ContactDates(cursor, order, issues);
  contacts.reserve(cursor.expectedRows);
  const [idAt, emailAt, stateAt, zipAt, birthAt, effectiveAt, carrierAt, failedAt, phoneAt] = places;
  try {
    while (cursor.next()) {
      if ((++rowCount & 0x3fff) === 0) onRow(rowCount);
      const contactId = cursor.integer(idAt);
      if (contactId === null || contactId < 1) {
        issues.add(null, 'invalid_id', quoteValue(cursor.value(idAt)));
        continue;
      }
      if (!seen.add(contactId)) {
        issues.add(contactId, 'duplicate_id');
        continue;
      }
      if (!cursor.isEmail(emailAt)) {
        issues.add(contactId, 'invalid_email', quoteValue(cursor.value(emailAt)));
        rejected.push(contactId);
        continue;
      }
      let stateCode = cursor.code(stateAt, ownStates);
      if (stateCode === UNKNOWN_STATE) stateCode = cursor.code(zipAt, zipStates);
      let unreadable: string | null = null;
      if (stateCode === UNKNOWN_STATE) {
        unreadable = unknownStateDetail(cursor.value(stateAt), cursor.value(zipAt));
        issues.add(contactId, 'unknown_state', unreadable);
      }
      const birthDay = dates.read(contactId, birthAt, 'invalid_birth_date', today);
      const effectiveDay = dates.read(contactId, effectiveAt, 'invalid_effective_date', END_DAY);
      const contact = contacts.addRow();
      const { at } = contacts;
      at.id[contact] = contactId;
      at.state[contact] = stateCode;
      at.birth[contact] = birthDay;
      at.effective[contact] = effectiveDay;
      at.carrier[contact] = cursor.code(carrierAt, carrierNames);
      at.flags[contact] =
        (cursor.flag(failedAt) ? FAILED_UNDERWRITING : 0) |
        (cursor.isBlank(phoneAt) ? 0 : HAS_PHONE) |
        (unreadable === null ? 0 : UNREADABLE_STATE);
      suppressions?.noteContact(contactId, cursor, emailAt);
    }
  } finally {
    cursor.close();
  }
  const columns = contacts.values();
  const ordered = seen.isAscending ? columns : sortById(columns);
  return contactsFrom({ ...ordered, carriers: carriers.texts }, rowCount);
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
