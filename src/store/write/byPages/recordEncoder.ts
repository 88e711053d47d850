import type { ScheduleRows } from '../../../columns/scheduleRows.js';
import { SendplanError } from '../../../errors.js';
import { INITIAL_ID_AT } from '../../../plan/rows.js';
import { DAY_RANGE, FLUSH_BATCH_ROWS, type NewRows } from '../../changes/newRows.js';
import type { EncodedValue } from '../../format/encodedValue.js';
import { type PageEncoder, STOPPED } from '../../format/pageEncoder.js';
import type { PageSpace } from '../../format/pageSpace.js';
import { TableTreeWriter } from '../../format/tableTreeWriter.js';
import { varintLength, writeVarint } from '../../format/varint.js';
import { quoteName } from '../../schema/readSchema.js';
import { encodeField } from './encodeField.js';
import type { ColumnSource, LayoutColumn, RunValues, ScheduleLayout } from './scheduleLayout.js';

/** Bytes of templates that are kept at once; beyond them all are forgotten. */
const TEMPLATE_BYTES = 1024 * 1024;
const MOST_TEMPLATES = 8192;
const SLOTS = MOST_TEMPLATES * 4;
/** The numbers that make out a template, see assembly/pages/rows.ts. */
const KEY_LENGTH = 2;

/** What differs from row to row: five numbers, two days, and the id that a follow-up's metadata name. */
const PATCH = { contact: 0, year: 1, month: 2, day: 3, planned: 4, send: 5, initial: 6 } as const;
const PATCH_COUNT = 7;

const DAY_TEXT_BYTES = 12;

/** Values of a column that are kept encoded; beyond them all are forgotten. */
const MOST_ENCODED = 4096;

/** The columns of a batch that the encoder looks at. */
const BATCH_COLUMNS = ['kind', 'plannedDay', 'sendDay', 'eventDate'] as const;

/**
 * Builds the table of new rows: those of a kind are copies of a template, in which the encoder sets what differs, see
 * assembly/pages/rows.ts. Templates are made here.
 */
export class RecordEncoder {
  readonly tree: TableTreeWriter;
  readonly #columns: readonly LayoutColumn[];
  readonly #source: NewRows;
  readonly #nowText: string;
  readonly #encoder: PageEncoder;
  readonly #rowids: Float64Array;
  readonly #contactIds: Float64Array;
  readonly #initialIds: Float64Array;
  readonly #batch: Readonly<Record<(typeof BATCH_COLUMNS)[number], Int32Array>>;
  readonly #templatesAt: number;
  readonly #patches: Uint32Array;
  /** By column, the values that were encoded, by the numbers that stand for them in a row. */
  readonly #encoded: readonly Map<number, EncodedValue>[];
  #places: Uint32Array = new Uint32Array(0);
  #templateCount = 0;
  #templateBytes = 0;

  constructor(encoder: PageEncoder, space: PageSpace, layout: ScheduleLayout, source: NewRows, run: RunValues) {
    this.#columns = layout.columns;
    this.#encoded = layout.columns.map(() => new Map());
    this.#source = source;
    this.#nowText = run.nowText;
    this.#encoder = encoder;
    const column = (name: string, byteLength: number): number => {
      const at = encoder.reserve(byteLength);
      encoder.set(name, at);
      return at;
    };
    const rowidsAt = column('rowid', FLUSH_BATCH_ROWS * 8);
    const contactIdsAt = column('contactId', FLUSH_BATCH_ROWS * 8);
    const initialIdsAt = column('initialId', FLUSH_BATCH_ROWS * 8);
    const batchAt = BATCH_COLUMNS.map((name) => column(name, FLUSH_BATCH_ROWS * 4));
    column('dayTexts', (DAY_RANGE.end - DAY_RANGE.first) * DAY_TEXT_BYTES);
    column('templateSlots', SLOTS * 4);
    column('templateKeys', MOST_TEMPLATES * KEY_LENGTH * 4);
    column('templateStarts', MOST_TEMPLATES * 4);
    column('templateLengths', MOST_TEMPLATES * 4);
    const patchesAt = column('templatePatches', MOST_TEMPLATES * PATCH_COUNT * 4);
    this.#templatesAt = encoder.reserve(TEMPLATE_BYTES);
    this.tree = new TableTreeWriter(space, {
      scratchBytes: encoder.reservedBytes,
      allocate: (byteLength) => encoder.allocate(byteLength),
    });
    encoder.set('maximumLocal', this.tree.maximumLocal);
    const { buffer } = this.tree.bytes;
    this.#rowids = new Float64Array(buffer, rowidsAt, FLUSH_BATCH_ROWS);
    this.#contactIds = new Float64Array(buffer, contactIdsAt, FLUSH_BATCH_ROWS);
    this.#initialIds = new Float64Array(buffer, initialIdsAt, FLUSH_BATCH_ROWS);
    const [kind, plannedDay, sendDay, eventDate] = batchAt.map((at) => new Int32Array(buffer, at, FLUSH_BATCH_ROWS));
    this.#batch = { kind, plannedDay, sendDay, eventDate };
    this.#patches = new Uint32Array(buffer, patchesAt, MOST_TEMPLATES * PATCH_COUNT);
  }

  /**
   * Takes a batch whose rows are then added.
   *
   * @param places of its rows, at most `FLUSH_BATCH_ROWS`; not to be changed before the next batch
   * @param rowids of its rows, ascending
   */
  take(places: Uint32Array, rowids: Float64Array): void {
    const rows = this.#source.kinds(places);
    this.#places = places;
    this.#rowids.set(rowids);
    this.#contactIds.set(rows.contactId.subarray(0, rows.count));
    this.#initialIds.set(rows.initialId.subarray(0, rows.count));
    for (const name of BATCH_COLUMNS) this.#batch[name].set(rows[name].subarray(0, rows.count));
  }

