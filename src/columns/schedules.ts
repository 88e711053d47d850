import type { Table } from 'apache-arrow';
import { isFollowupType, statusClass } from '../rules/emailTypes.js';
import { readDate, readInteger, readPriority, readText } from '../rules/fields.js';
import { NULL_INT32, numberVector, tableOf, valuesOf } from './arrowTable.js';
import type { CampaignInstance, CampaignType } from './campaigns.js';
import { stableOrder } from './campaigns.js';
import type { ContactIndex } from './contacts.js';
import { GrowingColumn } from './growing.js';
import { CONTENT_FIELDS, type OwnedContent, OwnedContentBuilder } from './ownedContent.js';
import { type RowSource, selectColumns } from './source.js';
import type { TextDictionary } from './texts.js';

/** What a row's status means to the kernel, which tells the two owned statuses apart and sent rows from other history. */
export const ROW_CLASS = { preScheduled: 0, skipped: 1, history: 2, sent: 3, ended: 4, other: 5 } as const;

/** What the kernel knows of a row's email type. */
export const TYPE_FLAGS = { followup: 1, initial: 2, campaignFollowed: 4 } as const;

/** The instance index of a row without campaign instance id, and of one whose id names no instance. */
export const NO_INSTANCE = -1;
export const UNKNOWN_INSTANCE = -2;

/** The codes of email types in any case: first the types a run can plan, in their order, then what rows hold besides. */
export class EmailTypes {
  readonly #codes = new Map<string, number>();
  readonly #followed: ReadonlySet<string>;
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
    for (const instance of instances) {
      if (instance.type?.enablesFollowups) followed.add(`campaign_${instance.typeName}_${instance.id}`.toLowerCase());
    }
    this.#followed = followed;
    for (const type of plannedTypes) this.codeOf(type);
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

  /** The code of a type that some row holds or a run can plan, -1 otherwise. */
  knownCodeOf(type: string): number {
    return this.#codes.get(type.toLowerCase()) ?? -1;
  }

  #flagsOf(lower: string): number {
    if (isFollowupType(lower)) return TYPE_FLAGS.followup;
    if (['birthday', 'effective_date', 'aep', 'post_window'].includes(lower)) return TYPE_FLAGS.initial;
    return this.#followed.has(lower) ? TYPE_FLAGS.campaignFollowed : 0;
  }
}

/**
 * The rows of `email_schedules` that were found (Rules 1), grouped by contact and ascending by row id within one:
 * `first[i] .. first[i + 1]` are contact i's, the rows of contacts that cannot be planned come last. The Arrow table has the
 * columns of the typed arrays; `NULL_INT32` is null.
 */
export interface Schedules {
  readonly table: Table;
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
  /** For an owned row its place in `content`, -1 for any other. */
  readonly contentIndex: Int32Array;
  readonly content: OwnedContent;
}

const LARGEST_INT32 = 2147483647;

function classOf(status: string | null): number {
  if (status === 'pre-scheduled') return ROW_CLASS.preScheduled;
  if (status === 'skipped') return ROW_CLASS.skipped;
  if (status === 'sent' || status === 'delivered') return ROW_CLASS.sent;
  const meaning = statusClass(status);
  return meaning === 'history' ? ROW_CLASS.history : meaning === 'ended' ? ROW_CLASS.ended : ROW_CLASS.other;
}

const KEY_FIELDS = ['id', 'contact_id', 'actual_send_datetime'] as const;

