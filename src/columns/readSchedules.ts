import type { DateOrder } from '../rules/dates.js';
import { comparedStatus, isSentStatus, statusClass } from '../rules/emailTypes.js';
import { keepsBookedDay } from '../rules/reasons.js';
import { type Affinity, storedInteger } from './affinity.js';
import type { CampaignInstance, CampaignType } from './campaigns.js';
import { dateMemo } from './dateMemo.js';
import { GrowingColumns } from './growing.js';
import { NULL_INT32 } from './nulls.js';
import { openRows } from './openColumns.js';
import type { BatchedField, RowBatches } from './rowBatches.js';
import { INVALID_DAY, NOT_PLAIN, type RowCursor, UNKNOWN_FORM } from './rowCursor.js';
import { FORM_FIELDS, ROW_FIELDS, type ScheduleForms, ScheduleFormsBuilder } from './scheduleForms.js';
import { type ScheduleNotes, ScheduleNotesBuilder } from './scheduleNotes.js';
import { EmailTypes, isOwnedClass, NO_INSTANCE, ROW_CLASS, UNKNOWN_INSTANCE } from './schedules.js';
import type { RowSource } from './source.js';
import { TextMemo } from './textMemo.js';
import { TextDictionary } from './texts.js';

function classOf(status: string | null, skipReason: string | null): number {
  const compared = comparedStatus(status);
  switch (statusClass(status)) {
    case 'owned':
      if (compared === 'pre-scheduled') return ROW_CLASS.preScheduled;
      return keepsBookedDay(skipReason) ? ROW_CLASS.limited : ROW_CLASS.skipped;
    case 'history':
      if (compared === 'delivered') return ROW_CLASS.delivered;
      return isSentStatus(status) ? ROW_CLASS.sent : ROW_CLASS.history;
    case 'ended':
      return compared === 'bounced' ? ROW_CLASS.bounced : ROW_CLASS.ended;
    default:
      return ROW_CLASS.other;
  }
}

/** What the rows of `email_schedules` are understood by: plain data. */
export interface ScheduleMeaning {
  /** The email types that a run can plan, in their order. */
  readonly typeNames: readonly string[];
  readonly campaignTypes: readonly CampaignType[];
  readonly instances: readonly CampaignInstance[];
  /** The templates that a run can write. */
  readonly templates: readonly string[];
  /** How dates are read that are not in ISO form. */
  readonly order: DateOrder;
}

/** The columns of the rows as they are found. */
const ROW_COLUMNS = {
  /** -1 for what is no whole number. */
  contactId: Float64Array,
  id: Float64Array,
  form: Int32Array,
  sentDay: Int32Array,
  plannedDay: Int32Array,
  scheduledDay: Int32Array,
  isClean: Uint8Array,
  eventMonth: Int32Array,
  eventDay: Int32Array,
  metadata: Int32Array,
  createdAt: Int32Array,
};

/** The rows of `email_schedules` in the order of the table, and the types and texts that they hold. */
export interface FoundSchedules {
  readonly types: EmailTypes;
  readonly texts: TextDictionary;
  readonly rows: { readonly [Name in keyof typeof ROW_COLUMNS]: InstanceType<(typeof ROW_COLUMNS)[Name]> };
  readonly forms: ScheduleForms;
  readonly notes: ScheduleNotes;
}

/** What the values of a row's form mean. */
function formMeaning({ instances, templates }: ScheduleMeaning, types: EmailTypes) {
  const instanceOf = new Map(instances.map((instance, i) => [instance.id, i]));
  return {
    classOf,
    isOwned: isOwnedClass,
    isIgnored: (rowClass: number) => rowClass === ROW_CLASS.other,
    templates,
    typeOf: (name: string) => types.codeOf(name),
    isStrange: (rowClass: number, type: number) =>
      rowClass === ROW_CLASS.other || (!isOwnedClass(rowClass) && !types.isKnown(type)),
    instanceOf: (id: number | null) => (id === null ? NO_INSTANCE : (instanceOf.get(id) ?? UNKNOWN_INSTANCE)),
  };
}

/** How the `ROW_FIELDS` are read where rows come many at a time, in their order. */
const FIELD_KINDS = ['id', 'id', 'day', 'day', 'day', 'integer', 'integer', 'code', 'code'] as const;
/** Of those, what rows that are not owned are read by. */
const OF_ALL = [true, true, true, true, true, false, false, false, false];
const OF_OWNED = OF_ALL.map(() => true);
const PROGRESS_ROWS = 0x4000;

