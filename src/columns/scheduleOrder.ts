import type { Table } from 'apache-arrow';
import { numberVector, tableOf } from './arrowTable.js';
import type { ContactIndex } from './contactIndex.js';
import type { FoundSchedules } from './readSchedules.js';
import type { ScheduleForms } from './scheduleForms.js';
import type { Schedules } from './schedules.js';
import { inOrder, stableOrder } from './stableOrder.js';

/**
 * Groups rows that were found by contact: ascending by contact, then by id, those of contacts that cannot be planned last. They
 * stay in the memory that they were read to; that of the contacts' ids is used for other things.
 */
export function inOrderOfContacts(
  { rows, forms, notes }: Pick<FoundSchedules, 'rows' | 'forms' | 'notes'>,
  contacts: ContactIndex,
  contactCount: number,
): Schedules {
  const count = rows.id.length;
  const { order, first } = orderByContact(
    contactsOf(rows.contactId, contacts, contactCount),
    contactCount + 1,
    rows.id,
  );
  // The contacts have their order, so that the room of their ids is free.
  const room = new ColumnRoom(order, rows.contactId);
  const id = room.putIds(rows.id);
  const isClean = room.putBytes(rows.isClean);
  const form = room.put(rows.form);
  const days = {
    sentDay: room.put(rows.sentDay),
    plannedDay: room.put(rows.plannedDay),
    scheduledDay: room.put(rows.scheduledDay),
  };
  const content = {
    eventMonth: room.put(rows.eventMonth),
    eventDay: room.put(rows.eventDay),
    metadata: room.put(rows.metadata),
    createdAt: room.put(rows.createdAt),
  };
  const ofForms = contentOfForms(forms, form, room);
  const schedules = { count, first, id, ...ofForms, ...days, form, forms, isClean, ...content, notes };
  return schedulesOver(schedules);
}

/** Rows over columns that are in order, with their Arrow table. */
export function schedulesOver(schedules: Omit<Schedules, 'toTable'>): Schedules {
  return { ...schedules, toTable: () => tableOfRows(schedules) };
}

/** The index of the contact of each row, that behind the last for all who cannot be planned, in the memory of the ids. */
function contactsOf(ids: Float64Array, contacts: ContactIndex, contactCount: number): Uint32Array {
  // An index takes half of the room of an id, so that none is written over an id that is yet to be read.
  const indexes = new Uint32Array(ids.buffer, ids.byteOffset, ids.length);
  contacts.indexesOf(ids, ids.length, contactCount, indexes, 0);
  return indexes;
}

/** What rows have of their forms, a column each: in one loop, so that each array is known to be of its one type. */
function contentOfForms(
  forms: ScheduleForms,
  form: Int32Array,
  room: ColumnRoom,
): Pick<Schedules, 'rowClass' | 'type' | 'eventYear'> {
  const rowCount = form.length;
  const rowClass = new Uint8Array(rowCount);
  const type = room.take(rowCount);
  const eventYear = room.take(rowCount);
  for (let i = 0; i < rowCount; i++) {
    const number = form[i];
    rowClass[i] = forms.rowClass[number];
    type[i] = forms.type[number];
    eventYear[i] = forms.eventYear[number];
  }
  return { rowClass, type, eventYear };
}

function tableOfRows(schedules: Omit<Schedules, 'toTable'>): Table {
  const { form, forms } = schedules;
  return tableOf({
    id: numberVector(schedules.id),
    class: numberVector(schedules.rowClass),
    email_type: numberVector(schedules.type),
    event_year: numberVector(schedules.eventYear),
    sent_day: numberVector(schedules.sentDay),
    planned_day: numberVector(schedules.plannedDay),
    scheduled_day: numberVector(schedules.scheduledDay),
    instance: numberVector(Int32Array.from(form, (number) => forms.instance[number])),
    priority: numberVector(Int32Array.from(form, (number) => forms.priority[number])),
    instance_id: numberVector(Float64Array.from(form, (number) => forms.instanceId[number])),
    form: numberVector(form),
  });
}

/**
 * Puts columns into an order of positions, each into the memory that the one before it has left: fresh memory takes longer, and so
 * does to copy them back. Each kind of array has its own loop, which is known to be of that type.
 */
class ColumnRoom {
  readonly #order: Uint32Array | null;
  readonly #room: Float64Array;
  #free: Int32Array[];

  /**
   * @param order null leaves all columns as they are
   * @param room memory that is free
   */
  constructor(order: Uint32Array | null, room: Float64Array) {
    this.#order = order;
    this.#room = room;
    this.#free = halvesOf(room);
  }

  /** Puts the one column of ids, before all others. */
  putIds(column: Float64Array): Float64Array {
    const order = this.#order;
    if (order === null) return column;
    const ordered = this.#room;
    for (let i = 0; i < order.length; i++) ordered[i] = column[order[i]];
    this.#free = halvesOf(column);
    return ordered;
  }

  put(column: Int32Array): Int32Array {
    const order = this.#order;
    if (order === null) return column;
    const ordered = this.take(order.length);
    for (let i = 0; i < order.length; i++) ordered[i] = column[order[i]];
    this.#free.push(column);
    return ordered;
  }

  putBytes(column: Uint8Array): Uint8Array {
    return this.#order === null ? column : inOrder(column, this.#order);
  }

  /** Memory for a column, whatever is in it. */
  take(length: number): Int32Array {
    return this.#free.pop() ?? new Int32Array(length);
  }
}

/** The memory of numbers as two columns of half the width. */
function halvesOf({ buffer, byteOffset, length }: Float64Array): Int32Array[] {
  return [byteOffset, byteOffset + length * Int32Array.BYTES_PER_ELEMENT].map(
    (start) => new Int32Array(buffer, start, length),
  );
}

/** The order by contact, then id; null when the rows have it already, which is how a run writes them. */
function orderByContact(
  contact: Uint32Array,
  keyCount: number,
  ids: Float64Array,
): { readonly order: Uint32Array | null; readonly first: Uint32Array } {
  let isGrouped = true;
  for (let i = 1; i < ids.length && isGrouped; i++) {
    isGrouped = contact[i - 1] < contact[i] || (contact[i - 1] === contact[i] && ids[i - 1] <= ids[i]);
  }
  if (!isGrouped) return stableOrder(contact, keyCount, orderOfIds(ids));
  const first = new Uint32Array(keyCount + 1);
  for (let i = 0; i < contact.length; i++) first[contact[i] + 1]++;
  for (let key = 0; key < keyCount; key++) first[key + 1] += first[key];
  return { order: null, first };
}

/** The positions of ids in ascending order of id; undefined when they ascend already. */
function orderOfIds(ids: Float64Array): Uint32Array | undefined {
  let isAscending = true;
  for (let i = 1; i < ids.length; i++) if (ids[i] < ids[i - 1]) isAscending = false;
  if (isAscending) return undefined;
  return Uint32Array.from(ids, (_, i) => i).sort((a, b) => ids[a] - ids[b] || a - b);
}
