import { NULL_INT32 } from '../../columns/nulls.js';
import type { ScheduleRows } from '../../columns/scheduleRows.js';
import { NULL_TEXT } from '../../columns/texts.js';
import type { Plan } from '../../plan/plan.js';
import { rowClassOf } from '../../plan/reasons.js';
import type { KindRows } from '../../plan/rowKinds.js';
import { RowWriter } from '../../plan/rows.js';

/** Whether rows of a form have what a kind's rows have in common; 0 is not known yet. */
const COMMON = { differs: 1, same: 2 } as const;

/** Compares numbers of which NaN is NULL. */
function isSameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/**
 * Compares candidates with owned rows that were found (Rules 11). What the rows of a kind have in common is compared with what
 * those of a form have in common once for each such pair; a candidate's whole row is made only where it is like no other.
 */
export class RowComparer {
  readonly #plan: Plan;
  readonly #writer: RowWriter;
  readonly #formCount: number;
  /** By kind, for every form a `COMMON`. */
  readonly #commons: (Uint8Array | undefined)[] = [];
  #candidate = -1;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#writer = new RowWriter(plan, 1);
    this.#formCount = plan.organization.schedules.forms.rowClass.length;
  }

  /**
   * Tells whether an owned row has the content of a candidate's row (Rules 11: such a row keeps its id).
   *
   * @param kinds hold the candidate's row at the place `i`
   */
  hasContent(candidate: number, kinds: KindRows, i: number, row: number): boolean {
    const { schedules } = this.#plan.organization;
    if (schedules.scheduledDay[row] !== kinds.sendDay[i] || schedules.plannedDay[row] !== kinds.plannedDay[i])
      return false;
    if (schedules.isClean[row] === 0) return false;
    const kind = kinds.kind[i];
    const form = schedules.form[row];
    // Forms and kinds of follow-ups both come of priorities and instances in the data: nobody keeps all pairs of them.
    if (kind < 0 || !Number.isNaN(kinds.initialId[i])) {
      return this.#isOfFollowup(candidate, row) && this.#hasCommon(candidate, form);
    }
    if (!this.#isOfDate(kinds.eventDate[i], row)) return false;
    this.#commons[kind] ??= new Uint8Array(this.#formCount);
    const commons = this.#commons[kind];
    if (commons[form] === 0) commons[form] = this.#hasCommon(candidate, form) ? COMMON.same : COMMON.differs;
    return commons[form] === COMMON.same;
  }

  /** Tells whether an owned row is of the same email, so that what is planned takes its place. */
  isSameEmail(candidate: number, row: number): boolean {
    const { schedules } = this.#plan.organization;
    return (
      schedules.type[row] === this.#plan.views.candidateType[candidate] &&
      schedules.eventYear[row] === this.#rowOf(candidate).eventYear[0]
    );
  }

  /** Whether rows of a form have what the candidate's row has in common with others of its kind. */
  #hasCommon(candidate: number, form: number): boolean {
    const { forms } = this.#plan.organization.schedules;
    const rows = this.#rowOf(candidate);
    return (
      forms.rowClass[form] === rowClassOf(this.#plan.views.candidateReason[candidate]) &&
      forms.emailType[form] === rows.emailType[0] &&
      forms.status[form] === rows.status[0] &&
      forms.skipReason[form] === rows.skipReason[0] &&
      forms.sendTime[form] === rows.sendTime[0] &&
      forms.storedPriority[form] === rows.priority[0] &&
      isSameNumber(forms.instanceId[form], rows.instanceId[0]) &&
      forms.emailTemplate[form] === rows.emailTemplate[0] &&
      forms.smsTemplate[form] === rows.smsTemplate[0]
    );
  }

  /** Whether an owned row tells of an event on a date, in one number, and of nothing else. */
  #isOfDate(date: number, row: number): boolean {
    const { eventYear, eventMonth, eventDay, metadata } = this.#plan.organization.schedules;
    return (
      eventDay[row] === (date & 31) &&
      eventMonth[row] === ((date >> 5) & 15) &&
      eventYear[row] === date >> 9 &&
      metadata[row] === NULL_TEXT
    );
  }

  /** Whether an owned row tells what only the row of this follow-up does. */
  #isOfFollowup(candidate: number, row: number): boolean {
    const { eventYear, eventMonth, eventDay, metadata } = this.#plan.organization.schedules;
    return (
      eventYear[row] === NULL_INT32 &&
      eventMonth[row] === NULL_INT32 &&
      eventDay[row] === NULL_INT32 &&
      metadata[row] === this.#rowOf(candidate).metadata[0]
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