/** The types of an organization before any rows were read. */
export function emailTypesOf({ typeNames, campaignTypes, instances }: ScheduleMeaning): EmailTypes {
  return new EmailTypes(typeNames, campaignTypes, instances);
}

/**
 * Reads `email_schedules` into columns.
 *
 * @param onRow is told how many rows were read, now and then
 * @param allocate gives the memory of the rows' columns, zeros; the thread's own when left out
 */
export function readSchedules(
  source: RowSource | null,
  meaning: ScheduleMeaning,
  onRow: (rowsDone: number) => void = () => {},
  allocate?: (byteLength: number) => ArrayBufferLike,
): FoundSchedules {
  return new ScheduleReader(source, meaning, onRow, new GrowingColumns(ROW_COLUMNS, allocate)).read();
}

/** Reads the rows, plain ones of known forms many at a time where the cursor can, the others one by one. */
class ScheduleReader {
  readonly #types: EmailTypes;
  readonly #texts = new TextDictionary();
  readonly #order: DateOrder;
  readonly #onRow: (rowsDone: number) => void;
  readonly #columns: GrowingColumns<typeof ROW_COLUMNS>;
  readonly #cursor: RowCursor;
  readonly #places: readonly number[];
  readonly #monthAffinity: Affinity;
  readonly #dayAffinity: Affinity;
  readonly #forms: ScheduleFormsBuilder;
  readonly #notes: ScheduleNotesBuilder;
  readonly #dates: TextMemo;
  readonly #metadataTexts: TextMemo;
  readonly #createdTimes: TextMemo;
  readonly #batches: RowBatches | null;
  /** Of every form that the cursor has remembered whether the batches were told of it. */
  readonly #isLearned: boolean[] = [];

  constructor(
    source: RowSource | null,
    meaning: ScheduleMeaning,
    onRow: (rowsDone: number) => void,
    columns: GrowingColumns<typeof ROW_COLUMNS>,
  ) {
    const { places, cursor } = openRows(source, [...ROW_FIELDS, ...FORM_FIELDS]);
    const [, , plannedAt, scheduledAt, actualAt] = places;
    const formPlaces = places.slice(ROW_FIELDS.length);
    const [typeAt, , statusAt] = formPlaces;
    const affinity = (name: string) => source?.affinities?.get(name) ?? 'BLOB';
    const texts = this.#texts;
    this.#types = emailTypesOf(meaning);
    this.#order = meaning.order;
    this.#onRow = onRow;
    this.#columns = columns;
    this.#cursor = cursor;
    this.#places = places;
    this.#monthAffinity = affinity('event_month');
    this.#dayAffinity = affinity('event_day');
    const dayPlaces = [plannedAt, scheduledAt];
    this.#forms = new ScheduleFormsBuilder(
      texts,
      formMeaning(meaning, this.#types),
      formPlaces,
      dayPlaces,
      FORM_FIELDS.map(affinity),
    );
    this.#notes = new ScheduleNotesBuilder({ typeAt, statusAt, actualAt, scheduledAt });
    this.#dates = dateMemo(meaning.order);
    this.#metadataTexts = new TextMemo((text) => texts.codeOf(text));
    this.#createdTimes = new TextMemo((text) => texts.codeOf(text));
    cursor.knowForms(formPlaces);
    this.#batches = this.#openBatches();
  }

  read(): FoundSchedules {
    const columns = this.#columns;
    const cursor = this.#cursor;
    columns.reserve(cursor.expectedRows);
    try {
      while (this.#takeBatches() && cursor.next()) {
        this.#tell(columns.count, columns.count + 1);
        this.#takeRow();
      }
    } finally {
      cursor.close();
    }
    const rows = columns.values();
    const forms = this.#forms.build();
    const notes = this.#notes.build(rows.form, forms.type.length);
    return { types: this.#types, texts: this.#texts, rows, forms, notes };
  }

  #tell(rowsBefore: number, rowsDone: number): void {
    if (Math.floor(rowsBefore / PROGRESS_ROWS) !== Math.floor(rowsDone / PROGRESS_ROWS)) this.#onRow(rowsDone);
  }

  /** Batches are not for columns that hold numbers as texts. */
  #openBatches(): RowBatches | null {
    if (this.#monthAffinity === 'TEXT' || this.#dayAffinity === 'TEXT') return null;
    const fields = FIELD_KINDS.map((kind, i): BatchedField => {
      const memo = ROW_FIELDS[i] === 'metadata' ? this.#metadataTexts : this.#createdTimes;
      return { place: this.#places[i], kind, memo };
    });
    return this.#cursor.batches?.(fields) ?? null;
  }

  /** Reads the rows that come next as far as they come many at a time; the next one is the cursor's, if there is one. */
  #takeBatches(): true {
    const batches = this.#batches;
    for (let count = batches?.read() ?? 0; batches !== null && count > 0; count = batches.read()) {
      this.#takeBatch(batches, count);
    }
    return true;
  }

