import { applyDailyCap } from '../balance/placeGroups.js';
import { type SendDays, sendDays } from '../balance/sendDays.js';
import { runsOn } from '../columns/campaigns.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { Organization } from '../columns/organization.js';
import { NO_INSTANCE, ROW_CLASS } from '../columns/schedules.js';
import { CAMPAIGN } from '../plan/fillKernel.js';
import { STEP_BITS } from '../plan/plan.js';
import { becomesRow, REASON, rowClassOf } from '../plan/reasons.js';
import { type RunRules, rulesOfRun } from '../plan/runRules.js';
import type { Config } from '../rules/config.js';
import { EmailNames } from './emailNames.js';
import { HistoryCounts } from './historyCounts.js';
import { Ledger, OUTCOME } from './ledger.js';
import { MARK } from './marks.js';
import { REPLAN_BATCH, Slots } from './slots.js';
import { outcomeOf, Yesterday } from './yesterday.js';

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
 * Rows of a day become those of the next in columns: owned rows are made from the candidates of the day before, where the
 * contact is planned again. Contacts whose rows did not change and for whom no `changeDay` has come keep their candidates as planning left them; days are
 * balanced anew, over everybody, every day. Unique indexes are not looked at.
 */
export class DailyPlan {
  readonly names: EmailNames;
  readonly history: HistoryCounts;
  /** What became of emails; those that are sent are the caller's to note. */
  readonly ledger: Ledger;
  /** What the days take by their caps, from the first on. */
  readonly sendDays: SendDays;
  private today: number;
  private readonly yesterday: Yesterday;
  private readonly dirty: Uint32Array;
  private readonly campaignFlags: Uint16Array;
  private readonly campaignStates: BigUint64Array;
  private runningToday = '';
  /** Contacts who are born after the first day. */
  private readonly births: readonly { readonly contact: number; readonly day: number }[];

  private constructor(
    readonly organization: Organization,
    readonly run: RunRules,
    readonly slots: Slots,
    lastDay: number,
  ) {
    const { planned, contacts } = organization;
    const { views } = slots;
    const firstDay = run.today;
    this.today = firstDay - 1;
    this.names = new EmailNames(planned, slots, run.config.followups.lookback_days, firstDay, lastDay);
    this.ledger = new Ledger(planned.types.length, this.names.occasionCount);
    const dayCount = views.dayCount.length + lastDay - firstDay + 1;
    this.sendDays = sendDays(run.capacity, firstDay, dayCount);
    this.history = new HistoryCounts(organization, this.names, this.ledger, firstDay, dayCount);
    this.yesterday = new Yesterday(planned, slots, this.names, this.ledger, firstDay);
    this.dirty = new Uint32Array(contacts.count);
    this.campaignFlags = views.campaignFlags.slice();
    this.campaignStates = views.campaignStates.slice();
    this.births = Array.from(contacts.birth, (day, contact) => ({ contact, day })).filter(({ day }) => day > firstDay);
    for (const { contact } of this.births) views.contactBirth[contact] = NULL_INT32;
  }

  /**
   * Takes an organization to the eve of its first day.
   *
   * @param organization loaded for all days from `firstDay` to `lastDay`
   */
  static async create(
    organization: Organization,
    config: Config,
    firstDay: number,
    lastDay: number,
  ): Promise<DailyPlan> {
    const run = rulesOfRun(organization, config, firstDay);
    return new DailyPlan(organization, run, await Slots.create(organization, run, lastDay), lastDay);
  }

  /** Plans and balances the next day. */
  async planDay(): Promise<DayMoves> {
    this.today++;
    const { slots, today } = this;
    slots.startDay(today);
    this.yesterday.today = today;
    if (today > this.run.today) this.bookDays();
    this.startCampaigns();
    for (const { contact, day } of this.births) {
      if (day !== today) continue;
      slots.views.contactBirth[contact] = day;
      slots.views.changeDay[contact] = today;
    }
    const dirtyCount = this.findDirty();
    for (let start = 0; start < dirtyCount; start += REPLAN_BATCH) {
      await this.replan(this.dirty.subarray(start, Math.min(dirtyCount, start + REPLAN_BATCH)));
    }
    // The calendar of the day is worked out there, also when nobody is planned.
    slots.kernel.replanContacts(0);
    return { ...this.balance(), replanned: dirtyCount };
  }

  /** Has a contact planned again on the day after today. */
  touch(contact: number): void {
    this.slots.views.changeDay[contact] = this.today + 1;
  }

  /** Notes in the ledger what became of a candidate's email. */
  note(i: number, outcome: number): void {
    const { views } = this.slots;
    const type = views.candidateType[i];
    const occasion = this.names.occasionOf(type, this.names.yearOf(i), views.candidateEvent[i]);
    this.ledger.note(views.candidateContact[i], this.names.ledgerType(type), occasion, outcome);
  }

