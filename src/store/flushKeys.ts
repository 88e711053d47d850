import { formatIsoDay } from '../calendar/iso.js';
import { NULL_INT32 } from '../columns/arrowTable.js';
import type { ScheduleRows } from '../columns/scheduleRows.js';
import {
  type LayoutColumn,
  looksLikeNumber,
  type RunValues,
  type ScheduleLayout,
  UnfitForPages,
} from './flushLayout.js';
import type { NumberedRows } from './flushOrder.js';
import { KeyColumn } from './keyColumn.js';
import type { DatabaseImage } from './pages/databaseImage.js';
import { ENCODED_NULL, encodeText } from './pages/encodedValue.js';
import { sharedBytes } from './pages/sharedBytes.js';
import { quoteName } from './schema.js';
import { readStoredKeys } from './storedKeys.js';

/** Rows that are to be written, by their place in the order in which they would be inserted. */
export interface FlushRows {
  readonly count: number;
  /**
   * The rows at some places, in the order asked for; good until the next call.
   *
   * @param places at most `FLUSH_BATCH_ROWS`
   * @param columns the columns that will be looked at; all when left out
   */
  at(places: Uint32Array, columns?: ReadonlySet<keyof ScheduleRows>): ScheduleRows;
}

/** The most rows that are asked for at once. */
export const FLUSH_BATCH_ROWS = 16_384;

/** The first and one past the last day whose text is kept ready: 1790 to 2508. */
export const DAY_RANGE = { first: -65536, end: 196608 } as const;

/** Puts the values that a column has in new rows into its codes. */
class NewValues {
  readonly #column: LayoutColumn;
  readonly #keys: KeyColumn;
  /** The code + 1 of each text; 0 is not known yet. */
  #ofText = new Int32Array(64);
  /** The code + 1 of each day of `DAY_RANGE`. */
  readonly #ofDay = new Int32Array(DAY_RANGE.end - DAY_RANGE.first);
  readonly #nullCode: number;
  readonly #codes = new Uint32Array(FLUSH_BATCH_ROWS);
  #lastValue = Number.NaN;
  #lastCode = 0;

  constructor(column: LayoutColumn, keys: KeyColumn, run: RunValues) {
    this.#column = column;
    this.#keys = keys;
    const isCreated = column.source.kind === 'text' && column.source.field === 'createdAt';
    this.#nullCode = keys.dictionary.codeOfValue(isCreated ? encodeText(run.nowText) : ENCODED_NULL);
  }

  add(rows: ScheduleRows, count: number): void {
    const { source } = this.#column;
    const codes = this.#codes.subarray(0, count);
    if (source.kind === 'rowid') return;
    if (source.kind === 'constant') codes.fill(this.#keys.dictionary.codeOfValue(source.value));
    else if (source.kind === 'day') this.#takeDays(rows[source.field], codes);
    else if (source.kind === 'text') this.#takeTexts(rows[source.field], rows.texts, codes);
    else this.#takeNumbers(rows[source.field], codes);
    this.#keys.append(codes);
  }

  #takeDays(days: Int32Array, codes: Uint32Array): void {
    const known = this.#ofDay;
    const nullCode = this.#nullCode;
    for (let i = 0; i < codes.length; i++) {
      const day = days[i];
      if (day === NULL_INT32) {
        codes[i] = nullCode;
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

  #takeTexts(values: Int32Array, texts: readonly string[], codes: Uint32Array): void {
    const known = this.#textCodes(texts.length);
    const nullCode = this.#nullCode;
    for (let i = 0; i < codes.length; i++) {
      const text = values[i];
      if (text < 0) {
        codes[i] = nullCode;
        continue;
      }
      let code = known[text];
      if (code === 0) {
        code = this.#keys.dictionary.codeOfValue(encodeText(texts[text])) + 1;
        known[text] = code;
      }
      codes[i] = code - 1;
    }
  }

  #takeNumbers(values: Float64Array | Int32Array, codes: Uint32Array): void {
    const nullCode = this.#nullCode;
    let lastValue = this.#lastValue;
    let lastCode = this.#lastCode;
    for (let i = 0; i < codes.length; i++) {
      const value = values[i];
      if (value !== lastValue) {
        if (value === NULL_INT32 || Number.isNaN(value)) {
          codes[i] = nullCode;
          continue;
        }
        lastValue = value;
        lastCode = this.#keys.dictionary.codeOfInteger(value);
      }
      codes[i] = lastCode;
    }
    this.#lastValue = lastValue;
    this.#lastCode = lastCode;
  }

  #textCodes(textCount: number): Int32Array {
    if (this.#ofText.length < textCount) {
      const longer = new Int32Array(textCount * 2);
      longer.set(this.#ofText);
      this.#ofText = longer;
    }
    return this.#ofText;
  }
}

/** Looks for values that the page writer would store otherwise than SQLite does. */
class ValueCheck {
  readonly #columns: readonly LayoutColumn[];
  readonly #isChecked = new Map<LayoutColumn, Set<number>>();

