import { AscendingPlaces } from '../../columns/ascendingPlaces.js';
import { GrowingColumns } from '../../columns/growing.js';
import { NearNumbers, type PlainNumbers } from '../../columns/nearNumbers.js';
import { type ScheduleRowBuffers, type ScheduleRows, scheduleRowBuffers } from '../../columns/scheduleRows.js';
import { NULL_TEXT, type TextDictionary } from '../../columns/texts.js';
import type { Plan } from '../../plan/plan.js';
import { type KindRowBuffers, type KindRows, kindRowBuffers } from '../../plan/rowKinds.js';
import type { ScheduleDiff } from './diffSchedules.js';
import { FLUSH_BATCH_ROWS, type NewRows } from './newRows.js';
import { type PlainTemplate, RowTemplates } from './rowTemplates.js';
import { type PlainValues, ValuesByPlace } from './valuesByPlace.js';
import { type WrittenBatch, WrittenBatches } from './writtenBatches.js';

/** No number of a template: a row that is like no other. */
const NO_KIND = -1;

/** How many days a day that is planned for may lie before the run's, so that it is cheap to keep. */
const DAYS_BEFORE = 4096;

/** How many rows and contacts are expected, and the day of the run. */
export interface RowsExpected {
  readonly rows: number;
  readonly contacts: number;
  readonly today: number;
}

/** Rows as data that goes from thread to thread. */
export interface PlainRows {
  readonly templates: readonly PlainTemplate[];
  /** The first row of each contact that has some, and its id. */
  readonly firstRow: Uint32Array;
  readonly contactIds: Float64Array;
  readonly kind: PlainNumbers;
  readonly plannedDay: PlainNumbers;
  readonly sendDay: PlainNumbers;
  readonly eventDate: PlainNumbers;
  readonly replacing: PlainValues<typeof REPLACING>;
  readonly initialId: PlainValues<typeof INITIAL_ID>;
  readonly odd: PlainValues<typeof ODD>;
}

/** What rows have that take the place of owned rows. */
const REPLACING = { id: Float64Array, createdAt: Int32Array };
const INITIAL_ID = { id: Float64Array };
/** What rows of no kind have, beside a template without it. */
const ODD = { template: Int32Array, priority: Int32Array, instanceId: Float64Array };

/**
 * The rows that a run adds, in the order of their candidates (Rules 11), in about nine bytes each and without the plans they come
 * from: a contact's rows lie one behind the other, and of each there are the number of its template, its days and its event's date.
 */
export class CompactRows implements NewRows {
  count = 0;
  readonly #templates: RowTemplates;
  /** The first row of each contact that has some, and its id. */
  readonly #firstRow: AscendingPlaces;
  readonly #contactIds: GrowingColumns<{ id: typeof Float64Array }>;
  readonly #kind: NearNumbers;
  readonly #plannedDay: NearNumbers;
  readonly #sendDay: NearNumbers;
  readonly #eventDate: NearNumbers;
  /** Rows that take the place of owned rows. */
  readonly #replacing = new ValuesByPlace(REPLACING);
  readonly #initialId = new ValuesByPlace(INITIAL_ID);
  readonly #odd = new ValuesByPlace(ODD);
  readonly #buffers: ScheduleRowBuffers;
  readonly #kindRows: KindRowBuffers = kindRowBuffers(FLUSH_BATCH_ROWS);
  /** What whole rows are made of, which does not touch the rows that were asked for as kinds. */
  readonly #wholeRows: KindRowBuffers = kindRowBuffers(FLUSH_BATCH_ROWS);
  #lastContactId = Number.NaN;

