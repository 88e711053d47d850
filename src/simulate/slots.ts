import { runsOn } from '../columns/campaigns.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { Organization } from '../columns/organization.js';
import { isOwnedClass, ofForm, ROW_CLASS, TYPE_FLAGS } from '../columns/schedules.js';
import { KERNEL_COLUMNS, type KernelColumn, type KernelCounts, type KernelViews } from '../kernel/columns.js';
import { createKernel, type Kernel } from '../kernel/kernel.js';
import { countColumns } from '../plan/countColumns.js';
import { fillKernel, kernelNumbers } from '../plan/fillKernel.js';
import { REASON } from '../plan/reasons.js';
import type { RunRules } from '../plan/runRules.js';

/** The reason of the elements of a candidate slot that hold no candidate: that of candidates that nothing counts. */
const UNUSED = REASON.outsideActiveWindow;

/** The type of the elements of a row slot that hold no row; no row has it. */
const NO_TYPE = -1;

/** Rows that were found come before all others: their places count up from here. */
const FIRST_FOUND = -(2 ** 30);

/** Windows whose emails a contact can be owed at one time, in all but rare cases. */
const USUAL_WINDOWS = 2;

/** Rows that a contact usually gets besides one for each of its emails. */
const SPARE_ROWS = 2;

const ROW_COLUMNS = [
  ...(['rowClass', 'rowType', 'rowEventYear', 'rowSentDay', 'rowPlannedDay', 'rowScheduledDay'] as const),
  ...(['rowInstance', 'rowPriority'] as const),
] as const satisfies readonly KernelColumn[];

const CANDIDATE_COLUMNS = [
  ...(['candidateContact', 'candidateType', 'candidateStep', 'candidateReason', 'candidateEvent'] as const),
  ...(['candidateStart', 'candidateSend', 'candidateDetail', 'candidateBooked', 'plannedReason'] as const),
] as const satisfies readonly KernelColumn[];

/** Columns that the kernel fills anew whenever it uses them, or that grow with the slots. */
const NOT_CARRIED: ReadonlySet<string> = new Set<KernelColumn>([
  ...ROW_COLUMNS,
  ...CANDIDATE_COLUMNS,
  ...(['rowFirst', 'candidateFirst', 'placementDay', 'placementSize', 'groups'] as const),
  ...(['groupSlots', 'groupCursor', 'dayCount', 'isGroupedDay', 'smoothingHistogram'] as const),
  ...(['pending', 'windowYears', 'limitOrder', 'limitDays'] as const),
]);

/**
 * The kernel of a simulation and what goes with its columns. Every contact has a slot for its candidates and one for its rows,
 * of fixed size while days go by; when one gets too small, all are laid out again.
 *
 * A row slot holds the contact's history first, `historyCount` rows, then the owned rows that the last planning found.
 * `views` and the columns are replaced by `enlarge`; hold on to none of them over it.
 */
export class Slots {
  kernel!: Kernel;
  views!: KernelViews;
  /** By candidate: the day, counted from the first, on which its email came into the plan, and before that where it was found. */
  since = new Int32Array(0);
  /** By candidate: what the simulation notes about it. */
  marks = new Uint8Array(0);
  /** By candidate: the day that its row says it was planned for (Rules 5, step 3), as the last balance left it. */
  planned = new Int32Array(0);
  /** By row: `since` of the email it is of. */
  rowSince = new Int32Array(0);
  /** By contact: how many rows of its slot are history. */
  readonly historyCount: Uint32Array;

  private today: number;
  /** What the columns that know nothing of slots need. */
  private readonly foundCounts: KernelCounts;

  private constructor(
    private readonly organization: Organization,
    private readonly run: RunRules,
    /** How many days come after the first. */
    private readonly moreDays: number,
  ) {
    this.historyCount = new Uint32Array(organization.contacts.count);
    this.today = run.today;
    this.foundCounts = countColumns(organization, run);
  }

  /** Lays out slots for an organization and puts the rows that were found into them. */
  static async create(organization: Organization, run: RunRules, lastDay: number): Promise<Slots> {
    const slots = new Slots(organization, run, lastDay - run.today);
    const candidates = candidateSizes(organization, run, lastDay);
    await slots.layOut(firsts(candidates), firsts(rowSizes(organization, candidates)));
    slots.views.candidateReason.fill(UNUSED);
    slots.views.plannedReason.fill(UNUSED);
    slots.placeFoundRows();
    return slots;
  }

