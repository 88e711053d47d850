import type { Table } from 'apache-arrow';
import { numberVector, tableOf } from './arrowTable.js';
import type { ScheduleForms } from './scheduleForms.js';
import type { Schedules } from './schedules.js';
import { stableOrder } from './stableOrder.js';

/** The columns of the rows as they are found; `contact` is the index of a contact, that behind the last for all who cannot be planned. */
export const ROW_COLUMNS = {
  contact: Uint32Array,
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

/** Rows as they were found, in the order of the table. */
export type FoundRows = { readonly [Name in keyof typeof ROW_COLUMNS]: InstanceType<(typeof ROW_COLUMNS)[Name]> };

/** Groups rows that were found by contact: ascending by contact, then by id. */
export function inOrderOfContacts(
  found: FoundRows,
  forms: ScheduleForms,
  contactCount: number,
): Omit<Schedules, 'notes'> {
  const { order, first } = orderByContact(found.contact, contactCount + 1, found.id);
  const form = inOrder(found.form, order);
  const columns = {
    first,
    ...contentOfForms(forms, form),
    sentDay: inOrder(found.sentDay, order),
    plannedDay: inOrder(found.plannedDay, order),
    scheduledDay: inOrder(found.scheduledDay, order),
    id: inOrder(found.id, order),
    form,
    isClean: inOrder(found.isClean, order),
    eventMonth: inOrder(found.eventMonth, order),
    eventDay: inOrder(found.eventDay, order),
    metadata: inOrder(found.metadata, order),
    createdAt: inOrder(found.createdAt, order),
  };
  return { count: found.id.length, ...columns, forms, toTable: () => tableOfRows(columns) };
}

type RowColumns = Omit<Schedules, 'count' | 'forms' | 'toTable' | 'notes'>;

/** What rows have of their forms, a column each: in one loop, so that each array is known to be of its one type. */
function contentOfForms(
  forms: ScheduleForms,
  form: Int32Array,
): Pick<Schedules, 'rowClass' | 'type' | 'eventYear' | 'instance' | 'priority' | 'instanceId'> {
  const rowCount = form.length;
  const rowClass = new Uint8Array(rowCount);
  const type = new Int32Array(rowCount);
  const eventYear = new Int32Array(rowCount);
  const instance = new Int32Array(rowCount);
  const priority = new Int32Array(rowCount);
  const instanceId = new Float64Array(rowCount);
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

/** The values in an order of positions; null leaves them as they are, in the same memory. */
function inOrder<Values extends Float64Array | Int32Array | Uint8Array>(
  values: Values,
  order: Uint32Array | null,
): Values {
  if (order === null) return values;
  const ordered = new (values.constructor as new (length: number) => Values)(order.length);
  for (let i = 0; i < order.length; i++) ordered[i] = values[order[i]];
  return ordered;
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
