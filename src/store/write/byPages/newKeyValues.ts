import { formatIsoDay } from '../../../calendar/iso.js';
import { looksLikeNumber } from '../../../columns/affinity.js';
import { NULL_INT32 } from '../../../columns/nulls.js';
import type { ScheduleRows } from '../../../columns/scheduleRows.js';
import type { KindRows } from '../../../plan/rowKinds.js';
import { DAY_RANGE, FLUSH_BATCH_ROWS, type NewRows } from '../../changes/newRows.js';
import { ENCODED_NULL, encodeText } from '../../format/encodedValue.js';
import { quoteName } from '../../schema/readSchema.js';
import { encodeField } from './encodeField.js';
import type { KeyColumn } from './keyColumn.js';
import { type ColumnSource, type LayoutColumn, type RunValues, UnfitForPages } from './scheduleLayout.js';

/** Where a part of an event's date is in `eventDate`. */
interface EventPart {
  readonly shift: number;
  readonly mask: number;
}

const EVENT_PARTS = {
  eventYear: { shift: 9, mask: -1 },
  eventMonth: { shift: 5, mask: 15 },
  eventDay: { shift: 0, mask: 31 },
} as const;

/** Gives the whole row at a place of a batch, as the first one of its columns; good until the next call. */
type WholeRow = (i: number) => ScheduleRows;

/** The kinds of rows as far as they tell the metadata: those of a follow-up are like no other's. */
function kindsOfMetadata({ kind, initialId }: KindRows): Int32Array {
  return kind.map((of, i) => (Number.isNaN(initialId[i]) ? of : -1));
}

/** The codes of one key column in new rows. */
class ColumnValues {
  readonly #source: ColumnSource;
  readonly #keys: KeyColumn;
  readonly #nowText: string;
  /** The code + 1 of each kind; 0 is not known yet. */
  #ofKind = new Int32Array(64);
  /** The code + 1 of each day of `DAY_RANGE`. */
  readonly #ofDay: Int32Array;
  readonly #codes = new Uint32Array(FLUSH_BATCH_ROWS);
  #lastValue = Number.NaN;
  #lastCode = 0;

  constructor(source: ColumnSource, keys: KeyColumn, nowText: string) {
    this.#source = source;
    this.#keys = keys;
    this.#nowText = nowText;
    this.#ofDay = new Int32Array(source.kind === 'day' ? DAY_RANGE.end - DAY_RANGE.first : 0);
  }

  add(rows: KindRows, wholeRow: WholeRow): void {
    const source = this.#source;
    const codes = this.#codes.subarray(0, rows.count);
    if (source.kind === 'rowid') return;
    if (source.kind === 'constant') codes.fill(this.#keys.dictionary.codeOfValue(source.value));
    else if (source.kind === 'day') this.#takeDays(rows[source.field], codes);
    else if (source.kind === 'identifier' && source.field === 'contactId') this.#takeContacts(rows.contactId, codes);
    else if (source.kind === 'integer' && source.field in EVENT_PARTS) {
      this.#takeEventParts(rows, EVENT_PARTS[source.field as keyof typeof EVENT_PARTS], codes, wholeRow);
    } else {
      const isMetadata = source.kind === 'text' && source.field === 'metadata';
      this.#takeKinds(isMetadata ? kindsOfMetadata(rows) : rows.kind, codes, wholeRow);
    }
    this.#keys.append(codes);
  }

  #takeDays(days: Int32Array, codes: Uint32Array): void {
    const known = this.#ofDay;
    for (let i = 0; i < codes.length; i++) {
      const day = days[i];
      if (day === NULL_INT32) {
        codes[i] = this.#keys.dictionary.codeOfValue(ENCODED_NULL);
        continue;
      }
      const place = day - DAY_RANGE.first;
      let code = known[place];
      if (code === 0) {
        code = this.#keys.dictionary.codeOfValue(encodeText(formatIsoDay(day))) + 1;
        known[place] = code;
      }
      codes[i] = code - 1;
    }
  }

