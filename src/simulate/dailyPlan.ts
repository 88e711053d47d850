import { yearOf } from '../calendar/day.js';
import { NULL_INT32 } from '../columns/arrowTable.js';
import { runsOn } from '../columns/campaigns.js';
import { GrowingColumns } from '../columns/growing.js';
import type { Organization } from '../columns/organization.js';
import { NO_INSTANCE, ROW_CLASS, TYPE_FLAGS } from '../columns/schedules.js';
import type { RunRules } from '../plan/countColumns.js';
import { CAMPAIGN } from '../plan/fillKernel.js';
import { becomesRow, REASON } from '../plan/reasons.js';
import { assignRules } from '../plan/stateRules.js';
import type { Config } from '../rules/config.js';
import { dailyLimits } from '../rules/limits.js';
import { type Ledger, OUTCOME } from './ledger.js';
import { REPLAN_BATCH, Slots } from './slots.js';

/** What a simulation notes about a candidate. */
export const MARK = {
  /** Its ideal day has come. */
  expected: 1,
  /** It has been given a catch-up day (Rules 5, step 4). */
  caughtUp: 2,
  /** On its send day nothing went out. */
  held: 4,
  /** Sending it failed: its row is nobody's, and it is planned again. */
  failed: 8,
  /** It was sent, or bounced. */
  done: 16,
} as const;

/** What is carried from one planning of a contact's email to the next. */
const CARRIED = MARK.expected | MARK.caughtUp;

/** Years count up from here where they are occasions. */
const FIRST_YEAR = 1700;

/** Outcome codes by reason of a candidate that is skipped. */
const OUTCOME_OF_REASON: Readonly<Record<number, number>> = {
  [REASON.underwritingOrganization]: OUTCOME.underwritingOrganization,
  [REASON.underwritingCampaign]: OUTCOME.underwritingCampaign,
  [REASON.exclusion]: OUTCOME.exclusion,
  [REASON.conflict]: OUTCOME.conflict,
  [REASON.frequency]: OUTCOME.frequency,
};

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

/** What balancing did on a day. */
export interface DayMoves {
  readonly smoothing: number;
  readonly cap: number;
  /** How many contacts were planned again. */
  readonly replanned: number;
}

/**
 * The plan of one day after the other (Rules 5 to 10), each the same rows as if everybody had been planned on that day from
 * the rows that the day before left behind.
 *
 * Rows of a day become those of the next in columns. Of owned rows the rules look at nothing but the days of an email whose
 * ideal day has passed; they are taken from the candidates of the day before, where the contact is planned again. Contacts
 * whose rows did not change and for whom no `changeDay` has come keep their candidates as planning left them; days are
 * balanced anew, over everybody, every day. Unique indexes are not looked at.
 *
 * An email's *occasion* tells it from others of its type: the event year (of a post-window email, the anchor's), nothing for
 * a campaign, and for a follow-up the sent day of its initial email, counted from the lookback before the first day. All
 * follow-up types are one type for this.
 */
export class DailyPlan {
  /** Plan everybody every day, for comparison. */
  plansEverybody = false;
  private today: number;
  private readonly earlier = new GrowingColumns(EARLIER_COLUMNS);
  private readonly earlierFirst = new Uint32Array(REPLAN_BATCH + 1);
  private readonly dirty: Uint32Array;
  private readonly years: Int32Array;
  /** History emails by sent day, and policy anniversary emails of history by planned day, from the first day on. */
  private readonly sentPerDay: Int32Array;
  private readonly smoothedPerDay: Int32Array;
  private readonly campaignFlags: Uint16Array;
  private readonly campaignStates: BigUint64Array;
  private runningToday = '';
  /** Contacts who are born after the first day, by day. */
  private readonly births: { readonly contact: number; readonly day: number }[];

