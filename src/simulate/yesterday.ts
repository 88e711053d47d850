import { GrowingColumns } from '../columns/growing.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { PlannedTypes } from '../columns/plannedTypes.js';
import { isOwnedClass, isSentClass, TYPE_FLAGS } from '../columns/schedules.js';
import { STEP_BITS } from '../plan/plan.js';
import { type BySkipReason, becomesRow, REASON, rowClassOf } from '../plan/reasons.js';
import type { EmailNames } from './emailNames.js';
import { type Ledger, OUTCOME } from './ledger.js';
import { MARK } from './marks.js';
import { REPLAN_BATCH, type Slots } from './slots.js';

/** What is carried from one planning of a contact's email to the next. */
const CARRIED = MARK.expected | MARK.caughtUp;

/** Outcome codes by reason of a candidate that is skipped. */
const OUTCOME_OF_REASON: Readonly<Record<number, number>> = {
  [REASON.suppressed]: OUTCOME.suppressed,
  [REASON.underwritingOrganization]: OUTCOME.underwritingOrganization,
  [REASON.underwritingCampaign]: OUTCOME.underwritingCampaign,
  [REASON.exclusion]: OUTCOME.exclusion,
  [REASON.noOpenDay]: OUTCOME.noOpenDay,
  [REASON.conflict]: OUTCOME.conflict,
  [REASON.frequency]: OUTCOME.frequency,
  [REASON.dailyCap]: OUTCOME.dailyCap,
} satisfies BySkipReason<number>;

/** The emails of the contacts that are being planned again, as they stood the day before. */
const EARLIER_COLUMNS = {
  type: Int32Array,
  year: Int32Array,
  event: Int32Array,
  ideal: Int32Array,
  deadline: Int32Array,
  reason: Uint8Array,
  since: Int32Array,
  marks: Uint8Array,
  isFound: Uint8Array,
};

/** The ideal day of a found owned row: nothing is expected of it before it has been planned. */
const NEVER = 2147483647;

/**
 * Carries what was planned for contacts over the night, while they are planned again: `gather` before, `match` after.
 *
 * The owned rows that the rules ask for (Rules 1, booked day, and 5) are made from the candidates of the day before. Emails that
 * are gone are accounted for.
 */
export class Yesterday {
  /** The day that is being planned. */
  today: number;
  private readonly earlier = new GrowingColumns(EARLIER_COLUMNS);
  private readonly earlierFirst = new Uint32Array(REPLAN_BATCH + 1);

  constructor(
    private readonly planned: PlannedTypes,
    private readonly slots: Slots,
    private readonly names: EmailNames,
    private readonly ledger: Ledger,
    private readonly firstDay: number,
  ) {
    this.today = firstDay;
  }

  private get isFirstDay(): boolean {
    return this.today === this.firstDay;
  }