  /** Turns to another day; campaigns are the caller's to turn. */
  startDay(today: number): void {
    this.today = today;
    this.kernel.setNumber('today', today);
  }

  /** How many candidates all slots hold together. */
  get size(): number {
    return this.views.candidateFirst[this.organization.contacts.count];
  }

  /** Takes back what a row slot holds from a place on. */
  clearRows(place: number, end: number): void {
    const { rowClass, rowType } = this.views;
    for (let row = place; row < end && rowType[row] !== NO_TYPE; row++) {
      rowClass[row] = ROW_CLASS.other;
      rowType[row] = NO_TYPE;
    }
  }

  /** Makes the candidate slots of some contacts twice as large. */
  async enlargeCandidates(contacts: readonly number[]): Promise<void> {
    const { candidateFirst, rowFirst } = this.views;
    const sizes = sizesOf(candidateFirst, this.historyCount.length);
    for (const contact of contacts) sizes[contact] = 2 * sizes[contact] + 1;
    await this.layOut(firsts(sizes), rowFirst.slice(0, this.historyCount.length + 1));
  }

  /** Makes the row slots of some contacts twice as large, and sees to it that nobody else's is soon too small. */
  async enlargeRows(contacts: readonly number[]): Promise<void> {
    const { historyCount } = this;
    const { candidateFirst, rowFirst } = this.views;
    const sizes = sizesOf(rowFirst, historyCount.length);
    const candidates = sizesOf(candidateFirst, historyCount.length);
    for (let contact = 0; contact < sizes.length; contact++) {
      sizes[contact] = Math.max(sizes[contact], historyCount[contact] + candidates[contact] + SPARE_ROWS);
    }
    for (const contact of contacts) sizes[contact] = 2 * sizes[contact] + SPARE_ROWS;
    await this.layOut(candidateFirst.slice(), firsts(sizes));
  }

  /**
   * Drops the history rows of a contact that no rule will ask for any more: follow-ups sent before the days that are looked
   * back to (Rules 10), and rows of no status that counts, whose day has passed (Rules 5, from ideal day to start day).
   */
  private prune(contact: number): void {
    const lookbackDays = this.run.config.followups.lookback_days;
    const { views, today, historyCount } = this;
    const first = views.rowFirst[contact];
    const end = first + historyCount[contact];
    let place = first;
    for (let row = first; row < end; row++) {
      const isOld = views.rowSentDay[row] <= today - lookbackDays;
      const isFollowup = (views.rowTypeFlags[views.rowType[row]] & TYPE_FLAGS.followup) !== 0;
      const isIdle = views.rowClass[row] === ROW_CLASS.other || (isFollowup && isOld && !this.isBounceAsked(row));
      if (isIdle && views.rowScheduledDay[row] < today) continue;
      if (place !== row) this.copyRow(row, place);
      place++;
    }
    historyCount[contact] = place - first;
    this.clearRows(place, views.rowFirst[contact + 1]);
  }

  /** Tells whether bounces are counted from or up to a row (Rules 2, suppressions). */
  private isBounceAsked(row: number): boolean {
    if (this.run.config.organization.suppress_after_bounces === 0) return false;
    const rowClass = this.views.rowClass[row];
    return rowClass === ROW_CLASS.bounced || rowClass === ROW_CLASS.delivered;
  }

  /** Tells whether a contact has room for some rows behind its history, which is thinned out where it helps. */
  hasRoom(contact: number, rowCount: number): boolean {
    const { rowFirst } = this.views;
    const isRoom = () => rowFirst[contact + 1] - rowFirst[contact] - this.historyCount[contact] >= rowCount;
    if (isRoom()) return true;
    this.prune(contact);
    return isRoom();
  }

  /** Copies a row of history to another place. */
  copyRow(from: number, to: number): void {
    for (const name of ROW_COLUMNS) this.views[name][to] = this.views[name][from];
    this.rowSince[to] = this.rowSince[from];
  }

