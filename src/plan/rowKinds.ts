import { PackedDates } from '../calendar/packedDate.js';
import { HAS_PHONE } from '../columns/contacts.js';
import { ofForm } from '../columns/schedules.js';
import type { KernelViews } from '../kernel/columns.js';
import type { Plan } from './plan.js';
import { plannedDays } from './plan.js';
import { REASON_COUNT, subjects } from './reasons.js';

/**
 * Rows as what they have in common and what they do not: all rows of a kind are equal but for contact, days, event date and, of
 * follow-ups, the id of the initial email. All columns have at least `count` elements.
 */
export interface KindRows {
  readonly count: number;
  /** The kind, counted from 0; -1 is a row that is like no other: a follow-up whose initial email has no plain id, or one of too many kinds. */
  readonly kind: Int32Array;
  /** The row's id when it takes the place of an owned row that changed; NaN lets SQLite choose. */
  readonly id: Float64Array;
  readonly contactId: Float64Array;
  /** Days since 1970-01-01; `NULL_INT32` is NULL. */
  readonly plannedDay: Int32Array;
  readonly sendDay: Int32Array;
  /** The event's date in one number, see `packDate`. The kind decides which of its parts are NULL. */
  readonly eventDate: Int32Array;
  /** The id of the initial email's row, which the metadata of a follow-up name from `INITIAL_ID_AT` on; NaN for other rows. */
  readonly initialId: Float64Array;
}

/** Rows that are filled, to be read as `KindRows`. */
export type KindRowBuffers = { -readonly [Column in keyof KindRows]: KindRows[Column] };

/** Columns for so many rows, none of which is there yet; ids are NaN. */
export function kindRowBuffers(capacity: number): KindRowBuffers {
  const days = () => new Int32Array(capacity);
  return {
    count: 0,
    kind: new Int32Array(capacity),
    id: new Float64Array(capacity).fill(Number.NaN),
    contactId: new Float64Array(capacity),
    plannedDay: days(),
    sendDay: days(),
    eventDate: days(),
    initialId: new Float64Array(capacity),
  };
}

/** Where data tell more kinds of follow-ups apart than this, as many priorities do, the others are like no other row. */
const MOST_FOLLOWUP_KINDS = 1024;

/** What the rows of a kind of follow-ups have in common. */
interface FollowupKind {
  readonly variant: number;
  readonly reason: number;
  readonly priority: number;
  readonly digits: number;
  readonly instanceId: number;
  readonly kind: number;
}

/** How many digits an id has that metadata name; 0 for one that is not written in digits alone. */
function digitsOf(id: number): number {
  if (!Number.isSafeInteger(id) || id < 0) return 0;
  let digits = 1;
  for (let bound = 10; bound <= id; bound *= 10) digits++;
  return digits;
}

