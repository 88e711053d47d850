import { formatIsoDay } from '../calendar/iso.js';
import { NULL_INT32 } from '../columns/arrowTable.js';
import type { ScheduleRows } from '../columns/scheduleRows.js';
import { SendplanError } from '../errors.js';
import { DAY_RANGE } from './flushKeys.js';
import type { LayoutColumn, RunValues, ScheduleLayout } from './flushLayout.js';
import {
  bodyLength,
  ENCODED_NULL,
  type EncodedValue,
  encodeInteger,
  encodeText,
  integerSerialType,
} from './pages/encodedValue.js';
import type { TableTree } from './pages/tableTree.js';
import { varintLength, writeInteger, writeVarint } from './pages/varint.js';
import { quoteName } from './schema.js';

/** Bytes of templates that are kept at once; beyond them all are forgotten. */
export const TEMPLATE_BYTES = 1024 * 1024;
const MOST_TEMPLATES = 8192;
const SLOTS = MOST_TEMPLATES * 4;

/** Stands for the template of one row that is too long to be kept. */
const LARGE = MOST_TEMPLATES;

/** The numbers that make out a template: eight text codes, the priority, the forms of what is patched. */
const KEY_LENGTH = 10;

/** What differs from row to row: five numbers and two days. */
const PATCH = { contact: 0, year: 1, month: 2, day: 3, planned: 4, send: 5 } as const;
const PATCH_COUNT = 6;

function formOf(value: number): number {
  return value === NULL_INT32 ? 0 : integerSerialType(value);
}

/** The texts of days, ten bytes each, as two numbers of four bytes and one of two, in the machine's order. */
class DayWords {
  readonly words = new Int32Array((DAY_RANGE.end - DAY_RANGE.first) * 3);

  /** Where the words of a day begin. */
  placeOf(day: number): number {
    const place = (day - DAY_RANGE.first) * 3;
    if (this.words[place] === 0) {
      const bytes = new Uint8Array(12);
      bytes.set(encodeText(formatIsoDay(day)).body);
      this.words.set(new Int32Array(bytes.buffer), place);
    }
    return place;
  }
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Writes new rows into a table: rows that differ only in contact, event date and days are copies of a template, which lies at
 * the front of the tree's buffer, with these few bytes set in each.
 *
 * ```
 * header                        body
 * | 21 | 00 | type of each ... | contact | type text | day | day | 08:30:00 | ... |
 *                                ^^^^^^^               ^^^   ^^^   patched
 * ```
 */
export class RecordTemplates {
  readonly #columns: readonly LayoutColumn[];
  readonly #nowText: string;
  readonly #tree: TableTree;
  readonly #days = new DayWords();
  readonly #slots = new Int32Array(SLOTS);
  readonly #keys = new Int32Array(MOST_TEMPLATES * KEY_LENGTH);
  readonly #instances = new Float64Array(MOST_TEMPLATES);
  readonly #starts = new Uint32Array(MOST_TEMPLATES);
  readonly #lengths = new Uint32Array(MOST_TEMPLATES);
  /** Where each of `PATCH` is, from the record's start; 0 when it is NULL or has no bytes. */
  readonly #patches = new Uint32Array((MOST_TEMPLATES + 1) * PATCH_COUNT);
  #count = 0;
  #used = 0;

  /** @param tree has `TEMPLATE_BYTES` of scratch that are not used otherwise */
  constructor(layout: ScheduleLayout, run: RunValues, tree: TableTree) {
    this.#columns = layout.columns;
    this.#nowText = run.nowText;
    this.#tree = tree;
  }

  /**
   * Adds row `i` to the tree.
   *
   * @throws SendplanError `database_error` when it has a NULL where the table allows none
   */
  write(rowid: number, rows: ScheduleRows, i: number): void {
    const tree = this.#tree;
    const template = this.#find(rows, i);
    const length = this.#lengths[template];
    if (length > tree.maximumLocal || length > TEMPLATE_BYTES) {
      this.#writeLarge(rowid, rows, i);
      return;
    }
    const at = tree.beginRow(rowid, length);
    const start = this.#starts[template];
    tree.bytes.copyWithin(at, start, start + length);
    this.#patch(template, tree.bytes, tree.view, at, rows, i);
  }

