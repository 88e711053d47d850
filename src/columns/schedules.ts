import type { Table } from 'apache-arrow';
import type { DateOrder } from '../rules/dates.js';
import {
  campaignType,
  comparedStatus,
  FOLLOWED_TYPES,
  isFollowupType,
  isSentStatus,
  statusClass,
} from '../rules/emailTypes.js';
import { keepsBookedDay } from '../rules/reasons.js';
import { storedInteger } from './affinity.js';
import { numberVector, tableOf } from './arrowTable.js';
import type { CampaignInstance, CampaignType } from './campaigns.js';
import type { ContactIndex } from './contactIndex.js';
import { dateMemo } from './dateMemo.js';
import { GrowingColumns } from './growing.js';
import { NULL_INT32 } from './nulls.js';
import { openRows } from './openColumns.js';
import { INVALID_DAY, NOT_PLAIN } from './rowCursor.js';
import { FORM_FIELDS, ROW_FIELDS, type ScheduleForms, ScheduleFormsBuilder } from './scheduleForms.js';
import { isKnownType, type ScheduleNotes, ScheduleNotesBuilder } from './scheduleNotes.js';
import type { RowSource } from './source.js';
import { stableOrder } from './stableOrder.js';
import { TextMemo } from './textMemo.js';
import type { TextDictionary } from './texts.js';

/**
 * What a row is to the kernel, by its status: owned, of which `limited` are those skipped rows that keep their day booked;
 * history, of which some are sent or delivered; ended, of which some have bounced; or nothing (Rules 1).
 */
export const ROW_CLASS = {
  preScheduled: 0,
  limited: 1,
  skipped: 2,
  history: 3,
  sent: 4,
  delivered: 5,
  bounced: 6,
  ended: 7,
  other: 8,
} as const;

/** Tells whether rows of a class are owned (Rules 1). */
export function isOwnedClass(rowClass: number): boolean {
  return rowClass <= ROW_CLASS.skipped;
}

/** Tells whether rows of a class are history (Rules 1). */
export function isHistoryClass(rowClass: number): boolean {
  return rowClass >= ROW_CLASS.history && rowClass <= ROW_CLASS.delivered;
}

/** Tells whether rows of a class are sent or delivered (Rules 10). */
export function isSentClass(rowClass: number): boolean {
  return rowClass === ROW_CLASS.sent || rowClass === ROW_CLASS.delivered;
}

/** Tells whether rows of a class have ended (Rules 1). */
export function isEndedClass(rowClass: number): boolean {
  return rowClass === ROW_CLASS.bounced || rowClass === ROW_CLASS.ended;
}

/** What the kernel knows of a row's email type. */
export const TYPE_FLAGS = { followup: 1, initial: 2, campaignFollowed: 4 } as const;

/** The instance index of a row without campaign instance id, and of one whose id names no instance. */
export const NO_INSTANCE = -1;
export const UNKNOWN_INSTANCE = -2;

/** The codes of email types in any case: first the types a run can plan, in their order, then what rows hold besides. */
export class EmailTypes {
  readonly #codes = new Map<string, number>();
  readonly #followed: ReadonlySet<string>;
  readonly #plannedCount: number;
  /** The flags of every code, see `TYPE_FLAGS`. */
  readonly flags: number[] = [];
  /** The type of every code, in lower case. */
  readonly names: string[] = [];

  constructor(
    plannedTypes: readonly string[],
    campaignTypes: Iterable<CampaignType>,
    instances: readonly CampaignInstance[],
  ) {
    const followed = new Set<string>();
    for (const type of campaignTypes) if (type.enablesFollowups) followed.add(`campaign_${type.name}`.toLowerCase());
    for (const { type, id } of instances) {
      if (type.enablesFollowups) followed.add(campaignType(type.name, id).toLowerCase());
    }
    this.#followed = followed;
    for (const type of plannedTypes) this.codeOf(type);
    this.#plannedCount = this.names.length;
  }