/** Tells the kinds of the rows that candidates become (Rules 11), which are numbered as they come. */
export class RowKinds {
  readonly #plan: Plan;
  readonly #subjectOf: (candidate: number) => number;
  readonly #plannedDayOf: (candidate: number) => number;
  readonly #dates = new PackedDates();
  // Looked up once, see `plannedDays`.
  readonly #type: KernelViews['candidateType'];
  readonly #reason: KernelViews['candidateReason'];
  readonly #detail: KernelViews['candidateDetail'];
  readonly #event: KernelViews['candidateEvent'];
  readonly #postWindow: number;
  /** For each reason and what it speaks of, the kind + 1 of every type without and with a phone; 0 is not known yet. */
  readonly #kindsOf: Int32Array[] = [];
  /** The kinds of follow-ups by everything that their rows have in common. */
  readonly #kindsOfFollowups = new Map<string, number>();
  #lastFollowup: FollowupKind | null = null;
  #count = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#subjectOf = subjects(plan);
    this.#plannedDayOf = plannedDays(plan);
    this.#type = plan.views.candidateType;
    this.#reason = plan.views.candidateReason;
    this.#detail = plan.views.candidateDetail;
    this.#event = plan.views.candidateEvent;
    this.#postWindow = plan.organization.planned.postWindow;
  }

  /**
   * Fills rows from candidates: everything but `id`.
   *
   * @param candidates each one that becomes a row
   */
  fill(candidates: Uint32Array, { kind, contactId, plannedDay, sendDay, eventDate, initialId }: KindRows): void {
    const { candidateType, candidateContact, candidateDetail, candidateSend } = this.#plan.views;
    const { firstFollowup, firstCampaign } = this.#plan.organization.planned;
    const { id, flags } = this.#plan.organization.contacts;
    const plannedDayOf = this.#plannedDayOf;
    let contact = -1;
    let contactsId = 0;
    let phone = 0;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i];
      const type = candidateType[candidate];
      if (candidateContact[candidate] !== contact) {
        contact = candidateContact[candidate];
        contactsId = id[contact];
        phone = (flags[contact] & HAS_PHONE) === 0 ? 0 : 1;
      }
      contactId[i] = contactsId;
      plannedDay[i] = plannedDayOf(candidate);
      sendDay[i] = candidateSend[candidate];
      initialId[i] = Number.NaN;
      if (type >= firstFollowup && type < firstCampaign) {
        initialId[i] = this.#plan.organization.schedules.id[candidateDetail[candidate]];
        kind[i] = this.kindOfFollowup(candidate, phone);
        eventDate[i] = 0;
        continue;
      }
      eventDate[i] = this.eventDateOf(candidate);
      kind[i] = this.kindOf(candidate, phone);
    }
  }

  /** The date of a candidate's event as its row has it, see `packDate`; not of a follow-up, whose row has none. */
  eventDateOf(candidate: number): number {
    const date = this.#dates.of(this.#event[candidate]);
    if (this.#type[candidate] !== this.#postWindow) return date;
    return (this.#detail[candidate] << 9) | (date & 511);
  }

  /** The kind of the row of a candidate that is no follow-up. @param phone 1 where the contact has one, else 0 */
  kindOf(candidate: number, phone: number): number {
    const variant = this.#type[candidate] * 2 + phone;
    const place = this.#subjectOf(candidate) * REASON_COUNT + this.#reason[candidate];
    this.#kindsOf[place] ??= new Int32Array(this.#plan.organization.planned.types.length * 2);
    const kinds = this.#kindsOf[place];
    if (kinds[variant] === 0) kinds[variant] = ++this.#count;
    return kinds[variant] - 1;
  }

  /**
   * The kind of the row of a follow-up: it has priority and instance of its initial email (Rules 10), and is like those whose id has as
   * many digits. -1 where it is like no other.
   *
   * @param phone 1 where the contact has one, else 0
   */
  kindOfFollowup(candidate: number, phone: number): number {
    const { organization, kernel } = this.#plan;
    const { schedules } = organization;
    const initialRow = this.#detail[candidate];
    const digits = digitsOf(schedules.id[initialRow]);
    if (digits === 0) return -1;
    const variant = this.#type[candidate] * 2 + phone;
    const instanceId = ofForm(schedules, initialRow, 'instanceId');
    const reason = this.#subjectOf(candidate) * REASON_COUNT + this.#reason[candidate];
    const priority = kernel.priorityOf(candidate);
    const last = this.#lastFollowup;
    if (
      last !== null &&
      last.variant === variant &&
      last.reason === reason &&
      last.priority === priority &&
      last.digits === digits &&
      Object.is(last.instanceId, instanceId)
    ) {
      return last.kind;
    }
    const key = `${variant} ${reason} ${priority} ${digits} ${instanceId}`;
    const known = this.#kindsOfFollowups.get(key);
    if (known === undefined && this.#kindsOfFollowups.size === MOST_FOLLOWUP_KINDS) return -1;
    const kind = known ?? this.#count++;
    this.#kindsOfFollowups.set(key, kind);
    this.#lastFollowup = { variant, reason, priority, digits, instanceId, kind };
    return kind;
  }
}