  private async layOut(candidateFirst: Uint32Array, rowFirst: Uint32Array): Promise<void> {
    const { organization, run } = this;
    const contactCount = this.historyCount.length;
    const rowCount = rowFirst[contactCount];
    const slotted = { ...organization, schedules: emptyRows(organization, rowFirst, rowCount) };
    const counts = countColumns(slotted, run);
    // Room behind the slots for the candidates of one contact, however many windows and follow-ups it has.
    const candidateCount = candidateFirst[contactCount] + counts.limitOrder + SPARE_ROWS;
    const perCandidate = Object.fromEntries(
      [...CANDIDATE_COLUMNS, 'placementDay', 'placementSize'].map((name) => [name, candidateCount]),
    );
    const { smoothingHistogram, dayCount, isGroupedDay } = this.foundCounts;
    const openDays = this.foundCounts.nextOpen === 0 ? 0 : this.foundCounts.nextOpen + this.moreDays;
    const sized = {
      ...counts,
      ...perCandidate,
      ...{ smoothingHistogram, dayCount, isGroupedDay, nextOpen: openDays, lastOpen: openDays },
      limitOrder: counts.limitOrder + SPARE_ROWS,
      limitDays: counts.limitDays + SPARE_ROWS,
      replanList: Math.min(contactCount, REPLAN_BATCH),
      changeDay: contactCount,
    };
    const kernel = await createKernel(sized, {
      ...kernelNumbers(slotted, run, sized),
      today: this.today,
      // Found rows of history are counted by the day beside the kernel.
      rowCount: 0,
    });
    const before = this.kernel === undefined ? null : this.views;
    if (before === null) fillKernel(kernel.views, slotted, run);
    else carryOver(before, kernel.views);
    kernel.views.candidateFirst.set(candidateFirst);
    kernel.views.rowFirst.set(rowFirst);
    kernel.views.rowFirst[contactCount + 1] = rowCount;
    kernel.views.rowClass.fill(ROW_CLASS.other);
    kernel.views.rowType.fill(NO_TYPE);
    const { since, marks, planned, rowSince } = this;
    this.planned = new Int32Array(candidateCount);
    this.since = new Int32Array(candidateCount);
    this.marks = new Uint8Array(candidateCount);
    this.rowSince = new Int32Array(rowCount);
    if (before !== null) {
      kernel.views.candidateReason.fill(UNUSED);
      kernel.views.plannedReason.fill(UNUSED);
      for (const name of CANDIDATE_COLUMNS) {
        moveSlots(before[name], before.candidateFirst, kernel.views[name], candidateFirst);
      }
      moveSlots(since, before.candidateFirst, this.since, candidateFirst);
      moveSlots(marks, before.candidateFirst, this.marks, candidateFirst);
      moveSlots(planned, before.candidateFirst, this.planned, candidateFirst);
      this.moveInitialRows(before, kernel.views);
      for (const name of ROW_COLUMNS) moveSlots(before[name], before.rowFirst, kernel.views[name], rowFirst);
      moveSlots(rowSince, before.rowFirst, this.rowSince, rowFirst);
    }
    // A kernel works out its calendar when it plans; it is asked for days of candidates before.
    kernel.replanContacts(0);
    this.kernel = kernel;
    this.views = kernel.views;
  }

  /** Has follow-ups name the rows of their initial emails where these are now. */
  private moveInitialRows(before: KernelViews, after: KernelViews): void {
    const { firstFollowup, firstCampaign } = this.organization.planned;
    for (let contact = 0; contact < this.historyCount.length; contact++) {
      const shift = after.rowFirst[contact] - before.rowFirst[contact];
      if (shift === 0) continue;
      for (let i = after.candidateFirst[contact]; i < after.candidateFirst[contact + 1]; i++) {
        const type = after.candidateType[i];
        if (type >= firstFollowup && type < firstCampaign) after.candidateDetail[i] += shift;
      }
    }
  }

  /** Puts found rows into their slots, history before owned ones, each in the order of ids. */
  private placeFoundRows(): void {
    const { views, organization, historyCount } = this;
    const { schedules } = organization;
    for (let contact = 0; contact < historyCount.length; contact++) {
      let place = views.rowFirst[contact];
      for (const isOwned of [false, true]) {
        for (let row = schedules.first[contact]; row < schedules.first[contact + 1]; row++) {
          if (isOwnedClass(schedules.rowClass[row]) !== isOwned) continue;
          views.rowClass[place] = schedules.rowClass[row];
          views.rowType[place] = schedules.type[row];
          views.rowEventYear[place] = schedules.eventYear[row];
          views.rowSentDay[place] = schedules.sentDay[row];
          views.rowPlannedDay[place] = schedules.plannedDay[row];
          views.rowScheduledDay[place] = schedules.scheduledDay[row];
          views.rowInstance[place] = ofForm(schedules, row, 'instance');
          views.rowPriority[place] = ofForm(schedules, row, 'priority');
          this.rowSince[place++] = FIRST_FOUND + row - schedules.first[contact];
        }
        if (!isOwned) historyCount[contact] = place - views.rowFirst[contact];
      }
    }
  }
}