  /**
   * Collects the emails of contacts as they stood yesterday, and puts their owned rows behind their history.
   *
   * @returns the contacts whose row slot is too small
   */
  gather(contacts: Uint32Array): number[] {
    const { slots, names, earlier } = this;
    const { marks, since, planned, historyCount } = slots;
    const { candidateFirst, candidateType, candidateReason, candidateEvent } = slots.views;
    const { kernel } = slots;
    const { candidateSend, rowFirst, rowClass, rowType, rowEventYear } = slots.views;
    const { rowSentDay, rowPlannedDay, rowScheduledDay } = slots.views;
    const cramped: number[] = [];
    earlier.count = 0;
    let most = 0;
    for (const contact of contacts) most += Math.max(slotSize(candidateFirst, contact), slotSize(rowFirst, contact));
    earlier.reserve(most);
    const { at } = earlier;
    for (let k = 0; k < contacts.length; k++) {
      const contact = contacts[k];
      const end = candidateFirst[contact + 1];
      const endRow = rowFirst[contact + 1];
      this.earlierFirst[k] = earlier.count;
      if (this.isFirstDay) {
        this.gatherFound(rowFirst[contact] + historyCount[contact], endRow);
        continue;
      }
      // Most have room for a row of every candidate.
      const isRoomy = slotSize(rowFirst, contact) - historyCount[contact] >= slotSize(candidateFirst, contact);
      if (!isRoomy && !slots.hasRoom(contact, this.countKept(contact))) {
        cramped.push(contact);
        continue;
      }
      let row = rowFirst[contact] + historyCount[contact];
      for (let i = candidateFirst[contact]; i < end; i++) {
        const reason = candidateReason[i];
        if (!becomesRow(reason) || marks[i] & MARK.done) continue;
        const year = names.yearOf(i);
        const ideal = kernel.idealOf(i);
        const place = earlier.addRow();
        at.type[place] = candidateType[i];
        at.year[place] = year;
        at.event[place] = candidateEvent[i];
        at.ideal[place] = ideal;
        at.deadline[place] = kernel.deadlineOf(i);
        at.reason[place] = reason;
        at.since[place] = since[i];
        at.marks[place] = marks[i];
        at.isFound[place] = 0;
        if (marks[i] & MARK.failed) continue;
        rowClass[row] = rowClassOf(reason);
        rowType[row] = candidateType[i];
        rowEventYear[row] = year;
        rowSentDay[row] = NULL_INT32;
        rowPlannedDay[row] = planned[i];
        rowScheduledDay[row] = candidateSend[i];
        row++;
      }
      slots.clearRows(row, endRow);
    }
    this.earlierFirst[contacts.length] = earlier.count;
    return cramped;
  }

  /** How many owned rows a contact has. */
  private countKept(contact: number): number {
    const { candidateFirst, candidateReason } = this.slots.views;
    const { marks } = this.slots;
    let count = 0;
    for (let i = candidateFirst[contact]; i < candidateFirst[contact + 1]; i++) {
      if (becomesRow(candidateReason[i]) && !(marks[i] & (MARK.done | MARK.failed))) count++;
    }
    return count;
  }

  /** Collects the owned rows that a contact was found with. */
  private gatherFound(first: number, end: number): void {
    const { views, rowSince } = this.slots;
    const { earlier } = this;
    for (let row = first; row < end; row++) {
      if (!isOwnedClass(views.rowClass[row])) break;
      const place = earlier.addRow();
      const { at } = earlier;
      at.type[place] = views.rowType[row];
      at.year[place] = views.rowEventYear[row];
      at.ideal[place] = NEVER;
      at.event[place] = NULL_INT32;
      at.since[place] = rowSince[row];
      at.marks[place] = 0;
      at.isFound[place] = 0;
    }
  }

  /** Finds yesterday's emails again in what was planned today, and accounts for those that are gone. */
  match(contacts: Uint32Array): void {
    const { today, earlierFirst } = this;
    const { ideal, marks, isFound } = this.earlier.at;
    for (let k = 0; k < contacts.length; k++) {
      const contact = contacts[k];
      const first = earlierFirst[k];
      const end = earlierFirst[k + 1];
      for (let place = first; place < end; place++) {
        if (ideal[place] >= today || marks[place] & MARK.expected) continue;
        this.noteEarlier(contact, place, OUTCOME.expected);
        marks[place] |= MARK.expected;
      }
      this.matchContact(contact, first, end);
      for (let place = first; place < end; place++) {
        if (isFound[place] === 0 && ideal[place] < today) this.settle(contact, place);
      }
    }
  }

