import { civilFromDay, FIRST_DAY } from '../calendar/day.js';
import { NULL_INT32 } from '../columns/arrowTable.js';
import { HAS_PHONE } from '../columns/contacts.js';
import type { ScheduleRows } from '../columns/scheduleRows.js';
import { NULL_TEXT } from '../columns/texts.js';
import type { Plan } from './plan.js';
import { REASON } from './reasons.js';

/** What decided a follow-up's kind, in the order of the follow-up types (Rules 10). */
const DECIDED_BY = ['nothing', 'clicked', 'answered', 'answered_yes'] as const;

/** The columns that `RowWriter.addKeys` fills. */
export const KEY_COLUMNS: ReadonlySet<keyof ScheduleRows> = new Set([
  'id',
  'createdAt',
  'contactId',
  'emailType',
  'plannedDay',
  'sendDay',
  'status',
] as const);

/** Days whose civil dates are kept, from 1900 on. */
const KEPT_DAYS = 2 ** 17;

/** Civil dates of days, each worked out once: `year << 9 | month << 5 | day`. */
class CivilDays {
  readonly #kept = new Int32Array(KEPT_DAYS);

  of(day: number): number {
    const place = day - FIRST_DAY;
    const kept = this.#kept[place];
    if (kept > 0) return kept;
    const date = civilFromDay(day);
    const packed = (date.year << 9) | (date.month << 5) | date.day;
    if (place >= 0 && place < KEPT_DAYS) this.#kept[place] = packed;
    return packed;
  }
}

/** Turns candidates into rows, a batch at a time, in buffers that are used again for the next batch (Rules 11). */
export class RowWriter {
  readonly #plan: Plan;
  readonly #buffers: { -readonly [Column in keyof ScheduleRows]: ScheduleRows[Column] };
  readonly #capacity: number;
  /** The candidate of every row of the batch. */
  readonly candidates: Uint32Array;
  readonly #typeCodes: Int32Array;
  readonly #emailTemplates: Int32Array;
  readonly #smsTemplates: Int32Array;
  readonly #instanceIds: Float64Array;
  readonly #exclusions: Int32Array;
  readonly #conflicts: Int32Array;
  readonly #frequency: number;
  readonly #underwritingCampaign: number;
  readonly #underwritingOrganization: number;
  readonly #civilDays = new CivilDays();
  readonly #preScheduled: number;
  readonly #skipped: number;
  readonly #sendTime: number;

