import type { Table } from 'apache-arrow';
import type { DateOrder } from '../rules/dates.js';
import { hasMedicalConditions } from '../rules/fields.js';
import { numberVector, tableOf, valuesOf, withTable } from './arrowTable.js';
import type { ContactIndex } from './contactIndex.js';
import { dateMemo } from './dateMemo.js';
import { NULL_INT32 } from './nulls.js';
import { openRows } from './openColumns.js';
import { INVALID_DAY, MISSING_DAY, type RowCursor } from './rowCursor.js';
import type { RowSource } from './source.js';
import { TextMemo } from './textMemo.js';

/** Answers are often alike, and often no two of them. */
const MOST_METADATA = 4096;

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
  const latest = new LatestDays(contactCount);
  const dates = dateMemo(order);
  eachRow(clicks, ['contact_id', 'clicked_at'], (cursor, [contactAt, clickedAt]) => {
    const contact = contacts.indexOf(cursor.integer(contactAt) ?? -1);
    const day = cursor.day(clickedAt, dates);
    if (contact >= 0 && isDay(day)) latest.note('click', contact, day);
  });
  const answers = new TextMemo((type) => (type === 'eligibility_answered' ? 1 : 0));
  const conditions = new TextMemo((metadata) => (hasMedicalConditions(metadata) ? 1 : 0), MOST_METADATA);
  const ofEvents = ['contact_id', 'event_type', 'created_at', 'metadata'] as const;
  eachRow(events, ofEvents, (cursor, [contactAt, typeAt, createdAt, metadataAt]) => {
    if (cursor.code(typeAt, answers) === 0) return;
    const contact = contacts.indexOf(cursor.integer(contactAt) ?? -1);
    const day = cursor.day(createdAt, dates);
    if (contact < 0 || !isDay(day)) return;
    latest.note('answer', contact, day);
    if (cursor.code(metadataAt, conditions) === 1) latest.note('condition', contact, day);
  });
  return latest.signals();
}

/** Goes through the rows of a table. @param take is given the places of the wanted fields */
function eachRow(
  source: RowSource | null,
  wanted: readonly string[],
  take: (cursor: RowCursor, places: readonly number[]) => void,
): void {
  const { places, cursor } = openRows(source, wanted);
  try {
    while (cursor.next()) take(cursor, places);
  } finally {
    cursor.close();
  }
}

function isDay(day: number): boolean {
  return day !== MISSING_DAY && day !== INVALID_DAY;
}

/** The latest day of each kind for every contact. */
class LatestDays {
  readonly #contactCount: number;
  readonly #days: { click?: Int32Array; answer?: Int32Array; condition?: Int32Array } = {};

  constructor(contactCount: number) {
    this.#contactCount = contactCount;
  }

  note(kind: 'click' | 'answer' | 'condition', contact: number, day: number): void {
    this.#days[kind] ??= this.#never();
    const days = this.#days[kind];
    if (day > days[contact]) days[contact] = day;
  }

  signals(): Signals {
    // Kinds that nobody has sent are one column.
    const none = Object.keys(this.#days).length === 3 ? new Int32Array(0) : this.#never();
    const { click = none, answer = none, condition = none } = this.#days;
    return signalsFrom(click, answer, condition);
  }

  #never(): Int32Array {
    return new Int32Array(this.#contactCount).fill(NULL_INT32);
  }
}

function tableOfSignals({ lastClickDay, lastAnswerDay, lastConditionDay }: Omit<Signals, 'table'>): Table {
  return tableOf({
    last_click_day: numberVector(lastClickDay),
    last_answer_day: numberVector(lastAnswerDay),
    last_condition_day: numberVector(lastConditionDay),
  });
}

/** Signals over columns that another place has read: their Arrow table is made when it is asked for. */
export function signalsOver(columns: Omit<Signals, 'table'>): Signals {
  const { lastClickDay, lastAnswerDay, lastConditionDay } = columns;
  return withTable({ lastClickDay, lastAnswerDay, lastConditionDay }, () => tableOfSignals(columns));
}

/** Makes the Arrow table of signals over typed arrays of one length. */
function signalsFrom(click: Int32Array, answer: Int32Array, condition: Int32Array): Signals {
  const table = tableOfSignals({ lastClickDay: click, lastAnswerDay: answer, lastConditionDay: condition });
  return {
    table,
    lastClickDay: valuesOf(table, 'last_click_day', Int32Array),
    lastAnswerDay: valuesOf(table, 'last_answer_day', Int32Array),
    lastConditionDay: valuesOf(table, 'last_condition_day', Int32Array),
  };
}