  /** Has the emails that were planned for a contact go on with what is known of them from yesterday. */
  private matchContact(contact: number, first: number, end: number): void {
    const { marks, since, views } = this.slots;
    const { names } = this;
    const { candidateFirst, candidateType, candidateReason, candidateStep, candidateEvent } = views;
    const { firstFollowup, firstCampaign } = this.planned;
    const earlier = this.earlier.at;
    const age = this.today - this.firstDay;
    const endCandidate = candidateFirst[contact + 1];
    for (let i = candidateFirst[contact]; i < endCandidate; i++) {
      marks[i] = 0;
      if (!becomesRow(candidateReason[i])) continue;
      since[i] = age;
      if ((candidateStep[i] & STEP_BITS) === 4) marks[i] = MARK.caughtUp;
      const type = candidateType[i];
      const isFollowup = type >= firstFollowup && type < firstCampaign;
      for (let place = first; place < end; place++) {
        const earlierType = earlier.type[place];
        if (isFollowup) {
          if (earlierType < firstFollowup || earlierType >= firstCampaign) continue;
          if (earlier.event[place] !== candidateEvent[i]) continue;
        } else if (earlierType !== type) continue;
        const isOfYear = earlier.year[place] === names.yearOf(i);
        // A campaign comes once, whatever its year.
        if (!isOfYear && type < firstCampaign) continue;
        earlier.isFound[place] = 1;
        marks[i] |= earlier.marks[place] & CARRIED;
        if (isOfYear && !(earlier.marks[place] & MARK.failed)) since[i] = earlier.since[place];
        break;
      }
    }
  }

  /** Notes in the ledger what became of one of yesterday's emails. */
  private noteEarlier(contact: number, place: number, outcome: number): void {
    const { type, year, event } = this.earlier.at;
    const occasion = this.names.occasionOf(type[place], year[place], event[place]);
    this.ledger.note(contact, this.names.ledgerType(type[place]), occasion, outcome);
  }

  /** Notes what became of an email that was expected and is planned no more; nothing when nothing explains it. */
  private settle(contact: number, place: number): void {
    const { at } = this.earlier;
    const type = this.names.ledgerType(at.type[place]);
    let outcome: number | null = null;
    if (at.deadline[place] < this.today) outcome = outcomeOf(at.reason[place], at.marks[place]);
    else if (type === this.planned.firstFollowup && this.hasNewerInitial(contact, at.event[place])) {
      outcome = OUTCOME.superseded;
    } else if (type === this.planned.postWindow && this.isWide(contact)) outcome = OUTCOME.exclusion;
    if (outcome !== null) this.noteEarlier(contact, place, outcome);
  }

  /** Tells whether an email that is followed up was sent after a day (Rules 10). */
  private hasNewerInitial(contact: number, day: number): boolean {
    const { views, historyCount } = this.slots;
    const first = views.rowFirst[contact];
    for (let row = first; row < first + historyCount[contact]; row++) {
      if (!isSentClass(views.rowClass[row]) || views.rowSentDay[row] <= day) continue;
      const flags = views.rowTypeFlags[views.rowType[row]];
      if (flags & TYPE_FLAGS.initial) return true;
      if (flags & TYPE_FLAGS.followup) continue;
      const instance = views.rowInstance[row];
      if (instance >= 0 ? views.instanceFollowups[instance] : flags & TYPE_FLAGS.campaignFollowed) return true;
    }
    return false;
  }

  /** Tells whether a contact's windows can exclude the day after one of them (Rules 8). */
  private isWide(contact: number): boolean {
    const rule = this.slots.views.contactRule[contact];
    return this.slots.views.ruleLead[rule] > 365 || this.slots.views.ruleTail[rule] > 365;
  }
}

/** How many elements a contact's slot has. */
function slotSize(first: Uint32Array, contact: number): number {
  return first[contact + 1] - first[contact];
}

/** What ends an email whose deadline has passed: the rule that skipped it, or a sender that could not; null is neither. */
export function outcomeOf(reason: number, marks: number): number | null {
  if (reason !== REASON.scheduled) return OUTCOME_OF_REASON[reason];
  return marks & (MARK.held | MARK.failed) ? OUTCOME.unsent : null;
}