  /** Makes sure that the contacts of these candidates have room for a row more each of them. */
  async reserveRows(candidates: Uint32Array): Promise<void> {
    const cramped: number[] = [];
    const { views } = this.slots;
    for (let k = 0; k < candidates.length; ) {
      const contact = views.candidateContact[candidates[k]];
      let end = k + 1;
      while (end < candidates.length && views.candidateContact[candidates[end]] === contact) end++;
      if (!this.slots.hasRoom(contact, end - k)) cramped.push(contact);
      k = end;
    }
    if (cramped.length > 0) await this.slots.enlargeRows(cramped);
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
    views.rowEventYear[place] = this.names.yearOf(candidate);
    views.rowSentDay[place] = this.today;
    views.rowPlannedDay[place] = this.slots.planned[candidate];
    views.rowScheduledDay[place] = this.today;
    views.rowInstance[place] = instance === null ? NO_INSTANCE : instances.indexOf(instance);
    views.rowPriority[place] = this.slots.kernel.priorityOf(candidate);
    rowSince[place] = since[candidate];
    if (type === 1 && rowClass === ROW_CLASS.sent) this.history.countSmoothed(this.slots.planned[candidate]);
  }

  /** Notes in the ledger what became of the emails that still stand in the plan of the last day. */
  close(): void {
    const { views, marks, size } = this.slots;
    for (let i = 0; i < size; i++) {
      if (!becomesRow(views.candidateReason[i]) || marks[i] & MARK.done) continue;
      if (this.slots.kernel.idealOf(i) > this.today && !(marks[i] & MARK.expected)) continue;
      this.note(i, OUTCOME.expected);
      const outcome =
        this.slots.kernel.deadlineOf(i) > this.today ? OUTCOME.open : outcomeOf(views.candidateReason[i], marks[i]);
      if (outcome !== null) this.note(i, outcome);
    }
  }

  /** Has emails booked for the days that yesterday's plan gave them (Rules 1, booked day); those planned again are asked anew. */
  private bookDays(): void {
    const { candidateReason, candidateSend, candidateBooked } = this.slots.views;
    const { today } = this;
    const { size } = this.slots;
    for (let i = 0; i < size; i++) {
      const isBooked = rowClassOf(candidateReason[i]) <= ROW_CLASS.limited && candidateSend[i] >= today;
      candidateBooked[i] = isBooked ? candidateSend[i] - today + 1 : 0;
    }
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
    const isFirst = this.today === this.run.today;
    let count = 0;
    for (let contact = 0; contact < changeDay.length; contact++) {
      if (isFirst || changeDay[contact] <= this.today) this.dirty[count++] = contact;
    }
    return count;
  }

  /** Plans contacts again, from their history and what was planned for them yesterday. */
  private async replan(contacts: Uint32Array): Promise<void> {
    const cramped = this.yesterday.gather(contacts);
    if (cramped.length > 0) {
      await this.slots.enlargeRows(cramped);
      this.yesterday.gather(contacts);
    }
    let done = 0;
    while (done < contacts.length) {
      const { views, kernel } = this.slots;
      views.replanList.set(contacts.subarray(done));
      done += kernel.replanContacts(contacts.length - done);
      if (done < contacts.length) await this.slots.enlargeCandidates([contacts[done]]);
    }
    this.yesterday.match(contacts);
  }

  /** Balances the day from what was planned (Rules 9, 2 to 4). */
  private balance(): Omit<DayMoves, 'replanned'> {
    const { today, run, slots } = this;
    const { kernel, views, size } = slots;
    views.candidateSend.set(views.candidateStart);
    views.candidateReason.set(views.plannedReason);
    this.history.fill(views, today);
    kernel.countAll();
    const smoothing = kernel.smoothDays();
    const history = this.history.foundFrom(today, views.dayCount.length);
    const { moved: cap } = applyDailyCap({ kernel, views, run, count: size }, this.sendDays, today, history);
    kernel.limitMovedContacts();
    this.notePlanned();
    return { smoothing, cap };
  }

  /** Notes the days that rows say they were planned for; a row that does not keep its day is another one's tomorrow. */
  private notePlanned(): void {
    const { kernel, views, planned, size } = this.slots;
    const { candidateStep, candidateStart, candidateSend, candidateReason, candidateContact } = views;
    planned.set(candidateStart);
    for (let i = 0; i < size; i++) {
      if ((candidateStep[i] & STEP_BITS) !== 3 || !becomesRow(candidateReason[i])) continue;
      planned[i] = kernel.plannedOf(i);
      const isKept = candidateReason[i] === REASON.scheduled && candidateSend[i] === candidateStart[i];
      if (!isKept) this.touch(candidateContact[i]);
    }
  }
}