  /** @param capacity the largest number of rows in a batch */
  constructor(plan: Plan, capacity: number) {
    const { texts, planned } = plan.organization;
    const { rules } = plan.run.assigned;
    const { types } = planned;
    this.#plan = plan;
    this.#capacity = capacity;
    this.candidates = new Uint32Array(capacity);
    this.#typeCodes = Int32Array.from(types, (type) => texts.codeOf(type.name));
    this.#emailTemplates = Int32Array.from(types, (type) => texts.codeOf(type.emailTemplate));
    this.#smsTemplates = Int32Array.from(types, (type) => texts.codeOf(type.smsTemplate));
    this.#instanceIds = Float64Array.from(types, (type) => type.instance?.id ?? Number.NaN);
    this.#exclusions = Int32Array.from([null, ...rules], (rule) =>
      texts.codeOf(rule === null ? null : `exclusion:${rule.kind}:${rule.state}`),
    );
    this.#conflicts = Int32Array.from(types, (type) => texts.codeOf(`conflict:campaign:${type.instance?.id}`));
    this.#frequency = texts.codeOf('frequency_limit');
    this.#underwritingCampaign = texts.codeOf('underwriting:campaign');
    this.#underwritingOrganization = texts.codeOf('underwriting:organization');
    this.#preScheduled = texts.codeOf('pre-scheduled');
    this.#skipped = texts.codeOf('skipped');
    this.#sendTime = texts.codeOf(plan.run.config.send_time);
    const codes = () => new Int32Array(capacity);
    this.#buffers = {
      count: 0,
      texts: texts.texts,
      id: new Float64Array(capacity).fill(Number.NaN),
      createdAt: codes().fill(NULL_TEXT),
      contactId: new Float64Array(capacity),
      emailType: codes(),
      plannedDay: codes(),
      sendDay: codes(),
      sendTime: codes(),
      status: codes(),
      skipReason: codes(),
      priority: codes(),
      instanceId: new Float64Array(capacity),
      emailTemplate: codes(),
      smsTemplate: codes(),
      eventYear: codes(),
      eventMonth: codes(),
      eventDay: codes(),
      metadata: codes(),
    };
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
   * Adds a candidate's row to the batch as far as `KEY_COLUMNS` go, which takes a fraction of the time, and returns its place.
   *
   * @param candidate one that becomes a row
   */
  addKeys(candidate: number): number {
    const { views, organization } = this.#plan;
    const rows = this.#buffers;
    const place = rows.count++;
    this.candidates[place] = candidate;
    rows.id[place] = Number.NaN;
    rows.createdAt[place] = NULL_TEXT;
    rows.contactId[place] = organization.contacts.id[views.candidateContact[candidate]];
    rows.emailType[place] = this.#typeCodes[views.candidateType[candidate]];
    rows.plannedDay[place] = views.candidateStart[candidate];
    rows.sendDay[place] = views.candidateSend[candidate];
    const isScheduled = views.candidateReason[candidate] === REASON.scheduled;
    rows.status[place] = isScheduled ? this.#preScheduled : this.#skipped;
    return place;
  }

  /**
   * Adds a candidate's row to the batch and returns its place in it.
   *
   * @param candidate one that becomes a row
   */
  add(candidate: number): number {
    const { views, organization } = this.#plan;
    const rows = this.#buffers;
    const place = rows.count++;
    const type = views.candidateType[candidate];
    const contact = views.candidateContact[candidate];
    const reason = views.candidateReason[candidate];
    this.candidates[place] = candidate;
    rows.id[place] = Number.NaN;
    rows.createdAt[place] = NULL_TEXT;
    rows.contactId[place] = organization.contacts.id[contact];
    rows.emailType[place] = this.#typeCodes[type];
    rows.plannedDay[place] = views.candidateStart[candidate];
    rows.sendDay[place] = views.candidateSend[candidate];
    rows.sendTime[place] = this.#sendTime;
    rows.status[place] = reason === REASON.scheduled ? this.#preScheduled : this.#skipped;
    rows.skipReason[place] = this.#skipReason(candidate, contact, reason);
    rows.priority[place] = views.candidatePriority[candidate];
    rows.emailTemplate[place] = this.#emailTemplates[type];
    rows.smsTemplate[place] = organization.contacts.flags[contact] & HAS_PHONE ? this.#smsTemplates[type] : NULL_TEXT;
    const { firstFollowup, firstCampaign, postWindow } = organization.planned;
    if (type >= firstFollowup && type < firstCampaign) this.#addFollowup(place, type, views.candidateDetail[candidate]);
    else this.#addEvent(place, type, views.candidateEvent[candidate]);
    if (type === postWindow) rows.eventYear[place] = views.candidateDetail[candidate];
    return place;
  }

  #skipReason(candidate: number, contact: number, reason: number): number {
    switch (reason) {
      case REASON.scheduled:
        return NULL_TEXT;
      case REASON.exclusion:
        return this.#exclusions[this.#plan.run.assigned.ruleOf[contact]];
      case REASON.conflict:
        return this.#conflicts[this.#plan.views.candidateDetail[candidate]];
      case REASON.frequency:
        return this.#frequency;
      case REASON.underwritingCampaign:
        return this.#underwritingCampaign;
      default:
        return this.#underwritingOrganization;
    }
  }

  #addEvent(place: number, type: number, event: number): void {
    const rows = this.#buffers;
    const date = this.#civilDays.of(event);
    rows.instanceId[place] = this.#instanceIds[type];
    rows.eventYear[place] = date >> 9;
    rows.eventMonth[place] = (date >> 5) & 15;
    rows.eventDay[place] = date & 31;
    rows.metadata[place] = NULL_TEXT;
  }

  /** A follow-up has no event columns, and tells its initial email and what decided its kind (Rules 10 and 11). */
  #addFollowup(place: number, type: number, initialRow: number): void {
    const rows = this.#buffers;
    const { schedules, planned, texts } = this.#plan.organization;
    const decidedBy = DECIDED_BY[type - planned.firstFollowup];
    rows.instanceId[place] = schedules.instanceId[initialRow];
    rows.eventYear[place] = NULL_INT32;
    rows.eventMonth[place] = NULL_INT32;
    rows.eventDay[place] = NULL_INT32;
    rows.metadata[place] = texts.codeOf(
      JSON.stringify({ initial_schedule_id: schedules.id[initialRow], decided_by: decidedBy }),
    );
  }
}