  constructor(columns: readonly LayoutColumn[]) {
    this.#columns = columns.filter((column) => column.readsNumbers && column.source.kind === 'text');
    for (const column of this.#columns) this.#isChecked.set(column, new Set());
  }

  /** @throws UnfitForPages when a value is one of them */
  check(rows: ScheduleRows, count: number): void {
    const { first, end } = DAY_RANGE;
    for (const days of [rows.plannedDay, rows.sendDay]) {
      for (let i = 0; i < count; i++) {
        const day = days[i];
        if ((day < first || day >= end) && day !== NULL_INT32) {
          throw new UnfitForPages(`a row is planned for ${formatIsoDay(day)}`);
        }
      }
    }
    for (const column of this.#columns) {
      if (column.source.kind !== 'text') continue;
      const codes = rows[column.source.field];
      const checked = this.#isChecked.get(column) ?? new Set();
      let last = -1;
      for (let i = 0; i < count; i++) {
        const code = codes[i];
        if (code === last || code < 0) continue;
        last = code;
        if (checked.has(code)) continue;
        checked.add(code);
        if (looksLikeNumber(rows.texts[code])) {
          throw new UnfitForPages(`its column ${quoteName(column.name)} would store a text as a number`);
        }
      }
    }
  }
}

/** The rows that the table will have, as far as its indexes are concerned. */
export interface FlushKeys extends NumberedRows {
  /** How many rows go. */
  readonly deleted: number;
  /** The codes of each column that is a key, undefined for the others, in the layout's order. */
  readonly columns: readonly (KeyColumn | undefined)[];
}

/**
 * Reads the keys of the rows that stay from the pages of an image, and of those that come from their columns.
 *
 * @param image null when the table has no rows yet
 * @param keyColumns the places of the columns that are keys
 * @throws UnfitForPages or UnfitKey when a row cannot be handled
 */
export function readKeys(
  layout: ScheduleLayout,
  image: DatabaseImage | null,
  deletedIds: Float64Array,
  rows: FlushRows,
  firstId: number,
  keyColumns: ReadonlySet<number>,
  run: RunValues,
  onProgress: (rowsDone: number) => void,
): FlushKeys {
  const columns = layout.columns.map((_, place) => (keyColumns.has(place) ? new KeyColumn(rows.count) : undefined));
  const staying =
    image === null
      ? { ids: new Float64Array(0), deleted: 0 }
      : readStoredKeys(
          image,
          layout.rootPage,
          { columns, missing: layout.columns.map(({ missing }) => missing) },
          deletedIds,
        );
  const newValues = columns.flatMap((keys, place) =>
    keys === undefined ? [] : [new NewValues(layout.columns[place], keys, run)],
  );
  const check = new ValueCheck(layout.columns);
  const needed = neededColumns(layout.columns, keyColumns);
  let newIds: Float64Array | null = null;
  let nextId = firstId;
  const places = new Uint32Array(FLUSH_BATCH_ROWS);
  const replacing: number[] = [];
  for (let start = 0; start < rows.count; start += FLUSH_BATCH_ROWS) {
    const count = Math.min(FLUSH_BATCH_ROWS, rows.count - start);
    for (let i = 0; i < count; i++) places[i] = start + i;
    const batch = rows.at(places.subarray(0, count), needed);
    check.check(batch, count);
    for (const values of newValues) values.add(batch, count);
    const { id: givenIds } = batch;
    for (let i = 0; i < count; i++) {
      const isGiven = !Number.isNaN(givenIds[i]);
      if (isGiven) replacing.push(start + i);
      if (isGiven && newIds === null) {
        newIds = new Float64Array(sharedBytes(rows.count * 8));
        for (let earlier = 0; earlier < start + i; earlier++) newIds[earlier] = firstId + earlier;
      }
      const id = isGiven ? givenIds[i] : nextId++;
      if (newIds !== null) newIds[start + i] = id;
    }
    onProgress(start + count);
  }
  const ids = newIds;
  const byId = Uint32Array.from(replacing);
  if (ids !== null) byId.sort((a, b) => ids[a] - ids[b]);
  return {
    stayingIds: staying.ids,
    deleted: staying.deleted,
    newCount: rows.count,
    newIds,
    firstId,
    replacing: byId,
    columns,
  };
}

/** The columns of new rows that are looked at before they are written. */
function neededColumns(columns: readonly LayoutColumn[], keyColumns: ReadonlySet<number>): Set<keyof ScheduleRows> {
  const needed = new Set<keyof ScheduleRows>(['id', 'plannedDay', 'sendDay']);
  columns.forEach(({ source, readsNumbers }, place) => {
    if ('field' in source && (keyColumns.has(place) || readsNumbers)) needed.add(source.field);
  });
  return needed;
}