/** Reads `email_schedules` into columns. @param instanceOf the instance index by id */
export function readSchedules(
  source: RowSource | null,
  contacts: ContactIndex,
  contactCount: number,
  types: EmailTypes,
  instanceOf: ReadonlyMap<number, number>,
  texts: TextDictionary,
  onRow: (rowsDone: number) => void = () => {},
): Schedules {
  const contact = new GrowingColumn(Uint32Array);
  const rowClass = new GrowingColumn(Uint8Array);
  const id = new GrowingColumn(Float64Array);
  const instanceId = new GrowingColumn(Float64Array);
  const [type, eventYear, sentDay, plannedDay, scheduledDay, instance, priority, contentIndex] = Array.from(
    { length: 8 },
    () => new GrowingColumn(Int32Array),
  );
  const content = new OwnedContentBuilder(texts);
  const { places, rows } = selectColumns(source, [...KEY_FIELDS, ...CONTENT_FIELDS]);
  const [idAt, contactAt, actualAt, ...contentAt] = places;
  const [typeAt, plannedAt, scheduledAt, , statusAt, , priorityAt, instanceAt, , , yearAt] = contentAt;
  const dayOrNull = (value: Parameters<typeof readDate>[0]) => readDate(value).day ?? NULL_INT32;
  for (const row of rows) {
    if ((id.length & 0x3fff) === 0x3fff) onRow(id.length);
    const index = contacts.indexOf(readInteger(row[contactAt]) ?? -1);
    const status = classOf(readText(row[statusAt]));
    const scheduled = dayOrNull(row[scheduledAt]);
    const namedInstance = readInteger(row[instanceAt]);
    const year = readInteger(row[yearAt]);
    contact.push(index < 0 ? contactCount : index);
    rowClass.push(status);
    id.push(Number(row[idAt]));
    type.push(types.codeOf(readText(row[typeAt]) ?? ''));
    eventYear.push(year === null ? NULL_INT32 : Math.abs(year) > LARGEST_INT32 ? LARGEST_INT32 : year);
    sentDay.push(readDate(row[actualAt]).day ?? scheduled);
    plannedDay.push(dayOrNull(row[plannedAt]));
    scheduledDay.push(scheduled);
    instance.push(namedInstance === null ? NO_INSTANCE : (instanceOf.get(namedInstance) ?? UNKNOWN_INSTANCE));
    instanceId.push(namedInstance ?? Number.NaN);
    priority.push(readPriority(row[priorityAt]) ?? NULL_INT32);
    const isOwned = status <= ROW_CLASS.skipped;
    contentIndex.push(isOwned ? content.count : -1);
    if (isOwned) content.add(contentAt.map((at) => row[at]));
  }

  const ids = id.values();
  const { order, first } = stableOrder(contact.values(), contactCount + 1, orderOfIds(ids));
  const ordered = (values: Int32Array) => numberVector(Int32Array.from(order, (i) => values[i]));
  const table = tableOf({
    id: numberVector(Float64Array.from(order, (i) => ids[i])),
    class: numberVector(Uint8Array.from(order, (i) => rowClass.values()[i])),
    email_type: ordered(type.values()),
    event_year: ordered(eventYear.values()),
    sent_day: ordered(sentDay.values()),
    planned_day: ordered(plannedDay.values()),
    scheduled_day: ordered(scheduledDay.values()),
    instance: ordered(instance.values()),
    priority: ordered(priority.values()),
    instance_id: numberVector(Float64Array.from(order, (i) => instanceId.values()[i])),
    content: ordered(contentIndex.values()),
  });
  return {
    table,
    count: ids.length,
    first,
    rowClass: valuesOf(table, 'class', Uint8Array),
    type: valuesOf(table, 'email_type', Int32Array),
    eventYear: valuesOf(table, 'event_year', Int32Array),
    sentDay: valuesOf(table, 'sent_day', Int32Array),
    plannedDay: valuesOf(table, 'planned_day', Int32Array),
    scheduledDay: valuesOf(table, 'scheduled_day', Int32Array),
    instance: valuesOf(table, 'instance', Int32Array),
    priority: valuesOf(table, 'priority', Int32Array),
    id: valuesOf(table, 'id', Float64Array),
    instanceId: valuesOf(table, 'instance_id', Float64Array),
    contentIndex: valuesOf(table, 'content', Int32Array),
    content: content.build(),
  };
}

/** The positions of ids in ascending order of id; undefined when they ascend already. */
function orderOfIds(ids: Float64Array): Uint32Array | undefined {
  let isAscending = true;
  for (let i = 1; i < ids.length; i++) if (ids[i] < ids[i - 1]) isAscending = false;
  if (isAscending) return undefined;
  return Uint32Array.from(ids, (_, i) => i).sort((a, b) => ids[a] - ids[b] || a - b);
}
