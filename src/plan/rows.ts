import { PackedDates } from '../calendar/packedDate.js';
import { HAS_PHONE } from '../columns/contacts.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { type ScheduleRowBuffers, type ScheduleRows, scheduleRowBuffers } from '../columns/scheduleRows.js';
import { ofForm } from '../columns/schedules.js';
import { NULL_TEXT } from '../columns/texts.js';
import { type Plan, plannedDays } from './plan.js';
import { REASON, ReasonCodes } from './reasons.js';

/** What decided a follow-up's kind, in the order of the follow-up types (Rules 10). */
const DECIDED_BY = ['nothing', 'clicked', 'answered', 'answered_yes'] as const;

/** What the metadata of a follow-up begin with (Rules 10); the id of its initial email's row follows. */
const METADATA_START = '{"initial_schedule_id":';

/** Where in the metadata of a follow-up the id of its initial email's row begins. */
export const INITIAL_ID_AT = METADATA_START.length;

/** The metadata of a follow-up. @param ending what comes behind the id of its initial email's row */
export function followupMetadata(initialId: number, ending: string): string {
  return `${METADATA_START}${JSON.stringify(initialId)}${ending}`;
}

/** The metadata of the row of a follow-up: its initial email's row, and what decided its kind (Rules 10 and 11). */
export function metadataOfFollowup({ organization, views }: Plan, candidate: number): string {
  const { schedules, planned } = organization;
  const decidedBy = DECIDED_BY[views.candidateType[candidate] - planned.firstFollowup];
  return followupMetadata(schedules.id[views.candidateDetail[candidate]], `,"decided_by":"${decidedBy}"}`);
}

/** What comes behind the id of the initial email's row in the metadata of a follow-up. */
export function endOfMetadata(metadata: string, initialId: number): string {
  return metadata.slice(INITIAL_ID_AT + JSON.stringify(initialId).length);
}

/** Turns candidates into rows, a batch at a time, in buffers that are used again for the next batch (Rules 11). */
export class RowWriter {
  readonly #plan: Plan;
  readonly #buffers: ScheduleRowBuffers;
  readonly #capacity: number;
  /** The candidate of every row of the batch. */
  readonly candidates: Uint32Array;
  readonly #typeCodes: Int32Array;
  readonly #emailTemplates: Int32Array;
  readonly #smsTemplates: Int32Array;
  readonly #instanceIds: Float64Array;
  readonly #priorities: Int32Array;
  readonly #reasons: ReasonCodes;
  readonly #plannedDayOf: (candidate: number) => number;
  readonly #dates = new PackedDates();
  readonly #preScheduled: number;
  readonly #skipped: number;
  readonly #sendTime: number;

  /** @param capacity the largest number of rows in a batch */
  constructor(plan: Plan, capacity: number) {
    const { texts, planned } = plan.organization;
    const { types } = planned;
    this.#plan = plan;
    this.#capacity = capacity;
    this.#plannedDayOf = plannedDays(plan);
    this.candidates = new Uint32Array(capacity);
    this.#typeCodes = Int32Array.from(types, (type) => texts.codeOf(type.name));
    this.#emailTemplates = Int32Array.from(types, (type) => texts.codeOf(type.emailTemplate));
    this.#smsTemplates = Int32Array.from(types, (type) => texts.codeOf(type.smsTemplate));
    this.#instanceIds = Float64Array.from(types, (type) => type.instance?.id ?? Number.NaN);
    this.#priorities = Int32Array.from(types, (type) => type.priority);
    this.#reasons = new ReasonCodes(plan);
    this.#preScheduled = texts.codeOf('pre-scheduled');
    this.#skipped = texts.codeOf('skipped');
    this.#sendTime = texts.codeOf(plan.run.config.send_time);
    this.#buffers = scheduleRowBuffers(texts.texts, capacity);
  }

  /** The batch as it stands; its columns are the writer's own and change with the next batch. */
  get rows(): ScheduleRows {
    return this.#buffers;
  }

  get isFull(): boolean {
    return this.#buffers.count === this.#capacity;
  }

  /** Starts the next batch. */
  clear(): void {
    this.#buffers.count = 0;
  }

  /**
   * Adds a candidate's row to the batch and returns its place in it.
   *
   * @param candidate one that becomes a row
   */
  add(candidate: number): number {
    const place = this.#buffers.count++;
    this.candidates[place] = candidate;
    this.#fill(place, candidate);
    return place;
  }

  /** Fills a row of the batch from a candidate. */
  #fill(i: number, candidate: number): void {
    const { views, organization } = this.#plan;
    const rows = this.#buffers;
    const { id: ids, flags } = organization.contacts;
    const { firstFollowup, firstCampaign, postWindow } = organization.planned;
    const contact = views.candidateContact[candidate];
    const type = views.candidateType[candidate];
    const reason = views.candidateReason[candidate];
    const isScheduled = reason === REASON.scheduled;
    const hasPhone = (flags[contact] & HAS_PHONE) !== 0;
    rows.id[i] = Number.NaN;
    rows.createdAt[i] = NULL_TEXT;
    rows.contactId[i] = ids[contact];
    rows.emailType[i] = this.#typeCodes[type];
    rows.plannedDay[i] = this.#plannedDayOf(candidate);
    rows.sendDay[i] = views.candidateSend[candidate];
    rows.sendTime[i] = this.#sendTime;
    rows.status[i] = isScheduled ? this.#preScheduled : this.#skipped;
    rows.skipReason[i] = isScheduled ? NULL_TEXT : this.#reasons.codeOf(candidate);
    rows.priority[i] = this.#priorities[type];
    rows.emailTemplate[i] = this.#emailTemplates[type];
    rows.smsTemplate[i] = hasPhone ? this.#smsTemplates[type] : NULL_TEXT;
    if (type >= firstFollowup && type < firstCampaign) {
      this.#fillFollowup(i, candidate);
      return;
    }
    const date = this.#dates.of(views.candidateEvent[candidate]);
    rows.instanceId[i] = this.#instanceIds[type];
    rows.eventYear[i] = type === postWindow ? views.candidateDetail[candidate] : date >> 9;
    rows.eventMonth[i] = (date >> 5) & 15;
    rows.eventDay[i] = date & 31;
    rows.metadata[i] = NULL_TEXT;
  }

  /** A follow-up has the priority of its initial email's row where that has one, no event columns, and metadata (Rules 10 and 11). */
  #fillFollowup(i: number, candidate: number): void {
    const rows = this.#buffers;
    const { organization, views, kernel } = this.#plan;
    const { schedules, texts } = organization;
    const initialRow = views.candidateDetail[candidate];
    rows.priority[i] = kernel.priorityOf(candidate);
    rows.instanceId[i] = ofForm(schedules, initialRow, 'instanceId');
    rows.eventYear[i] = NULL_INT32;
    rows.eventMonth[i] = NULL_INT32;
    rows.eventDay[i] = NULL_INT32;
    rows.metadata[i] = texts.codeOf(metadataOfFollowup(this.#plan, candidate));
  }
}
