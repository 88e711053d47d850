import { HAS_PHONE } from '../../columns/contacts.js';
import { NULL_INT32 } from '../../columns/nulls.js';
import type { ScheduleRows } from '../../columns/scheduleRows.js';
import type { Schedules } from '../../columns/schedules.js';
import { NULL_TEXT } from '../../columns/texts.js';
import type { KernelViews } from '../../kernel/columns.js';
import type { Plan } from '../../plan/plan.js';
import { rowClassOf } from '../../plan/reasons.js';
import { RowKinds } from '../../plan/rowKinds.js';
import { metadataOfFollowup, RowWriter } from '../../plan/rows.js';

/** What rows of a form, and those of a kind, have in common besides their class and their priority. */
const IN_COMMON = [
  'emailType',
  'status',
  'skipReason',
  'sendTime',
  'instanceId',
  'emailTemplate',
  'smsTemplate',
] as const;

/**
 * Compares candidates with owned rows that were found (Rules 11). What the rows of a form have in common, and what those of a kind
 * have, are numbered by their content: two rows are compared by numbers, and a candidate's whole row is made once a kind, and for
 * follow-ups.
 */
export class RowComparer {
  readonly #plan: Plan;
  readonly #schedules: Schedules;
  // Looked up once, see `plannedDays`.
  readonly #type: KernelViews['candidateType'];
  readonly #flags: Uint8Array;
  readonly #firstFollowup: number;
  readonly #firstCampaign: number;
  readonly #form: Int32Array;
  readonly #isClean: Uint8Array;
  readonly #eventYear: Int32Array;
  readonly #eventMonth: Int32Array;
  readonly #eventDay: Int32Array;
  readonly #metadata: Int32Array;
  readonly #writer: RowWriter;
  readonly #kinds: RowKinds;
  /** The number of each content, from 1 on. */
  readonly #contents = new Map<string, number>();
  /** The content of every form and kind; 0 is not known yet. */
  readonly #contentOfForm: Int32Array;
  #contentOfKind = new Int32Array(256);
  #candidate = -1;

  constructor(plan: Plan) {
    const { schedules, contacts, planned } = plan.organization;
    this.#plan = plan;
    this.#schedules = schedules;
    this.#type = plan.views.candidateType;
    this.#flags = contacts.flags;
    this.#firstFollowup = planned.firstFollowup;
    this.#firstCampaign = planned.firstCampaign;
    this.#form = schedules.form;
    this.#isClean = schedules.isClean;
    this.#eventYear = schedules.eventYear;
    this.#eventMonth = schedules.eventMonth;
    this.#eventDay = schedules.eventDay;
    this.#metadata = schedules.metadata;
    this.#writer = new RowWriter(plan, 1);
    this.#kinds = new RowKinds(plan);
    this.#contentOfForm = new Int32Array(plan.organization.schedules.forms.rowClass.length);
  }

  /** Tells whether a candidate is a follow-up, whose row is compared by `hasFollowup`, those of others by `hasEvent`. */
  isFollowup(candidate: number): boolean {
    const type = this.#type[candidate];
    return type >= this.#firstFollowup && type < this.#firstCampaign;
  }

  /**
   * Tells whether an owned row, whose days are those of a candidate's row, has its content (Rules 11: such a row keeps its id). Nearly all
   * rows of a night go through here: what is rare is elsewhere, so that the engine compiles this soon.
   *
   * @param candidate no follow-up
   * @param contact the candidate's
   */
  hasEvent(candidate: number, contact: number, row: number): boolean {
    if (this.#isClean[row] === 0) return false;
    const date = this.#kinds.eventDateOf(candidate);
    if (this.#eventDay[row] !== (date & 31) || this.#eventMonth[row] !== ((date >> 5) & 15)) return false;
    if (this.#eventYear[row] !== date >> 9 || this.#metadata[row] !== NULL_TEXT) return false;
    const kind = this.#kinds.kindOf(candidate, this.#phoneOf(contact));
    const form = this.#form[row];
    const content = kind < this.#contentOfKind.length ? this.#contentOfKind[kind] : 0;
    return (content || this.#learnKind(kind, candidate)) === (this.#contentOfForm[form] || this.#learnForm(form));
  }

  /** `hasEvent` of a follow-up. */
  hasFollowup(candidate: number, contact: number, row: number): boolean {
    if (this.#isClean[row] === 0 || !this.#isOfFollowup(candidate, row)) return false;
    const kind = this.#kinds.kindOfFollowup(candidate, this.#phoneOf(contact));
    const form = this.#form[row];
    const content = kind < 0 ? this.#contentOfRow(candidate) : this.#learnKind(kind, candidate);
    return content === (this.#contentOfForm[form] || this.#learnForm(form));
  }

  #phoneOf(contact: number): number {
    return (this.#flags[contact] & HAS_PHONE) === 0 ? 0 : 1;
  }

  /** Tells whether an owned row is of the same email, so that what is planned takes its place. */
  isSameEmail(candidate: number, row: number): boolean {
    return (
      this.#schedules.type[row] === this.#type[candidate] &&
      this.#schedules.eventYear[row] === this.#rowOf(candidate).eventYear[0]
    );
  }

  /** The content of a kind. @param candidate one of it */
  #learnKind(kind: number, candidate: number): number {
    if (this.#contentOfKind[kind] > 0) return this.#contentOfKind[kind];
    if (kind >= this.#contentOfKind.length) {
      const wider = new Int32Array(Math.max(kind + 1, this.#contentOfKind.length * 2));
      wider.set(this.#contentOfKind);
      this.#contentOfKind = wider;
    }
    this.#contentOfKind[kind] = this.#contentOfRow(candidate);
    return this.#contentOfKind[kind];
  }

  /** The content of a candidate's row. */
  #contentOfRow(candidate: number): number {
    const rows = this.#rowOf(candidate);
    const rowClass = rowClassOf(this.#plan.views.candidateReason[candidate]);
    return this.#numberOf([rowClass, rows.priority[0], ...IN_COMMON.map((name) => rows[name][0])]);
  }

  /** The content of a form. */
  #learnForm(form: number): number {
    const { forms } = this.#schedules;
    const values = IN_COMMON.map((name) => forms[name][form]);
    const content = this.#numberOf([forms.rowClass[form], forms.storedPriority[form], ...values]);
    this.#contentOfForm[form] = content;
    return content;
  }

  #numberOf(values: readonly number[]): number {
    const key = values.join();
    const known = this.#contents.get(key);
    if (known !== undefined) return known;
    const number = this.#contents.size + 1;
    this.#contents.set(key, number);
    return number;
  }

  /** Whether an owned row tells what only the row of this follow-up does. */
  #isOfFollowup(candidate: number, row: number): boolean {
    return (
      this.#eventYear[row] === NULL_INT32 &&
      this.#eventMonth[row] === NULL_INT32 &&
      this.#eventDay[row] === NULL_INT32 &&
      this.#plan.organization.texts.texts[this.#metadata[row]] === metadataOfFollowup(this.#plan, candidate)
    );
  }

  /** The row of a candidate, alone in a batch. */
  #rowOf(candidate: number): ScheduleRows {
    if (this.#candidate !== candidate) {
      this.#candidate = candidate;
      this.#writer.clear();
      this.#writer.add(candidate);
    }
    return this.#writer.rows;
  }
}