  codeOf(type: string): number {
    const exact = this.#codes.get(type);
    if (exact !== undefined) return exact;
    const lower = type.toLowerCase();
    let code = this.#codes.get(lower);
    if (code === undefined) {
      code = this.flags.push(this.#flagsOf(lower)) - 1;
      this.names.push(lower);
      this.#codes.set(lower, code);
    }
    this.#codes.set(type, code);
    return code;
  }

  /** Tells whether a run plans emails of a type, or could have planned them. */
  isKnown(code: number): boolean {
    return code < this.#plannedCount || isKnownType(this.names[code]);
  }

  /** The code of a type that some row holds or a run can plan, -1 otherwise. */
  knownCodeOf(type: string): number {
    return this.#codes.get(type.toLowerCase()) ?? -1;
  }

  #flagsOf(lower: string): number {
    if (isFollowupType(lower)) return TYPE_FLAGS.followup;
    if (FOLLOWED_TYPES.includes(lower)) return TYPE_FLAGS.initial;
    return this.#followed.has(lower) ? TYPE_FLAGS.campaignFollowed : 0;
  }
}

/**
 * The rows of `email_schedules` that were found (Rules 1), grouped by contact and ascending by row id within one:
 * `first[i] .. first[i + 1]` are contact i's, the rows of contacts that cannot be planned come last. `NULL_INT32` is null.
 */
export interface Schedules {
  readonly count: number;
  readonly first: Uint32Array;
  readonly rowClass: Uint8Array;
  readonly type: Int32Array;
  readonly eventYear: Int32Array;
  readonly sentDay: Int32Array;
  readonly plannedDay: Int32Array;
  readonly scheduledDay: Int32Array;
  readonly instance: Int32Array;
  readonly priority: Int32Array;
  readonly id: Float64Array;
  /** The campaign instance id itself, NaN for none. */
  readonly instanceId: Float64Array;
  /** The number of the row's form in `forms`. */
  readonly form: Int32Array;
  readonly forms: ScheduleForms;
  /** 0 where a value is of a form that a run never writes, so that the row cannot be unchanged; good for owned rows, as all below. */
  readonly isClean: Uint8Array;
  readonly eventMonth: Int32Array;
  readonly eventDay: Int32Array;
  /** A code of the run's dictionary, and likewise `createdAt`. */
  readonly metadata: Int32Array;
  readonly createdAt: Int32Array;
  /** What rows hold that was read as if it were not there. */
  readonly notes: ScheduleNotes;
  /** The columns as an Arrow table over their own memory. */
  toTable(): Table;
}

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

/** What `email_schedules` is read by. */
export interface ScheduleSettings {
  readonly contacts: ContactIndex;
  readonly contactCount: number;
  readonly types: EmailTypes;
  /** The instance index by id. */
  readonly instanceOf: ReadonlyMap<number, number>;
  readonly texts: TextDictionary;
  /** The templates that a run can write. */
  readonly templates: readonly string[];
  /** How dates are read that are not in ISO form. */
  readonly order: DateOrder;
  readonly onRow?: (rowsDone: number) => void;
}