/** How many contacts are planned again in one call. */
export const REPLAN_BATCH = 16_384;

/** Where slots of these sizes start, and behind the last the end. */
function firsts(sizes: Uint32Array): Uint32Array {
  const first = new Uint32Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i++) first[i + 1] = first[i] + sizes[i];
  return first;
}

function sizesOf(first: Uint32Array, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => first[i + 1] - first[i]);
}

/** The most campaigns for everybody that run on one day of the period. */
function mostToAll({ running }: Organization, firstDay: number, lastDay: number): number {
  const toAll = running.filter((instance) => instance.type?.targetsAll);
  const starts = toAll.map((instance) => Math.min(lastDay, Math.max(firstDay, instance.startDay ?? firstDay)));
  return starts.reduce((most, day) => Math.max(most, toAll.filter((instance) => runsOn(instance, day)).length), 0);
}

/** The candidates that every contact can have at one time, in all but rare cases. */
function candidateSizes(organization: Organization, run: RunRules, lastDay: number): Uint32Array {
  const { contacts, enrolments } = organization;
  const toAll = mostToAll(organization, run.today, lastDay);
  return Uint32Array.from({ length: contacts.count }, (_, i) => {
    const campaigns = toAll + enrolments.first[i + 1] - enrolments.first[i];
    if (contacts.state[i] === 0) return campaigns;
    const dates = (contacts.birth[i] === NULL_INT32 ? 0 : 1) + (contacts.effective[i] === NULL_INT32 ? 0 : 1);
    return dates + run.config.aep.length + campaigns + (run.assigned.ruleOf[i] === 0 ? 0 : USUAL_WINDOWS) + 1;
  });
}

/** Room for what was found, and for a row of each email besides history. */
function rowSizes({ contacts, schedules }: Organization, candidates: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: contacts.count }, (_, i) => {
    let history = 0;
    for (let row = schedules.first[i]; row < schedules.first[i + 1]; row++) {
      if (!isOwnedClass(schedules.rowClass[row])) history++;
    }
    return Math.max(schedules.first[i + 1] - schedules.first[i], history + candidates[i] + SPARE_ROWS);
  });
}

/** Schedules of as many rows as all slots hold, all of them unused, as far as filling a kernel looks at them. */
function emptyRows({ schedules }: Organization, rowFirst: Uint32Array, count: number): Organization['schedules'] {
  const first = new Uint32Array(rowFirst.length + 1);
  first.set(rowFirst);
  first[rowFirst.length] = count;
  const none = new Int32Array(count).fill(NULL_INT32);
  return {
    ...schedules,
    count,
    first,
    rowClass: new Uint8Array(count).fill(ROW_CLASS.other),
    type: none,
    eventYear: none,
    sentDay: none,
    plannedDay: none,
    scheduledDay: none,
    form: new Int32Array(count),
    forms: { ...schedules.forms, instance: none.subarray(0, 1), priority: none.subarray(0, 1) },
  };
}

/** Copies the columns that do not depend on the slots. */
function carryOver(from: KernelViews, to: KernelViews): void {
  for (const name of Object.keys(KERNEL_COLUMNS) as KernelColumn[]) {
    if (!NOT_CARRIED.has(name)) (to[name] as Uint8Array).set(from[name] as Uint8Array);
  }
}

type Values = Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** Copies every slot to where it starts in the larger column. */
function moveSlots(from: Values, fromFirst: Uint32Array, to: Values, toFirst: Uint32Array): void {
  for (let slot = 0; slot + 1 < toFirst.length; slot++) {
    let place = toFirst[slot];
    for (let i = fromFirst[slot]; i < fromFirst[slot + 1]; i++) to[place++] = from[i];
  }
}