  #find(rows: ScheduleRows, i: number): number {
    const forms =
      integerSerialType(rows.contactId[i]) |
      (formOf(rows.eventYear[i]) << 4) |
      (formOf(rows.eventMonth[i]) << 8) |
      (formOf(rows.eventDay[i]) << 12) |
      (rows.plannedDay[i] === NULL_INT32 ? 1 << 16 : 0) |
      (rows.sendDay[i] === NULL_INT32 ? 1 << 17 : 0);
    const type = rows.emailType[i];
    const status = rows.status[i];
    const reason = rows.skipReason[i];
    const email = rows.emailTemplate[i];
    const sms = rows.smsTemplate[i];
    const metadata = rows.metadata[i];
    const created = rows.createdAt[i];
    const time = rows.sendTime[i];
    const priority = rows.priority[i];
    const instance = rows.instanceId[i];
    let hash = Math.imul(type, 0x9e3779b1) ^ Math.imul(status, 0x85ebca6b) ^ Math.imul(reason, 0xc2b2ae35);
    hash =
      Math.imul(hash ^ (hash >>> 15) ^ email, 0x27d4eb2f) ^ Math.imul(sms, 0x165667b1) ^ Math.imul(forms, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 13) ^ metadata, 0x85ebca6b) ^ Math.imul(created, 0xc2b2ae35) ^ (instance | 0);
    let slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    const keys = this.#keys;
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      const key = (entry - 1) * KEY_LENGTH;
      const found = this.#instances[entry - 1];
      if (
        keys[key] === forms &&
        keys[key + 1] === type &&
        keys[key + 2] === status &&
        keys[key + 3] === reason &&
        keys[key + 4] === email &&
        keys[key + 5] === sms &&
        keys[key + 6] === metadata &&
        keys[key + 7] === created &&
        keys[key + 8] === time &&
        keys[key + 9] === priority &&
        (found === instance || (Number.isNaN(found) && Number.isNaN(instance)))
      ) {
        return entry - 1;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.#count === MOST_TEMPLATES) this.#forget();
    const record = this.#build(rows, i, this.#count);
    if (this.#used + record.length > TEMPLATE_BYTES && record.length <= TEMPLATE_BYTES) {
      this.#forget();
      return this.#find(rows, i);
    }
    const template = this.#count++;
    keys.set([forms, type, status, reason, email, sms, metadata, created, time, priority], template * KEY_LENGTH);
    this.#instances[template] = instance;
    this.#starts[template] = this.#used;
    this.#lengths[template] = record.length;
    if (record.length <= TEMPLATE_BYTES) {
      this.#tree.bytes.set(record, this.#used);
      this.#used += record.length;
    }
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.#slots[slot] = template + 1;
    return template;
  }

