import type { Table } from 'apache-arrow';
import type { DateOrder } from '../rules/dates.js';
import { hasMedicalConditions, readDate, readInteger, readText } from '../rules/fields.js';
import { numberVector, tableOf, valuesOf } from './arrowTable.js';
import type { ContactIndex } from './contactIndex.js';
import { NULL_INT32 } from './nulls.js';
import { type RowSource, selectColumns } from './source.js';

/**
 * What contacts did, as far as follow-ups ask (Rules 10): for every contact the latest day of each kind, null for never. An
 * Arrow table with one Int32 column a kind.
 */
export interface Signals {
  readonly table: Table;
  readonly lastClickDay: Int32Array;
  readonly lastAnswerDay: Int32Array;
  /** The latest answer that tells of a medical condition. */
  readonly lastConditionDay: Int32Array;
}

/** Reads clicks and answered health questions (Rules 10). */
export function readSignals(
  clicks: RowSource | null,
  events: RowSource | null,
  contacts: ContactIndex,
  contactCount: number,
  order: DateOrder,
): Signals {
  const never = () => new Int32Array(contactCount).fill(NULL_INT32);
  const latest: { click?: Int32Array; answer?: Int32Array; condition?: Int32Array } = {};
  const note = (kind: keyof typeof latest, contact: number, day: number) => {
    latest[kind] ??= never();
    const days = latest[kind];
    if (day > days[contact]) days[contact] = day;
  };
  const ofClicks = selectColumns(clicks, ['contact_id', 'clicked_at']);
  for (const row of ofClicks.rows) {
    const contact = contacts.indexOf(readInteger(row[ofClicks.places[0]]) ?? -1);
    const day = readDate(row[ofClicks.places[1]], order).day;
    if (contact >= 0 && day !== null) note('click', contact, day);
  }
  const ofEvents = selectColumns(events, ['contact_id', 'event_type', 'created_at', 'metadata']);
  const [contactAt, typeAt, createdAt, metadataAt] = ofEvents.places;
  for (const row of ofEvents.rows) {
    if (readText(row[typeAt]) !== 'eligibility_answered') continue;
    const contact = contacts.indexOf(readInteger(row[contactAt]) ?? -1);
    const day = readDate(row[createdAt], order).day;
    if (contact < 0 || day === null) continue;
    note('answer', contact, day);
    if (hasMedicalConditions(row[metadataAt])) note('condition', contact, day);
  }
  // Kinds that nobody has sent are one column.
  const none = Object.keys(latest).length === 3 ? new Int32Array(0) : never();
  const { click = none, answer = none, condition = none } = latest;
  return signalsFrom(click, answer, condition);
}

/** Makes the Arrow table of signals over typed arrays of one length. */
export function signalsFrom(click: Int32Array, answer: Int32Array, condition: Int32Array): Signals {
  const table = tableOf({
    last_click_day: numberVector(click),
    last_answer_day: numberVector(answer),
    last_condition_day: numberVector(condition),
  });
  return {
    table,
    lastClickDay: valuesOf(table, 'last_click_day', Int32Array),
    lastAnswerDay: valuesOf(table, 'last_answer_day', Int32Array),
    lastConditionDay: valuesOf(table, 'last_condition_day', Int32Array),
  };
}