/** What the values of a row's form mean. */
function formMeaning({ types, instanceOf, templates }: Pick<ScheduleSettings, 'types' | 'instanceOf' | 'templates'>) {
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

/** Reads `email_schedules` into columns. */
export function readSchedules(
  source: RowSource | null,
  { contacts, contactCount, types, instanceOf, texts, templates, order, onRow = () => {} }: ScheduleSettings,
): Schedules {
  const columns = new GrowingColumns(ROW_COLUMNS);
  const { places, cursor } = openRows(source, [...ROW_FIELDS, ...FORM_FIELDS]);
  const [idAt, contactAt, plannedAt, scheduledAt, actualAt, monthAt, dayAt, metadataAt, createdAt] = places;
  const meaning = formMeaning({ types, instanceOf, templates });
  const formPlaces = places.slice(ROW_FIELDS.length);
  const dayPlaces = [plannedAt, scheduledAt];
  const affinity = (name: string) => source?.affinities?.get(name) ?? 'BLOB';
  const affinities = FORM_FIELDS.map(affinity);
  const monthAffinity = affinity('event_month');
  const dayAffinity = affinity('event_day');
  const forms = new ScheduleFormsBuilder(texts, meaning, formPlaces, dayPlaces, affinities);
  const [typeAt, , statusAt] = formPlaces;
  const notes = new ScheduleNotesBuilder({ typeAt, statusAt, actualAt, scheduledAt });
  const dates = dateMemo(order);
  const metadataTexts = new TextMemo((text) => texts.codeOf(text));
  const createdTimes = new TextMemo((text) => texts.codeOf(text));
  cursor.knowForms(formPlaces);
  columns.reserve(cursor.expectedRows);
  try {
    while (cursor.next()) {
      if ((columns.count & 0x3fff) === 0x3fff) onRow(columns.count);
      const index = contacts.indexOf(cursor.integer(contactAt) ?? -1);
      const form = forms.formOf(cursor);
      const planned = cursor.day(plannedAt, dates);
      const scheduled = cursor.day(scheduledAt, dates);
      const actual = dayOrNull(cursor.day(actualAt, dates));

      const row = columns.addRow();
      const { at } = columns;
      at.contact[row] = index < 0 ? contactCount : index;
      at.id[row] = cursor.integer(idAt) ?? Number(cursor.value(idAt));
      at.form[row] = form;
      at.sentDay[row] = actual === NULL_INT32 ? dayOrNull(scheduled) : actual;
      at.plannedDay[row] = dayOrNull(planned);
      at.scheduledDay[row] = dayOrNull(scheduled);
      if (!forms.isOwned(form)) {
        if (forms.holdsUnknown(form)) notes.addUnknown(cursor, forms.isIgnored(form));
        if (at.sentDay[row] === NULL_INT32 && !forms.isIgnored(form)) notes.addUnreadableDay(cursor);
        continue;
      }
      const month = storedInteger(cursor, monthAt, monthAffinity);
      const day = storedInteger(cursor, dayAt, dayAffinity);
      const metadata = cursor.plainCode(metadataAt, metadataTexts);
      const created = cursor.plainCode(createdAt, createdTimes);
      const isClean =
        planned !== INVALID_DAY &&
        scheduled !== INVALID_DAY &&
        month !== NOT_PLAIN &&
        day !== NOT_PLAIN &&
        metadata !== NOT_PLAIN &&
        created !== NOT_PLAIN &&
        forms.isClean(form) &&
        (order === 'iso' || dayPlaces.every((place) => isIsoText(cursor.text(place))));
      at.isClean[row] = isClean ? 1 : 0;
      at.eventMonth[row] = month;
      at.eventDay[row] = day;
      at.metadata[row] = metadata;
      // A row that takes its place keeps when it was made, in whatever form.
      at.createdAt[row] = created === NOT_PLAIN ? cursor.code(createdAt, createdTimes) : created;
    }
  } finally {
    cursor.close();
  }
  return { ...inOrderOfContacts(columns.values(), forms.build(), contactCount), notes: notes.build() };
}

const ROW_COLUMNS = {
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

type FoundRows = { readonly [Name in keyof typeof ROW_COLUMNS]: InstanceType<(typeof ROW_COLUMNS)[Name]> };

/** Groups rows that were found by contact. */
function inOrderOfContacts(found: FoundRows, forms: ScheduleForms, contactCount: number): Omit<Schedules, 'notes'> {
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

/** Tells whether a date of ten characters is in ISO form, as a run stores it. */
function isIsoText(date: string | null): boolean {
  return date === null || date[4] === '-';
}

/** A broken date reads as missing; that it is broken is an issue of contacts only. */
function dayOrNull(day: number): number {
  return day === INVALID_DAY ? NULL_INT32 : day;
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