  #forget(): void {
    this.#slots.fill(0);
    this.#count = 0;
    this.#used = 0;
  }

  #patch(template: number, bytes: Uint8Array, view: DataView, at: number, rows: ScheduleRows, i: number): void {
    const patches = this.#patches;
    const patch = template * PATCH_COUNT;
    const contactAt = patches[patch + PATCH.contact];
    if (contactAt !== 0) this.#putInteger(bytes, view, at + contactAt, rows.contactId[i]);
    const yearAt = patches[patch + PATCH.year];
    if (yearAt !== 0) this.#putInteger(bytes, view, at + yearAt, rows.eventYear[i]);
    const monthAt = patches[patch + PATCH.month];
    if (monthAt !== 0) this.#putInteger(bytes, view, at + monthAt, rows.eventMonth[i]);
    const dayAt = patches[patch + PATCH.day];
    if (dayAt !== 0) this.#putInteger(bytes, view, at + dayAt, rows.eventDay[i]);
    const plannedAt = patches[patch + PATCH.planned];
    if (plannedAt !== 0) this.#putDay(view, at + plannedAt, rows.plannedDay[i]);
    const sendAt = patches[patch + PATCH.send];
    if (sendAt !== 0) this.#putDay(view, at + sendAt, rows.sendDay[i]);
  }

  #putInteger(bytes: Uint8Array, view: DataView, at: number, value: number): void {
    if (value >= -128 && value <= 127) {
      view.setInt8(at, value);
    } else if (value >= -32768 && value <= 32767) {
      view.setInt16(at, value);
    } else if (value >= -8388608 && value <= 8388607) {
      view.setInt8(at, value >> 16);
      view.setInt16(at + 1, value);
    } else if (value >= -2147483648 && value <= 2147483647) {
      view.setInt32(at, value);
    } else {
      writeInteger(bytes, at, value, bodyLength(integerSerialType(value)));
    }
  }

  #putDay(view: DataView, at: number, day: number): void {
    const place = this.#days.placeOf(day);
    const { words } = this.#days;
    view.setInt32(at, words[place], IS_LITTLE_ENDIAN);
    view.setInt32(at + 4, words[place + 1], IS_LITTLE_ENDIAN);
    view.setInt16(at + 8, words[place + 2] >> (IS_LITTLE_ENDIAN ? 0 : 16), IS_LITTLE_ENDIAN);
  }

  #writeLarge(rowid: number, rows: ScheduleRows, i: number): void {
    const record = this.#build(rows, i, LARGE);
    this.#patch(LARGE, record, new DataView(record.buffer), 0, rows, i);
    this.#tree.addLargeRow(rowid, record);
  }

  /** Makes the record of a row and notes where what differs in others is. */
  #build(rows: ScheduleRows, i: number, template: number): Uint8Array {
    const patches = this.#patches.fill(0, template * PATCH_COUNT, (template + 1) * PATCH_COUNT);
    const values = this.#columns.map((column) => this.#valueOf(column, rows, i));
    const typesLength = values.reduce((total, { serialType }) => total + varintLength(serialType), 0);
    const headerLength = typesLength < 127 ? typesLength + 1 : typesLength + varintLength(typesLength + 2);
    const record = new Uint8Array(values.reduce((total, { body }) => total + body.length, headerLength));
    let typeAt = writeVarint(record, 0, headerLength);
    let bodyAt = headerLength;
    values.forEach(({ serialType, body }, place) => {
      typeAt = writeVarint(record, typeAt, serialType);
      record.set(body, bodyAt);
      const patch = patchOf(this.#columns[place]);
      if (patch >= 0 && body.length > 0) patches[template * PATCH_COUNT + patch] = bodyAt;
      bodyAt += body.length;
    });
    return record;
  }

  #valueOf(column: LayoutColumn, rows: ScheduleRows, i: number): EncodedValue {
    const value = this.#plainValueOf(column, rows, i);
    if (value.serialType === 0 && column.isNotNull && column.source.kind !== 'rowid') {
      const place = `email_schedules.${quoteName(column.name)}`;
      throw new SendplanError(
        'database_error',
        `A row of contact ${rows.contactId[i]} has no value for ${place}, which is NOT NULL.`,
      );
    }
    return value;
  }

  #plainValueOf({ source }: LayoutColumn, rows: ScheduleRows, i: number): EncodedValue {
    switch (source.kind) {
      case 'rowid':
        return ENCODED_NULL;
      case 'constant':
        return source.value;
      case 'text': {
        const code = rows[source.field][i];
        if (code >= 0) return encodeText(rows.texts[code]);
        return source.field === 'createdAt' ? encodeText(this.#nowText) : ENCODED_NULL;
      }
      case 'day':
        return rows[source.field][i] === NULL_INT32 ? ENCODED_NULL : encodeText(formatIsoDay(rows[source.field][i]));
      default: {
        const value = rows[source.field][i];
        return value === NULL_INT32 || Number.isNaN(value) ? ENCODED_NULL : encodeInteger(value);
      }
    }
  }
}

function patchOf({ source }: LayoutColumn): number {
  if (source.kind === 'day') return source.field === 'plannedDay' ? PATCH.planned : PATCH.send;
  if (source.kind === 'identifier') return source.field === 'contactId' ? PATCH.contact : -1;
  if (source.kind !== 'integer') return -1;
  if (source.field === 'eventYear') return PATCH.year;
  if (source.field === 'eventMonth') return PATCH.month;
  return source.field === 'eventDay' ? PATCH.day : -1;
}
