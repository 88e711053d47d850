import type { Table } from 'apache-arrow';
import { numberVector, tableOf } from './arrowTable.js';
import type { ContactIndex } from './contactIndex.js';
import type { FoundSchedules } from './readSchedules.js';
import type { ScheduleForms } from './scheduleForms.js';
import type { Schedules } from './schedules.js';
import { stableOrder } from './stableOrder.js';

/**
 * Groups rows that were found by contact: ascending by contact, then by id, those of contacts that cannot be planned last. They
 * stay in the memory that they were read to; that of the contacts' ids is used for other things.
 */
export function inOrderOfContacts(
  { rows, forms, notes }: Pick<FoundSchedules, 'rows' | 'forms' | 'notes'>,
  contacts: ContactIndex,
  contactCount: number,
): Schedules {
  const { order, first } = orderByContact(
    contactsOf(rows.contactId, contacts, contactCount),
    contactCount + 1,
    rows.id,
  );
  // The contacts have their order, so that the room of their ids is free: first for all columns, then for one that is to stay.
  const room = rows.contactId;
  const inOrder = <Column extends RowColumn>(column: Column) => putInOrder(column, order, room);
  const ordered = {
    first,
    sentDay: inOrder(rows.sentDay),
    plannedDay: inOrder(rows.plannedDay),
    scheduledDay: inOrder(rows.scheduledDay),
    id: inOrder(rows.id),
    form: inOrder(rows.form),
    isClean: inOrder(rows.isClean),
    eventMonth: inOrder(rows.eventMonth),
    eventDay: inOrder(rows.eventDay),
    metadata: inOrder(rows.metadata),
    createdAt: inOrder(rows.createdAt),
  };
  const columns = { ...ordered, ...contentOfForms(forms, ordered.form, room) };
  return { count: rows.id.length, ...columns, forms, notes, toTable: () => tableOfRows(columns) };
}

/** The index of the contact of each row, that behind the last for all who cannot be planned, in the memory of the ids. */
function contactsOf(ids: Float64Array, contacts: ContactIndex, contactCount: number): Uint32Array {
  // An index takes half of the room of an id, so that none is written over an id that is yet to be read.
  const indexes = new Uint32Array(ids.buffer, ids.byteOffset, ids.length);
  contacts.indexesOf(ids, ids.length, contactCount, indexes, 0);
  return indexes;
}

type RowColumns = Omit<Schedules, 'count' | 'forms' | 'toTable' | 'notes'>;

/**
 * What rows have of their forms, a column each: in one loop, so that each array is known to be of its one type.
 *
 * @param instanceId the memory of that column
 */
function contentOfForms(
  forms: ScheduleForms,
  form: Int32Array,
  instanceId: Float64Array,
): Pick<Schedules, 'rowClass' | 'type' | 'eventYear' | 'instance' | 'priority' | 'instanceId'> {
  const rowCount = form.length;
  const rowClass = new Uint8Array(rowCount);
  const type = new Int32Array(rowCount);
  const eventYear = new Int32Array(rowCount);
  const instance = new Int32Array(rowCount);
  const priority = new Int32Array(rowCount);
  for (let i = 0; i < rowCount; i++) {
    const number = form[i];
    rowClass[i] = forms.rowClass[number];
    type[i] = forms.type[number];
    eventYear[i] = forms.eventYear[number];
    instance[i] = forms.instance[number];
    priority[i] = forms.priority[number];
    instanceId[i] = forms.instanceId[number];
  }
  return { rowClass, type, eventYear, instance, priority, instanceId };
}

function tableOfRows(columns: RowColumns): Table {
  return tableOf({
    id: numberVector(columns.id),
    class: numberVector(columns.rowClass),
    email_type: numberVector(columns.type),
    event_year: numberVector(columns.eventYear),
    sent_day: numberVector(columns.sentDay),
    planned_day: numberVector(columns.plannedDay),
    scheduled_day: numberVector(columns.scheduledDay),
    instance: numberVector(columns.instance),
    priority: numberVector(columns.priority),
    instance_id: numberVector(columns.instanceId),
    form: numberVector(columns.form),
  });
}

type RowColumn = Float64Array | Int32Array | Uint8Array;

/**
 * Puts a column's values into an order of positions, in the column's own memory; null leaves them as they are.
 *
 * @param scratch room for the values: fresh memory takes longer than to copy them once more
 */
function putInOrder<Column extends RowColumn>(
  column: Column,
  order: Uint32Array | null,
  scratch: Float64Array,
): Column {
  if (order === null) return column;
  const create = column.constructor as new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Column;
  const ordered = new create(scratch.buffer, scratch.byteOffset, order.length);
  for (let i = 0; i < order.length; i++) ordered[i] = column[order[i]];
  column.set(ordered);
  return column;
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