  private constructor(
    readonly organization: Organization,
    readonly run: RunRules,
    readonly slots: Slots,
    private readonly ledger: Ledger,
    private readonly firstDay: number,
    lastDay: number,
  ) {
    const { contacts } = organization;
    const { views } = slots;
    this.today = firstDay - 1;
    this.dirty = new Uint32Array(contacts.count);
    this.years = Int32Array.from({ length: lastDay - firstDay + 2000 }, (_, i) => yearOf(firstDay - 400 + i));
    const days = views.historyPerDay.length + lastDay - firstDay + 1;
    this.sentPerDay = new Int32Array(days);
    this.smoothedPerDay = new Int32Array(days);
    this.countFoundHistory();
    this.campaignFlags = views.campaignFlags.slice();
    this.campaignStates = views.campaignStates.slice();
    this.births = [];
    for (let contact = 0; contact < contacts.count; contact++) {
      if (contacts.birth[contact] > firstDay) this.births.push({ contact, day: contacts.birth[contact] });
    }
    for (const { contact } of this.births) views.contactBirth[contact] = NULL_INT32;
  }

  /**
   * Takes an organization to the eve of its first day.
   *
   * @param organization loaded for all days from `firstDay` to `lastDay`
   * @param ledger is told of found history, and of what became of every email but those the caller sends
   */
  static async create(
    organization: Organization,
    config: Config,
    firstDay: number,
    lastDay: number,
    makeLedger: (typeCount: number, occasionCount: number) => Ledger,
  ): Promise<DailyPlan> {
    const limits = dailyLimits(config, organization.contacts.rowCount);
    const run = { config, today: firstDay, limits, assigned: assignRules(organization, config) };
    const slots = await Slots.create(organization, run, lastDay);
    const occasions = Math.max(600, lastDay - firstDay + config.followups.lookback_days + 2);
    const ledger = makeLedger(organization.planned.types.length, occasions);
    return new DailyPlan(organization, run, slots, ledger, firstDay, lastDay);
  }

  /** Plans and balances the next day. */
  async planDay(): Promise<DayMoves> {
    this.today++;
    const { slots, today } = this;
    slots.startDay(today);
    this.forgetYesterday();
    this.startCampaigns();
    for (const { contact, day } of this.births) {
      if (day !== today) continue;
      slots.views.contactBirth[contact] = day;
      slots.views.changeDay[contact] = today;
      // Windows come with the date, and change how long its emails can wait.
      slots.views.dayChanged.fill(1);
    }
    const dirtyCount = this.findDirty();
    for (let start = 0; start < dirtyCount; start += REPLAN_BATCH) {
      await this.replan(this.dirty.subarray(start, Math.min(dirtyCount, start + REPLAN_BATCH)));
    }
    // The calendar of the day is worked out there, also when nobody is planned.
    slots.kernel.replanContacts(0);
    return { ...this.balance(), replanned: dirtyCount };
  }

  /** How many history emails that were found have a day as their sent day. @param day from the first day on */
  foundOn(day: number): number {
    return this.sentPerDay[day - this.firstDay];
  }

  /** Has a contact planned again on the day after today. */
  touch(contact: number): void {
    this.slots.views.changeDay[contact] = this.today + 1;
  }

  /** The year of a candidate's row, as it stands in `event_year`; `NULL_INT32` for follow-ups. */
  yearOfCandidate(i: number): number {
    const { views } = this.slots;
    const { planned } = this.organization;
    const type = views.candidateType[i];
    if (type === planned.postWindow) return views.candidateDetail[i];
    if (type >= planned.firstFollowup && type < planned.firstCampaign) return NULL_INT32;
    const place = views.candidateEvent[i] - this.firstDay + 400;
    return place >= 0 && place < this.years.length ? this.years[place] : yearOf(views.candidateEvent[i]);
  }

  /** The occasion of an email. @param year as `yearOfCandidate` gives it */
  private occasionOf(type: number, year: number, event: number): number {
    if (year === NULL_INT32) return event - this.firstDay + this.run.config.followups.lookback_days;
    return type >= this.organization.planned.firstCampaign ? 0 : year - FIRST_YEAR;
  }

