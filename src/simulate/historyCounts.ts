import type { Organization } from '../columns/organization.js';
import { isEndedClass, isHistoryClass, ofForm, TYPE_FLAGS } from '../columns/schedules.js';
import type { KernelViews } from '../kernel/columns.js';
import type { EmailNames } from './emailNames.js';
import { type Ledger, OUTCOME } from './ledger.js';

/** The history emails that balancing counts by day (Rules 9), from the first day on. */
export class HistoryCounts {
  private readonly sentPerDay: Int32Array;
  /** Policy anniversary emails by planned day. */
  private readonly smoothedPerDay: Int32Array;

  /**
   * @param dayCount how many days can come up
   * @param ledger is told of every email that history was found to have
   */
  constructor(
    organization: Organization,
    names: EmailNames,
    ledger: Ledger,
    private readonly firstDay: number,
    dayCount: number,
  ) {
    this.sentPerDay = new Int32Array(dayCount);
    this.smoothedPerDay = new Int32Array(dayCount);
    this.countFound(organization, names, ledger);
  }

  /** How many emails that were found have a day as their sent day. @param day from the first day on */
  foundOn(day: number): number {
    return this.sentPerDay[day - this.firstDay];
  }

  /** How many emails that were found each day has as its sent day, for so many days from one on; a view. */
  foundFrom(today: number, dayCount: number): Int32Array {
    const start = today - this.firstDay;
    return this.sentPerDay.subarray(start, start + dayCount);
  }

  /** Fills the kernel's counts from a day on. */
  fill({ smoothingHistogram }: KernelViews, today: number): void {
    const start = today - this.firstDay;
    smoothingHistogram.set(this.smoothedPerDay.subarray(start, start + smoothingHistogram.length));
  }

  /** Counts the history that was found by day, and tells the ledger of it. */
  private countFound(organization: Organization, names: EmailNames, ledger: Ledger): void {
    const { schedules, contacts, planned, instances } = organization;
    const typeOfInstance = new Map(planned.types.map(({ instance }, type) => [instance, type]));
    let contact = 0;
    for (let row = 0; row < schedules.count; row++) {
      while (contact < contacts.count && schedules.first[contact + 1] <= row) contact++;
      const rowClass = schedules.rowClass[row];
      const isHistory = isHistoryClass(rowClass);
      if (isHistory) {
        const offset = schedules.sentDay[row] - this.firstDay;
        if (offset >= 0 && offset < this.sentPerDay.length) this.sentPerDay[offset]++;
        if (schedules.type[row] === 1) this.countSmoothed(schedules.plannedDay[row]);
      }
      if ((!isHistory && !isEndedClass(rowClass)) || contact === contacts.count) continue;
      const type = schedules.type[row];
      const year = schedules.eventYear[row];
      if (type < planned.firstFollowup) {
        const occasion = names.occasionOfYear(year);
        if (occasion !== null) ledger.note(contact, type, occasion, OUTCOME.found);
      } else if (
        ofForm(schedules, row, 'instance') >= 0 &&
        !(organization.emailTypes.flags[type] & TYPE_FLAGS.followup)
      ) {
        const ofCampaign = typeOfInstance.get(instances[ofForm(schedules, row, 'instance')]);
        if (ofCampaign !== undefined) ledger.note(contact, ofCampaign, 0, OUTCOME.found);
      }
    }
  }

  /** Counts a policy anniversary email of history by its planned day. */
  countSmoothed(plannedDay: number): void {
    const offset = plannedDay - this.firstDay;
    if (offset >= 0 && offset < this.smoothedPerDay.length) this.smoothedPerDay[offset]++;
  }
}
