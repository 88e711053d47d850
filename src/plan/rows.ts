import { PackedDates } from '../calendar/packedDate.js';
import { NULL_INT32 } from '../columns/arrowTable.js';
import { HAS_PHONE } from '../columns/contacts.js';
import type { ScheduleRows } from '../columns/scheduleRows.js';
import { NULL_TEXT } from '../columns/texts.js';
import type { Plan } from './plan.js';
import { REASON } from './reasons.js';

/** What decided a follow-up's kind, in the order of the follow-up types (Rules 10). */
const DECIDED_BY = ['nothing', 'clicked', 'answered', 'answered_yes'] as const;

function copy(to: Int32Array, from: ArrayLike<number>, candidates: Uint32Array, start: number, end: number): void {
  for (let i = start; i < end; i++) to[i] = from[candidates[i]];
}

/** Fills a column with what stands for the type of each candidate. */
function pick(
  to: Int32Array,
  ofType: Int32Array,
  candidateType: ArrayLike<number>,
  candidates: Uint32Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) to[i] = ofType[candidateType[candidates[i]]];
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
  readonly #priorities: Int32Array;
  readonly #exclusions: Int32Array;
  readonly #conflicts: Int32Array;
  readonly #frequency: number;
  readonly #underwritingCampaign: number;
  readonly #underwritingOrganization: number;
  readonly #dates = new PackedDates();
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
    this.#priorities = Int32Array.from(types, (type) => type.priority);
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
   * Adds a candidate's row to the batch and returns its place in it.
   *
   * @param candidate one that becomes a row
   */
  add(candidate: number): number {
    const place = this.#buffers.count++;
    this.candidates[place] = candidate;
    this.#fill(place, place + 1);
    return place;
  }

  /**
   * Makes a batch of the rows of some candidates, column by column, which is several times faster than row by row.
   *
   * @param candidates no more than the capacity, each one that becomes a row
   */
  addAll(candidates: Uint32Array): void {
    this.candidates.set(candidates);
    this.#buffers.count = candidates.length;
    this.#fill(0, candidates.length);
  }

  /** Fills the rows `[start, end)` of the batch from their candidates. */
  #fill(start: number, end: number): void {
    const { views, organization } = this.#plan;
    const rows = this.#buffers;
    const { candidates } = this;
    const { candidateType, candidateContact, candidateReason } = views;
    const { id: ids, flags } = organization.contacts;
    rows.id.fill(Number.NaN, start, end);
    rows.createdAt.fill(NULL_TEXT, start, end);
    rows.sendTime.fill(this.#sendTime, start, end);
    copy(rows.plannedDay, views.candidateStart, candidates, start, end);
    copy(rows.sendDay, views.candidateSend, candidates, start, end);
    pick(rows.emailType, this.#typeCodes, candidateType, candidates, start, end);
    pick(rows.emailTemplate, this.#emailTemplates, candidateType, candidates, start, end);
    pick(rows.priority, this.#priorities, candidateType, candidates, start, end);
    if (organization.schedules.count > 0) this.#fillFollowupPriorities(start, end);
    const { contactId, status, skipReason, smsTemplate } = rows;
    for (let i = start; i < end; i++) {
      const candidate = candidates[i];
      const contact = candidateContact[candidate];
      const reason = candidateReason[candidate];
      const isScheduled = reason === REASON.scheduled;
      const hasPhone = (flags[contact] & HAS_PHONE) !== 0;
      contactId[i] = ids[contact];
      status[i] = isScheduled ? this.#preScheduled : this.#skipped;
      skipReason[i] = isScheduled ? NULL_TEXT : this.#skipReason(candidate, reason);
      smsTemplate[i] = hasPhone ? this.#smsTemplates[candidateType[candidate]] : NULL_TEXT;
    }
    this.#fillDetails(start, end);
  }

  /** A follow-up has the priority of its initial email's row where that has one (Rules 10). */
  #fillFollowupPriorities(start: number, end: number): void {
    const { views, kernel, organization } = this.#plan;
    const { firstFollowup, firstCampaign } = organization.planned;
    for (let i = start; i < end; i++) {
      const candidate = this.candidates[i];
      const type = views.candidateType[candidate];
      if (type < firstFollowup || type >= firstCampaign) continue;
      this.#buffers.priority[i] = kernel.priorityOf(candidate);
    }
  }

  /** Fills the columns that tell of a row's event. */
  #fillDetails(start: number, end: number): void {
    const { views, organization } = this.#plan;
    const { candidates } = this;
    const { instanceId, eventYear, eventMonth, eventDay, metadata } = this.#buffers;
    const { candidateType, candidateEvent, candidateDetail } = views;
    const { firstFollowup, firstCampaign, postWindow } = organization.planned;
    const instanceIds = this.#instanceIds;
    const dates = this.#dates;
    for (let i = start; i < end; i++) {
      const candidate = candidates[i];
      const type = candidateType[candidate];
      if (type >= firstFollowup && type < firstCampaign) {
        this.#addFollowup(i, type, candidateDetail[candidate]);
        continue;
      }
      const date = dates.of(candidateEvent[candidate]);
      instanceId[i] = instanceIds[type];
      eventYear[i] = type === postWindow ? candidateDetail[candidate] : date >> 9;
      eventMonth[i] = (date >> 5) & 15;
      eventDay[i] = date & 31;
      metadata[i] = NULL_TEXT;
    }
  }

  #skipReason(candidate: number, reason: number): number {
    const { views, run } = this.#plan;
    switch (reason) {
      case REASON.exclusion:
        return this.#exclusions[run.assigned.ruleOf[views.candidateContact[candidate]]];
      case REASON.conflict:
        return this.#conflicts[views.candidateDetail[candidate]];
      case REASON.frequency:
        return this.#frequency;
      case REASON.underwritingCampaign:
        return this.#underwritingCampaign;
      default:
        return this.#underwritingOrganization;
    }
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