  /** The event year of an occasion that is one. */
  yearOfOccasion(occasion: number): number {
    return occasion + FIRST_YEAR;
  }

  /** The sent day of the initial email of a follow-up's occasion. */
  dayOfOccasion(occasion: number): number {
    return occasion + this.firstDay - this.run.config.followups.lookback_days;
  }

  /** The type under which the ledger knows an email. */
  ledgerType(type: number): number {
    const { firstFollowup, firstCampaign } = this.organization.planned;
    return type >= firstFollowup && type < firstCampaign ? firstFollowup : type;
  }

  /** Notes in the ledger what became of a candidate's email. */
  note(i: number, outcome: number): void {
    const { views } = this.slots;
    const type = views.candidateType[i];
    const occasion = this.occasionOf(type, this.yearOfCandidate(i), views.candidateEvent[i]);
    this.ledger.note(views.candidateContact[i], this.ledgerType(type), occasion, outcome);
  }

  /** Makes sure that the contacts of these candidates have room for a row more each of them. */
  async reserveRows(candidates: Uint32Array): Promise<void> {
    const cramped: number[] = [];
    const { views } = this.slots;
    for (let k = 0; k < candidates.length; ) {
      const contact = views.candidateContact[candidates[k]];
      let end = k + 1;
      while (end < candidates.length && views.candidateContact[candidates[end]] === contact) end++;
      if (!this.hasRoom(contact, end - k)) cramped.push(contact);
      k = end;
    }
    if (cramped.length > 0) await this.slots.enlargeRows(cramped);
  }

  /** Tells whether a contact has room for some rows behind its history, which is thinned out where it helps. */
  private hasRoom(contact: number, rowCount: number): boolean {
    const { slots } = this;
    const { rowFirst } = slots.views;
    const isRoom = () => rowFirst[contact + 1] - rowFirst[contact] - slots.historyCount[contact] >= rowCount;
    if (isRoom()) return true;
    slots.prune(contact, this.run.config.followups.lookback_days);
    return isRoom();
  }

  /** Turns a candidate into a row of history of today, which needs room (`reserveRows`). @param rowClass sent or ended */
  addHistory(candidate: number, rowClass: number): void {
    const { views, historyCount, since, rowSince } = this.slots;
    const { planned, instances } = this.organization;
    const contact = views.candidateContact[candidate];
    const type = views.candidateType[candidate];
    const instance = type >= planned.firstCampaign ? planned.types[type].instance : null;
    let place = views.rowFirst[contact] + historyCount[contact]++;
    // Rows of one day stand in the order of their ids, which is that in which their emails came into the plan.
    const first = views.rowFirst[contact];
    while (place > first && views.rowSentDay[place - 1] === this.today && rowSince[place - 1] > since[candidate]) {
      this.slots.copyRow(place - 1, place);
      place--;
    }
    views.rowClass[place] = rowClass;
    views.rowType[place] = type;
    views.rowEventYear[place] = this.yearOfCandidate(candidate);
    views.rowSentDay[place] = this.today;
    views.rowPlannedDay[place] = views.candidateStart[candidate];
    views.rowScheduledDay[place] = this.today;
    views.rowInstance[place] = instance === null ? NO_INSTANCE : instances.indexOf(instance);
    views.rowPriority[place] = views.candidatePriority[candidate];
    rowSince[place] = since[candidate];
    if (type === 1 && rowClass === ROW_CLASS.sent) this.countSmoothed(views.candidateStart[candidate]);
  }

  /** Notes in the ledger what became of the emails that still stand in the plan of the last day. */
  close(): void {
    const { views, marks, size } = this.slots;
    for (let i = 0; i < size; i++) {
      if (!becomesRow(views.candidateReason[i]) || marks[i] & MARK.done) continue;
      if (views.candidateIdeal[i] > this.today && !(marks[i] & MARK.expected)) continue;
      this.note(i, OUTCOME.expected);
      const outcome =
        views.candidateDeadline[i] > this.today ? OUTCOME.open : outcomeOf(views.candidateReason[i], marks[i]);
      if (outcome !== null) this.note(i, outcome);
    }
  }

