import { yearOf as yearOfDay } from '../calendar/day.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { PlannedTypes } from '../columns/plannedTypes.js';
import type { Slots } from './slots.js';

/** Years count up from here where they are occasions. */
const FIRST_YEAR = 1700;
/** Years that are occasions; those of other events do not come up. */
const YEARS = 600;
/** Events from so many days before the first day to so many behind the last have their years worked out once. */
const DAYS_BEFORE = 400;
const DAYS_BEHIND = 1600;

/**
 * What tells the emails of a simulation apart (Rules 5, history has it).
 *
 * An email's *occasion* tells it from others of its type: the event year (of a post-window email, the anchor's), nothing for
 * a campaign, and for a follow-up the sent day of its initial email, counted from the lookback before the first day. All
 * follow-up types are one type for this.
 */
export class EmailNames {
  private readonly years: Int32Array;
  /** Occasions are below it. */
  readonly occasionCount: number;

  constructor(
    private readonly planned: PlannedTypes,
    private readonly slots: Slots,
    private readonly lookbackDays: number,
    private readonly firstDay: number,
    lastDay: number,
  ) {
    const days = DAYS_BEFORE + lastDay - firstDay + DAYS_BEHIND;
    this.years = Int32Array.from({ length: days }, (_, i) => yearOfDay(firstDay - DAYS_BEFORE + i));
    this.occasionCount = Math.max(YEARS, lastDay - firstDay + lookbackDays + 2);
  }

  /** The year of a candidate's row, as it stands in `event_year`; `NULL_INT32` for follow-ups. */
  yearOf(i: number): number {
    const { views } = this.slots;
    const { planned } = this;
    const type = views.candidateType[i];
    if (type === planned.postWindow) return views.candidateDetail[i];
    if (type >= planned.firstFollowup && type < planned.firstCampaign) return NULL_INT32;
    const place = views.candidateEvent[i] - this.firstDay + DAYS_BEFORE;
    return place >= 0 && place < this.years.length ? this.years[place] : yearOfDay(views.candidateEvent[i]);
  }

  /** The occasion of an email. @param year as `yearOf` gives it */
  occasionOf(type: number, year: number, event: number): number {
    if (year === NULL_INT32) return event - this.firstDay + this.lookbackDays;
    return type >= this.planned.firstCampaign ? 0 : year - FIRST_YEAR;
  }

  /** The event year of an occasion that is one. */
  yearOfOccasion(occasion: number): number {
    return occasion + FIRST_YEAR;
  }

  /** The sent day of the initial email of a follow-up's occasion. */
  dayOfOccasion(occasion: number): number {
    return occasion + this.firstDay - this.lookbackDays;
  }

  /** The occasion of an email of a year; null when it is none that comes up. */
  occasionOfYear(year: number): number | null {
    return year >= FIRST_YEAR && year < FIRST_YEAR + YEARS ? year - FIRST_YEAR : null;
  }

  /** The type under which the ledger knows an email. */
  ledgerType(type: number): number {
    const { firstFollowup, firstCampaign } = this.planned;
    return type >= firstFollowup && type < firstCampaign ? firstFollowup : type;
  }
}