  #takeBatch({ columns: batch, number }: RowBatches, count: number): void {
    const columns = this.#columns;
    const first = columns.addRows(count);
    const { at } = columns;
    const [id, contact, planned, scheduled, actual, month, day, metadata, created] = batch;
    at.contactId.set(contact.subarray(0, count), first);
    at.id.set(id.subarray(0, count), first);
    at.form.set(number.subarray(0, count), first);
    at.plannedDay.set(planned.subarray(0, count), first);
    at.scheduledDay.set(scheduled.subarray(0, count), first);
    at.eventMonth.set(month.subarray(0, count), first);
    at.eventDay.set(day.subarray(0, count), first);
    at.metadata.set(metadata.subarray(0, count), first);
    at.createdAt.set(created.subarray(0, count), first);
    const { isClean: isCleanForm } = this.#forms.columnsSoFar;
    const { sentDay, isClean } = at;
    for (let i = 0; i < count; i++) {
      sentDay[first + i] = actual[i] === NULL_INT32 ? scheduled[i] : actual[i];
      isClean[first + i] = isCleanForm[number[i]];
    }
    this.#tell(first, columns.count);
  }

  /** Reads the cursor's row. */
  #takeRow(): void {
    const cursor = this.#cursor;
    const forms = this.#forms;
    const [idAt, contactAt, plannedAt, scheduledAt, actualAt, monthAt, dayAt, metadataAt, createdAt] = this.#places;
    const form = forms.formOf(cursor);
    const planned = cursor.day(plannedAt, this.#dates);
    const scheduled = cursor.day(scheduledAt, this.#dates);
    const actual = dayOrNull(cursor.day(actualAt, this.#dates));

    const row = this.#columns.addRow();
    const { at } = this.#columns;
    at.contactId[row] = cursor.integer(contactAt) ?? -1;
    at.id[row] = cursor.integer(idAt) ?? Number(cursor.value(idAt));
    at.form[row] = form;
    at.sentDay[row] = actual === NULL_INT32 ? dayOrNull(scheduled) : actual;
    at.plannedDay[row] = dayOrNull(planned);
    at.scheduledDay[row] = dayOrNull(scheduled);
    if (!forms.isOwned(form)) {
      if (forms.holdsUnknown(form)) this.#notes.addUnknown(form, cursor, forms.isIgnored(form));
      if (at.sentDay[row] !== NULL_INT32) this.#learn(form, OF_ALL);
      else if (!forms.isIgnored(form)) this.#notes.addUnreadableDay(cursor);
      return;
    }
    const month = storedInteger(cursor, monthAt, this.#monthAffinity);
    const day = storedInteger(cursor, dayAt, this.#dayAffinity);
    const metadata = cursor.plainCode(metadataAt, this.#metadataTexts);
    const created = cursor.plainCode(createdAt, this.#createdTimes);
    const isClean =
      planned !== INVALID_DAY &&
      scheduled !== INVALID_DAY &&
      month !== NOT_PLAIN &&
      day !== NOT_PLAIN &&
      metadata !== NOT_PLAIN &&
      forms.isClean(form) &&
      (this.#order === 'iso' || [plannedAt, scheduledAt].every((place) => isIsoText(cursor.text(place))));
    at.isClean[row] = isClean ? 1 : 0;
    at.eventMonth[row] = month;
    at.eventDay[row] = day;
    at.metadata[row] = metadata;
    // A row that takes its place keeps when it was made, in whatever form.
    at.createdAt[row] = created === NOT_PLAIN ? cursor.code(createdAt, this.#createdTimes) : created;
    if (metadata === NOT_PLAIN || created === NOT_PLAIN) return;
    this.#learn(form, OF_OWNED);
  }

  /** Has rows like the cursor's come many at a time, where they can. */
  #learn(number: number, isWanted: readonly boolean[]): void {
    const { form } = this.#cursor;
    if (this.#batches === null || form === UNKNOWN_FORM || this.#isLearned[form]) return;
    this.#isLearned[form] = true;
    this.#batches.learn({ number, isWanted });
  }
}

/** Tells whether a date of ten characters is in ISO form, as a run stores it. */
function isIsoText(date: string | null): boolean {
  return date === null || date[4] === '-';
}

/** A broken date reads as missing; that it is broken is an issue of contacts only. */
function dayOrNull(day: number): number {
  return day === INVALID_DAY ? NULL_INT32 : day;
}