  /** @param texts whose codes the rows hold */
  constructor(texts: TextDictionary, { rows, contacts, today }: RowsExpected) {
    this.#templates = new RowTemplates(texts);
    this.#firstRow = new AscendingPlaces(contacts);
    this.#contactIds = new GrowingColumns({ id: Float64Array });
    this.#contactIds.reserve(contacts);
    this.#kind = new NearNumbers(rows, NO_KIND);
    this.#plannedDay = new NearNumbers(rows, today - DAYS_BEFORE);
    this.#sendDay = new NearNumbers(rows, today - DAYS_BEFORE);
    // A date of some 60 years ago.
    this.#eventDate = new NearNumbers(rows, (1970 + Math.floor(today / 366) - 60) << 9);
    this.#buffers = scheduleRowBuffers(texts.texts, FLUSH_BATCH_ROWS);
  }

  /**
   * Adds the rows that a plan inserts and replaces, whose contacts come behind those that are there.
   *
   * @param onBatch is told of them, some at a time
   */
  add(
    plan: Plan,
    diff: ScheduleDiff,
    onBatch: (batch: WrittenBatch, templates: RowTemplates) => void = () => {},
  ): void {
    for (const batch of new WrittenBatches(plan, diff, this.#templates)) {
      onBatch(batch, this.#templates);
      const { rows } = batch;
      this.#addContacts(rows);
      this.#kind.append(rows.kind, rows.count);
      this.#plannedDay.append(rows.plannedDay, rows.count);
      this.#sendDay.append(rows.sendDay, rows.count);
      this.#eventDate.append(rows.eventDate, rows.count);
      this.#addValues(batch);
      this.count += rows.count;
    }
  }

  #addValues({ rows, odd, replacing }: WrittenBatch): void {
    const start = this.count;
    for (let i = 0; i < rows.count; i++) {
      if (Number.isNaN(rows.initialId[i])) continue;
      const at = this.#initialId.add(start + i);
      this.#initialId.columns.id[at] = rows.initialId[i];
    }
    for (const { i, template, priority, instanceId } of odd) {
      const at = this.#odd.add(start + i);
      const { columns } = this.#odd;
      columns.template[at] = template;
      columns.priority[at] = priority;
      columns.instanceId[at] = instanceId;
    }
    for (const { i, id, createdAt } of replacing) {
      const at = this.#replacing.add(start + i);
      const { columns } = this.#replacing;
      columns.id[at] = id;
      columns.createdAt[at] = createdAt;
    }
  }

  /** The rows for another thread, without room to spare, which would go there as well. */
  plain(): PlainRows {
    return {
      templates: this.#templates.plain(),
      firstRow: this.#firstRow.plain(),
      contactIds: this.#contactIds.plain().id,
      kind: this.#kind.plain(),
      plannedDay: this.#plannedDay.plain(),
      sendDay: this.#sendDay.plain(),
      eventDate: this.#eventDate.plain(),
      replacing: this.#replacing.plain(),
      initialId: this.#initialId.plain(),
      odd: this.#odd.plain(),
    };
  }

  /**
   * Adds the rows of another thread, whose contacts come behind those that are there.
   *
   * @param codeOf what the code of each of its texts is here
   */
  append(rows: PlainRows, codeOf: (code: number) => number): void {
    const start = this.count;
    const templates = this.#templates.learn(rows.templates, codeOf);
    this.#kind.appendMeaning(rows.kind, (kind) => (kind === NO_KIND ? NO_KIND : templates[kind]));
    this.#plannedDay.appendPlain(rows.plannedDay);
    this.#sendDay.appendPlain(rows.sendDay);
    this.#eventDate.appendPlain(rows.eventDate);
    const { replacing, initialId, odd } = rows;
    this.#replacing.append(start, { ...replacing, createdAt: replacing.createdAt.map(codeOf) });
    this.#initialId.append(start, initialId);
    this.#odd.append(start, { ...odd, template: odd.template.map((template) => templates[template]) });
    for (let i = 0; i < rows.firstRow.length; i++) this.#addContact(start + rows.firstRow[i], rows.contactIds[i]);
    this.count += rows.kind.values.length;
    this.#lastContactId = Number.NaN;
  }

  /** Adds a contact with rows. @param firstRow the first of them */
  #addContact(firstRow: number, contactId: number): void {
    this.#firstRow.push(firstRow);
    const row = this.#contactIds.addRow();
    this.#contactIds.at.id[row] = contactId;
  }