  /** Starts the notes on what changed since yesterday. */
  private forgetYesterday(): void {
    const { isReplanned, dayChanged, waitedBefore } = this.slots.views;
    isReplanned.fill(0);
    dayChanged.fill(0);
    // Smoothing leaves an email where it is rather than move it before today.
    dayChanged.fill(1, 0, this.run.limits.smoothingWindowDays + 1);
    waitedBefore.copyWithin(0, 1);
  }

  /** Lets campaigns take part from their first day to their last; on a day when any starts or stops, everybody is planned. */
  private startCampaigns(): void {
    const { views } = this.slots;
    const { running } = this.organization;
    running.forEach((instance, campaign) => {
      const runs = runsOn(instance, this.today);
      // A campaign that is for no state at all has no audience.
      views.campaignFlags[campaign] = this.campaignFlags[campaign] | (runs ? 0 : CAMPAIGN.filtersStates);
      views.campaignStates[campaign] = runs ? this.campaignStates[campaign] : 0n;
      views.campaignFixedDay[campaign] = instance.startDay ?? this.today;
    });
    const runningToday = running.filter((instance) => runsOn(instance, this.today)).map(({ id }) => id);
    if (this.runningToday === runningToday.join()) return;
    this.runningToday = runningToday.join();
    views.changeDay.fill(this.today);
  }

  /** Lists the contacts that may be planned otherwise than yesterday; returns how many. */
  private findDirty(): number {
    const { changeDay } = this.slots.views;
    const isFirst = this.today === this.firstDay || this.plansEverybody;
    let count = 0;
    for (let contact = 0; contact < changeDay.length; contact++) {
      if (isFirst || changeDay[contact] <= this.today) this.dirty[count++] = contact;
    }
    return count;
  }

  /** Plans contacts again, from their history and what was planned for them yesterday. */
  private async replan(contacts: Uint32Array): Promise<void> {
    const cramped = this.gather(contacts);
    if (cramped.length > 0) {
      await this.slots.enlargeRows(cramped);
      this.gather(contacts);
    }
    let done = 0;
    while (done < contacts.length) {
      const { views, kernel } = this.slots;
      views.replanList.set(contacts.subarray(done));
      done += kernel.replanContacts(contacts.length - done);
      if (done < contacts.length) await this.slots.enlargeCandidates([contacts[done]]);
    }
    this.match(contacts);
  }