  /**
   * Adds the rows `[start, end)` of the batch.
   *
   * @throws SendplanError `database_error` when one has a NULL where the table allows none
   */
  add(start: number, end: number): void {
    const encoder = this.#encoder;
    const { functions } = encoder;
    const { tree } = this;
    let row = start;
    while (row < end) {
      tree.fillLeaf(
        (leafAt, cellStart, cellCount) => {
          row = functions.addRows(row, end, leafAt, cellStart, cellCount);
          return encoder;
        },
        () => this.#rowids[row - 1],
      );
      if (encoder.stopped === STOPPED.full) tree.closeLeaf();
      else if (encoder.stopped === STOPPED.unknown && !this.#learn(row)) row++;
    }
  }

  /** Makes a template of a row; false when it is like no other, or too long for one, and was added by itself. */
  #learn(row: number): boolean {
    const { tree } = this;
    const { record, patches } = this.#build(row);
    if (record.length > tree.maximumLocal) {
      tree.addLargeRow(this.#rowids[row], record);
      return false;
    }
    if (this.#batch.kind[row] < 0) {
      tree.bytes.set(record, tree.beginRow(this.#rowids[row], record.length));
      return false;
    }
    if (this.#templateCount === MOST_TEMPLATES || this.#templateBytes + record.length > TEMPLATE_BYTES) {
      this.#encoder.functions.forgetTemplates();
      this.#templateCount = 0;
      this.#templateBytes = 0;
    }
    const at = this.#templatesAt + this.#templateBytes;
    tree.bytes.set(record, at);
    this.#templateBytes += record.length;
    this.#templateCount++;
    this.#patches.set(patches, this.#encoder.functions.addTemplate(row, at, record.length) * PATCH_COUNT);
    return true;
  }

  /** Makes the record of a row, and tells where in it each of `PATCH` is, the initial id by its end: 0 when it is NULL or has no bytes. */
  #build(row: number): { readonly record: Uint8Array; readonly patches: Uint32Array } {
    const patches = new Uint32Array(PATCH_COUNT);
    const rows = this.#source.rowAt(this.#places[row]);
    const values = this.#columns.map((_, place) => this.#valueOf(place, rows));
    const typesLength = values.reduce((total, { serialType }) => total + varintLength(serialType), 0);
    const headerLength = typesLength < 127 ? typesLength + 1 : typesLength + varintLength(typesLength + 2);
    const record = new Uint8Array(values.reduce((total, { body }) => total + body.length, headerLength));
    let typeAt = writeVarint(record, 0, headerLength);
    let bodyAt = headerLength;
    values.forEach(({ serialType, body }, place) => {
      typeAt = writeVarint(record, typeAt, serialType);
      record.set(body, bodyAt);
      const patch = patchOf(this.#columns[place]);
      if (patch === PATCH.initial) patches[patch] = endOfInitialId(this.#initialIds[row], bodyAt);
      else if (patch >= 0 && body.length > 0) patches[patch] = bodyAt;
      bodyAt += body.length;
    });
    return { record, patches };
  }

  /** The value of a column in the first of some rows. */
  #valueOf(place: number, rows: ScheduleRows): EncodedValue {
    const column = this.#columns[place];
    const value = this.#encode(column.source, this.#encoded[place], rows);
    if (value.serialType === 0 && column.isNotNull && column.source.kind !== 'rowid') {
      const place = `email_schedules.${quoteName(column.name)}`;
      throw new SendplanError(
        'database_error',
        `A row of contact ${rows.contactId[0]} has no value for ${place}, which is NOT NULL.`,
      );
    }
    return value;
  }

  /** `encodeField` of the first of some rows; rows that are like no other have most of their values in common with others. */
  #encode(source: ColumnSource, encoded: Map<number, EncodedValue>, rows: ScheduleRows): EncodedValue {
    if (source.kind === 'rowid' || source.kind === 'constant' || isOwn(source)) {
      return encodeField(source, rows, 0, this.#nowText);
    }
    const number = rows[source.field][0];
    let value = encoded.get(number);
    if (value === undefined) {
      value = encodeField(source, rows, 0, this.#nowText);
      if (encoded.size === MOST_ENCODED) encoded.clear();
      encoded.set(number, value);
    }
    return value;
  }
}

/** Tells whether rows seldom have the same value in a column as others. */
function isOwn(source: ColumnSource): boolean {
  return source.kind === 'identifier' || (source.kind === 'text' && source.field === 'metadata');
}

/** Where the digits of the id that a follow-up's metadata name end; 0 where they name none. @param metadataAt where they begin */
function endOfInitialId(initialId: number, metadataAt: number): number {
  return Number.isNaN(initialId) ? 0 : metadataAt + INITIAL_ID_AT + String(initialId).length;
}

function patchOf({ source }: LayoutColumn): number {
  if (source.kind === 'text') return source.field === 'metadata' ? PATCH.initial : -1;
  if (source.kind === 'day') return source.field === 'plannedDay' ? PATCH.planned : PATCH.send;
  if (source.kind === 'identifier') return source.field === 'contactId' ? PATCH.contact : -1;
  if (source.kind !== 'integer') return -1;
  if (source.field === 'eventYear') return PATCH.year;
  if (source.field === 'eventMonth') return PATCH.month;
  return source.field === 'eventDay' ? PATCH.day : -1;
}