  #addContacts({ count, contactId }: KindRows): void {
    let last = this.#lastContactId;
    for (let i = 0; i < count; i++) {
      const id = contactId[i];
      if (id === last) continue;
      last = id;
      this.#addContact(this.count + i, id);
    }
    this.#lastContactId = last;
  }

  /** How many contacts have rows. */
  get contactCount(): number {
    return this.#firstRow.count;
  }

  /** The id of the i-th contact that has rows, and which rows are its own. */
  contactAt(i: number): { readonly contactId: number; readonly start: number; readonly end: number } {
    const end = i + 1 < this.#firstRow.count ? this.#firstRow.at(i + 1) : this.count;
    return { contactId: this.#contactIds.at.id[i], start: this.#firstRow.at(i), end };
  }

  /** Tells whether the row at a place takes the place of an owned row. */
  isReplacing(place: number): boolean {
    return this.#replacing.indexOf(place) >= 0;
  }

  kinds(places: Uint32Array): KindRows {
    return this.#fillKinds(places, this.#kindRows);
  }

  #fillKinds(places: Uint32Array, rows: KindRowBuffers): KindRows {
    rows.count = places.length;
    this.#kind.fill(places, rows.kind);
    this.#plannedDay.fill(places, rows.plannedDay);
    this.#sendDay.fill(places, rows.sendDay);
    this.#eventDate.fill(places, rows.eventDate);
    this.#fillContacts(places, rows.contactId);
    this.#fillValues(places, this.#replacing, rows.id);
    this.#fillValues(places, this.#initialId, rows.initialId);
    return rows;
  }

  #fillContacts(places: Uint32Array, into: Float64Array): void {
    let start = 0;
    let end = 0;
    let id = 0;
    for (let i = 0; i < places.length; i++) {
      const place = places[i];
      if (place < start || place >= end) {
        const contact = this.#firstRow.lastUpTo(place);
        start = this.#firstRow.at(contact);
        end = contact + 1 < this.#firstRow.count ? this.#firstRow.at(contact + 1) : this.count;
        id = this.#contactIds.at.id[contact];
      }
      into[i] = id;
    }
  }

  #fillValues(places: Uint32Array, values: ValuesByPlace<{ id: typeof Float64Array }>, into: Float64Array): void {
    into.fill(Number.NaN, 0, places.length);
    if (values.count === 0) return;
    const { id } = values.columns;
    for (let i = 0; i < places.length; i++) {
      const at = values.indexOf(places[i]);
      if (at >= 0) into[i] = id[at];
    }
  }

  /** The whole rows at some places, at most `FLUSH_BATCH_ROWS`, in the order asked for; good until the next call. */
  at(places: Uint32Array): ScheduleRows {
    const { kind, id, contactId, plannedDay, sendDay, eventDate, initialId } = this.#fillKinds(places, this.#wholeRows);
    const rows = this.#buffers;
    for (let i = 0; i < places.length; i++) {
      const odd = kind[i] === NO_KIND ? this.#odd.indexOf(places[i]) : -1;
      const replacing = this.#replacing.indexOf(places[i]);
      const template = odd < 0 ? kind[i] : this.#odd.columns.template[odd];
      this.#templates.fill(rows, i, template, {
        id: id[i],
        createdAt: replacing < 0 ? NULL_TEXT : this.#replacing.columns.createdAt[replacing],
        contactId: contactId[i],
        plannedDay: plannedDay[i],
        sendDay: sendDay[i],
        eventDate: eventDate[i],
        initialId: initialId[i],
      });
      if (odd < 0) continue;
      rows.priority[i] = this.#odd.columns.priority[odd];
      rows.instanceId[i] = this.#odd.columns.instanceId[odd];
    }
    rows.count = places.length;
    return rows;
  }

  rowAt(place: number): ScheduleRows {
    return this.at(Uint32Array.of(place));
  }
}