  #takeContacts(ids: Float64Array, codes: Uint32Array): void {
    let lastValue = this.#lastValue;
    let lastCode = this.#lastCode;
    for (let i = 0; i < codes.length; i++) {
      const id = ids[i];
      if (id !== lastValue) {
        lastValue = id;
        lastCode = this.#keys.dictionary.codeOfInteger(id);
      }
      codes[i] = lastCode;
    }
    this.#lastValue = lastValue;
    this.#lastCode = lastCode;
  }

  #takeKinds(kinds: Int32Array, codes: Uint32Array, wholeRow: WholeRow): void {
    for (let i = 0; i < codes.length; i++) {
      const kind = kinds[i];
      const code = kind < 0 || kind >= this.#ofKind.length ? 0 : this.#ofKind[kind];
      codes[i] = code === 0 ? this.#learn(kind, wholeRow(i)) : code - 1;
    }
  }

  #takeEventParts(
    { kind: kinds, eventDate }: KindRows,
    { shift, mask }: EventPart,
    codes: Uint32Array,
    wholeRow: WholeRow,
  ): void {
    const { dictionary } = this.#keys;
    const nullCode = dictionary.codeOfValue(ENCODED_NULL);
    for (let i = 0; i < codes.length; i++) {
      const kind = kinds[i];
      let code = kind < 0 || kind >= this.#ofKind.length ? 0 : this.#ofKind[kind];
      // Of the first of a kind the code tells whether all of it are NULL.
      if (code === 0) code = this.#learn(kind, wholeRow(i)) + 1;
      if (code === nullCode + 1 || kind < 0) codes[i] = code - 1;
      else codes[i] = dictionary.codeOfInteger((eventDate[i] >> shift) & mask);
    }
  }

  #learn(kind: number, row: ScheduleRows): number {
    const code = this.#keys.dictionary.codeOfValue(encodeField(this.#source, row, 0, this.#nowText));
    if (kind >= this.#ofKind.length) {
      const longer = new Int32Array(2 * kind);
      longer.set(this.#ofKind);
      this.#ofKind = longer;
    }
    if (kind >= 0) this.#ofKind[kind] = code + 1;
    return code;
  }
}

/** Puts the values that key columns have in new rows into their codes, and looks for values that pages cannot hold. */
export class NewKeyValues {
  readonly #source: NewRows;
  readonly #values: readonly ColumnValues[];
  /** The columns in which a text that looks like a number would be stored as one. */
  readonly #numeric: readonly LayoutColumn[];
  /** A 1 for each kind that was looked at. */
  #isChecked = new Uint8Array(64);

  /** @param keys the columns that are keys, undefined for the others */
  constructor(
    columns: readonly LayoutColumn[],
    keys: readonly (KeyColumn | undefined)[],
    source: NewRows,
    { nowText }: RunValues,
  ) {
    this.#source = source;
    this.#values = keys.flatMap((column, place) =>
      column === undefined ? [] : [new ColumnValues(columns[place].source, column, nowText)],
    );
    this.#numeric = columns.filter(({ readsNumbers, source: { kind } }) => readsNumbers && kind === 'text');
  }

  /**
   * Takes the rows at some places.
   *
   * @throws UnfitForPages when the page writer would store a value otherwise than SQLite does
   */
  add(rows: KindRows, places: Uint32Array): void {
    const wholeRow = (i: number) => this.#source.rowAt(places[i]);
    requireDays(rows.plannedDay, rows.count);
    requireDays(rows.sendDay, rows.count);
    if (this.#numeric.length > 0) this.#requireTexts(rows, wholeRow);
    for (const values of this.#values) values.add(rows, wholeRow);
  }

  #requireTexts({ kind: kinds, count }: KindRows, wholeRow: WholeRow): void {
    for (let i = 0; i < count; i++) {
      const kind = kinds[i];
      if (kind >= this.#isChecked.length) {
        const longer = new Uint8Array(2 * kind);
        longer.set(this.#isChecked);
        this.#isChecked = longer;
      }
      if (kind >= 0 && this.#isChecked[kind] === 1) continue;
      if (kind >= 0) this.#isChecked[kind] = 1;
      const row = wholeRow(i);
      for (const { name, source } of this.#numeric) {
        if (source.kind !== 'text') continue;
        const code = row[source.field][0];
        if (code < 0 || !looksLikeNumber(row.texts[code])) continue;
        throw new UnfitForPages(`its column ${quoteName(name)} would store a text as a number`);
      }
    }
  }
}

/** @throws UnfitForPages when a day is outside of `DAY_RANGE` */
function requireDays(days: Int32Array, count: number): void {
  const { first, end } = DAY_RANGE;
  for (let i = 0; i < count; i++) {
    const day = days[i];
    if ((day < first || day >= end) && day !== NULL_INT32) {
      throw new UnfitForPages(`a row is planned for ${formatIsoDay(day)}`);
    }
  }
}