  /**
   * Collects the emails of contacts as they stood yesterday, and puts the owned rows that matter behind their history.
   *
   * @returns the contacts whose row slot is too small
   */
  private gather(contacts: Uint32Array): number[] {
    const { slots, earlier, today } = this;
    const { marks, since, historyCount } = slots;
    const { candidateFirst, candidateType, candidateReason, candidateEvent, candidateIdeal } = slots.views;
    const { candidateDeadline, candidateStart, candidateSend, rowFirst, rowClass, rowType, rowEventYear } = slots.views;
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
      if (today === this.firstDay) {
        this.gatherFound(rowFirst[contact] + historyCount[contact], endRow);
        continue;
      }
      // Most have room for a row of every candidate.
      const isRoomy = slotSize(rowFirst, contact) - historyCount[contact] >= slotSize(candidateFirst, contact);
      if (!isRoomy && !this.hasRoom(contact, this.countKept(contact))) {
        cramped.push(contact);
        continue;
      }
      let row = rowFirst[contact] + historyCount[contact];
      for (let i = candidateFirst[contact]; i < end; i++) {
        const reason = candidateReason[i];
        if (!becomesRow(reason) || marks[i] & MARK.done) continue;
        const year = this.yearOfCandidate(i);
        const ideal = candidateIdeal[i];
        const place = earlier.addRow();
        at.type[place] = candidateType[i];
        at.year[place] = year;
        at.event[place] = candidateEvent[i];
        at.ideal[place] = ideal;
        at.deadline[place] = candidateDeadline[i];
        at.reason[place] = reason;
        at.since[place] = since[i];
        at.marks[place] = marks[i];
        at.isFound[place] = 0;
        // Only where the ideal day has passed do the rules ask what was planned.
        if (ideal >= today || marks[i] & MARK.failed) continue;
        rowClass[row] = reason === REASON.scheduled ? ROW_CLASS.preScheduled : ROW_CLASS.skipped;
        rowType[row] = candidateType[i];
        rowEventYear[row] = year;
        rowSentDay[row] = NULL_INT32;
        rowPlannedDay[row] = candidateStart[i];
        rowScheduledDay[row] = candidateSend[i];
        row++;
      }
      slots.clearRows(row, endRow);
    }
    this.earlierFirst[contacts.length] = earlier.count;
    return cramped;
  }

  /** How many owned rows of a contact the rules will ask for at most. */
  private countKept(contact: number): number {
    const { candidateFirst, candidateReason, candidateIdeal } = this.slots.views;
    const { marks } = this.slots;
    let count = 0;
    for (let i = candidateFirst[contact]; i < candidateFirst[contact + 1]; i++) {
      const isOwned = becomesRow(candidateReason[i]) && !(marks[i] & (MARK.done | MARK.failed));
      if (isOwned && candidateIdeal[i] < this.today) count++;
    }
    return count;
  }

  /** Collects the owned rows that a contact was found with. */
  private gatherFound(first: number, end: number): void {
    const { views, rowSince } = this.slots;
    const { earlier } = this;
    for (let row = first; row < end; row++) {
      if (views.rowClass[row] > ROW_CLASS.skipped) break;
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
  private match(contacts: Uint32Array): void {
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
    if (today === this.firstDay) this.forgetOwned();
  }

  /** Has the emails that were planned for a contact go on with what is known of them from yesterday. */
  private matchContact(contact: number, first: number, end: number): void {
    const { marks, since, views } = this.slots;
    const { candidateFirst, candidateType, candidateReason, candidateStep, candidateEvent } = views;
    const { firstFollowup, firstCampaign } = this.organization.planned;
    const earlier = this.earlier.at;
    const age = this.today - this.firstDay;
    const endCandidate = candidateFirst[contact + 1];
    for (let i = candidateFirst[contact]; i < endCandidate; i++) {
      marks[i] = 0;
      if (!becomesRow(candidateReason[i])) continue;
      since[i] = age;
      if (candidateStep[i] === 4) marks[i] = MARK.caughtUp;
      const type = candidateType[i];
      const isFollowup = type >= firstFollowup && type < firstCampaign;
      for (let place = first; place < end; place++) {
        const earlierType = earlier.type[place];
        if (isFollowup) {
          if (earlierType < firstFollowup || earlierType >= firstCampaign) continue;
          if (earlier.event[place] !== candidateEvent[i]) continue;
        } else if (earlierType !== type) continue;
        const isOfYear = earlier.year[place] === this.yearOfCandidate(i);
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
    const occasion = this.occasionOf(type[place], year[place], event[place]);
    this.ledger.note(contact, this.ledgerType(type[place]), occasion, outcome);
  }

  /** Notes what became of an email that was expected and is planned no more; nothing when nothing explains it. */
  private settle(contact: number, place: number): void {
    const { at } = this.earlier;
    const type = this.ledgerType(at.type[place]);
    let outcome: number | null = null;
    if (at.deadline[place] < this.today) outcome = outcomeOf(at.reason[place], at.marks[place]);
    else if (type === this.organization.planned.firstFollowup && this.hasNewerInitial(contact, at.event[place])) {
      outcome = OUTCOME.superseded;
    } else if (type === this.organization.planned.postWindow && this.isWide(contact)) outcome = OUTCOME.exclusion;
    if (outcome !== null) this.noteEarlier(contact, place, outcome);
  }

  /** Tells whether an email that is followed up was sent after a day (Rules 10). */
  private hasNewerInitial(contact: number, day: number): boolean {
    const { views, historyCount } = this.slots;
    const first = views.rowFirst[contact];
    for (let row = first; row < first + historyCount[contact]; row++) {
      if (views.rowClass[row] !== ROW_CLASS.sent || views.rowSentDay[row] <= day) continue;
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

  /** Takes back the owned rows that were found, once the first day is planned. */
  private forgetOwned(): void {
    const { views, historyCount } = this.slots;
    for (let contact = 0; contact < historyCount.length; contact++) {
      this.slots.clearRows(views.rowFirst[contact] + historyCount[contact], views.rowFirst[contact + 1]);
    }
  }

  /** Balances the day from what was planned (Rules 9, 2 to 4). */
  private balance(): Omit<DayMoves, 'replanned'> {
    const { kernel, views } = this.slots;
    const offset = this.today - this.firstDay;
    const span = views.historyPerDay.length;
    views.candidateSend.set(views.candidateStart);
    views.candidateReason.set(views.plannedReason);
    views.historyPerDay.set(this.sentPerDay.subarray(offset, offset + span));
    views.smoothingHistogram.set(this.smoothedPerDay.subarray(offset, offset + span));
    const smoothing = kernel.smoothDays();
    const cap = kernel.setAsideUnchanged() + kernel.capDays();
    kernel.limitAfterCap();
    views.cappedSend.set(views.candidateSend);
    views.limitedReason.set(views.candidateReason);
    return { smoothing, cap };
  }

  /** Counts the history that was found by day, and tells the ledger of it. */
  private countFoundHistory(): void {
    const { schedules, contacts, planned, instances } = this.organization;
    const typeOfInstance = new Map(planned.types.map(({ instance }, type) => [instance, type]));
    let contact = 0;
    for (let row = 0; row < schedules.count; row++) {
      while (contact < contacts.count && schedules.first[contact + 1] <= row) contact++;
      const rowClass = schedules.rowClass[row];
      const isHistory = rowClass === ROW_CLASS.history || rowClass === ROW_CLASS.sent;
      if (isHistory) {
        const offset = schedules.sentDay[row] - this.firstDay;
        if (offset >= 0 && offset < this.sentPerDay.length) this.sentPerDay[offset]++;
        if (schedules.type[row] === 1) this.countSmoothed(schedules.plannedDay[row]);
      }
      if ((!isHistory && rowClass !== ROW_CLASS.ended) || contact === contacts.count) continue;
      const type = schedules.type[row];
      const year = schedules.eventYear[row];
      if (type < planned.firstFollowup) {
        if (year >= FIRST_YEAR && year < FIRST_YEAR + 600)
          this.ledger.note(contact, type, year - FIRST_YEAR, OUTCOME.found);
      } else if (schedules.instance[row] >= 0 && !(this.slots.views.rowTypeFlags[type] & TYPE_FLAGS.followup)) {
        const ofCampaign = typeOfInstance.get(instances[schedules.instance[row]]);
        if (ofCampaign !== undefined) this.ledger.note(contact, ofCampaign, 0, OUTCOME.found);
      }
    }
  }

  private countSmoothed(plannedDay: number): void {
    const offset = plannedDay - this.firstDay;
    if (offset >= 0 && offset < this.smoothedPerDay.length) this.smoothedPerDay[offset]++;
  }
}

/** How many elements a contact's slot has. */
function slotSize(first: Uint32Array, contact: number): number {
  return first[contact + 1] - first[contact];
}

/** What ends an email whose deadline has passed: the rule that skipped it, or a sender that could not; null is neither. */
function outcomeOf(reason: number, marks: number): number | null {
  if (reason !== REASON.scheduled) return OUTCOME_OF_REASON[reason];
  return marks & (MARK.held | MARK.failed) ? OUTCOME.unsent : null;
}
