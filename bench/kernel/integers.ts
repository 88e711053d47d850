import { NULL_INT32 } from '../../src/columns/nulls.js';
import { mix } from '../../src/rules/mix.js';
import { type AnniversaryColumns, type AnniversaryRules, KINDS, OUTCOME } from './anniversaries.js';

/*
 * The best that plain TypeScript does here: days are integers, contacts and emails columns in typed arrays, nothing is
 * allocated. Years start on 1 March, as in the kernel, so that an anniversary is one addition.
 */

const JANUARY = 306;
const LEAP_DAY = 365;

/** The contacts as columns, with a rule code each. */
export interface IntegerContacts {
  readonly count: number;
  readonly id: Float64Array;
  readonly state: Uint8Array;
  readonly birth: Int32Array;
  readonly effective: Int32Array;
  readonly rule: Uint8Array;
}

/** The state rules as columns by rule code; code 0 is no rule. */
export interface IntegerRules {
  /** 0 none, 1 by birth date, 2 by effective date, 3 all year. */
  readonly kind: Uint8Array;
  readonly lead: Int32Array;
  readonly tail: Int32Array;
  readonly monthStart: Uint8Array;
}

/** The day of 1 March of a year. */
function marchFirst(year: number): number {
  return (365 * year + (year >> 2) - ((year / 100) | 0) + ((year / 400) | 0) - 719468) | 0;
}

/** The year from March to February that holds a day. */
function marchYearOf(day: number): number {
  const shifted = (day + 719468) | 0;
  const era = (shifted / 146097) | 0;
  const dayOfEra = (shifted - era * 146097) | 0;
  const leaps = (((dayOfEra / 1460) | 0) - ((dayOfEra / 36524) | 0) + ((dayOfEra / 146096) | 0)) | 0;
  return (era * 400 + (((dayOfEra - leaps) / 365) | 0)) | 0;
}

function yearOf(day: number): number {
  const year = marchYearOf(day);
  return day - marchFirst(year) >= JANUARY ? year + 1 : year;
}

function monthDayOf(day: number): number {
  return (day - marchFirst(marchYearOf(day))) | 0;
}

function monthDayFrom(month: number, day: number): number {
  return (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
}

function monthsOf(day: number): number {
  const year = marchYearOf(day);
  return (12 * year + (((5 * (day - marchFirst(year)) + 2) / 153) | 0)) | 0;
}

function anniversary(monthDay: number, year: number): number {
  if (monthDay < JANUARY) return marchFirst(year) + monthDay;
  return monthDay === LEAP_DAY ? marchFirst(year) - 1 : marchFirst(year - 1) + monthDay;
}

/** Plans all contacts over columns. */
export class IntegerPlanner {
  readonly #rules: AnniversaryRules;
  readonly #stateRules: IntegerRules;
  readonly #thisYear: number;
  readonly #aepMonthDay: number;
  readonly #deadlineMonthDay: number;
  // The windows of the contact that is being planned.
  #kind = 0;
  #lead = 0;
  #tail = 0;
  #anchor = 0;
  #base = 0;

  constructor(rules: AnniversaryRules, stateRules: IntegerRules) {
    this.#rules = rules;
    this.#stateRules = stateRules;
    this.#thisYear = yearOf(rules.today);
    this.#aepMonthDay = monthDayFrom(rules.aep.month, rules.aep.day);
    this.#deadlineMonthDay = monthDayFrom(rules.aep.deadlineMonth, rules.aep.deadlineDay);
  }

  planAll(contacts: IntegerContacts, out: AnniversaryColumns): void {
    const { today, birthdayDaysBefore, effectiveDaysBefore, firstEmailMonths } = this.#rules;
    const { count, id, state, birth, effective } = contacts;
    const thisYear = this.#thisYear;
    const aepYear = anniversary(this.#deadlineMonthDay, thisYear) < today ? thisYear + 1 : thisYear;
    const aepEvent = anniversary(this.#aepMonthDay, aepYear);
    const aepDeadline = anniversary(this.#deadlineMonthDay, aepYear);
    out.outcome.fill(OUTCOME.none);
    for (let i = 0; i < count; i++) {
      if (state[i] === 0) continue;
      const place = i * KINDS.length;
      this.#enter(contacts, i);
      const birthDay = birth[i];
      if (birthDay !== NULL_INT32) {
        const event = this.#next(monthDayOf(birthDay));
        this.#put(out, place, id[i], 1, event, event - birthdayDaysBefore, event);
      }
      const effectiveDay = effective[i];
      if (effectiveDay !== NULL_INT32) {
        const event = effectiveDay > today ? effectiveDay : this.#next(monthDayOf(effectiveDay));
        if (monthsOf(event) - monthsOf(effectiveDay) > firstEmailMonths) {
          this.#put(out, place + 1, id[i], 2, event, event - effectiveDaysBefore, event);
        }
      }
      this.#put(out, place + 2, id[i], 3, aepEvent, aepEvent, aepDeadline);
    }
  }

  #enter(contacts: IntegerContacts, i: number): void {
    const rule = contacts.rule[i];
    this.#kind = this.#stateRules.kind[rule];
    if (this.#kind !== 1 && this.#kind !== 2) return;
    const date = this.#kind === 1 ? contacts.birth[i] : contacts.effective[i];
    this.#lead = this.#stateRules.lead[rule];
    this.#tail = this.#stateRules.tail[rule];
    this.#anchor = monthDayOf(date);
    this.#base = date;
    if (this.#stateRules.monthStart[rule] === 0) return;
    const month = ((5 * this.#anchor + 2) / 153) | 0;
    const later = this.#anchor - (((153 * month + 2) / 5) | 0);
    this.#anchor -= later;
    this.#base -= later;
  }

  #next(monthDay: number): number {
    const event = anniversary(monthDay, this.#thisYear);
    return event >= this.#rules.today ? event : anniversary(monthDay, this.#thisYear + 1);
  }

  #put(
    out: AnniversaryColumns,
    place: number,
    id: number,
    code: number,
    event: number,
    ideal: number,
    deadline: number,
  ): void {
    const start = ideal >= this.#rules.today ? ideal : this.#catchUpDay(id, code, event, deadline);
    out.event[place] = event;
    out.ideal[place] = ideal;
    out.start[place] = start;
    out.outcome[place] = this.#isExcluded(start) ? OUTCOME.excluded : OUTCOME.scheduled;
  }

  #catchUpDay(id: number, code: number, event: number, deadline: number): number {
    const { today, catchUpDays } = this.#rules;
    const days = Math.min(catchUpDays, deadline - today + 1);
    const wanted = mix(id, code, yearOf(event)) % days;
    const start = today + ((((wanted - today) % days) + days) % days);
    for (let day = start; day >= today; day--) if (!this.#isExcluded(day)) return day;
    return start;
  }

  #isExcluded(day: number): boolean {
    if (this.#kind === 0) return false;
    if (this.#kind === 3) return true;
    const middle = yearOf(day);
    for (let year = middle - 1; year <= middle + 1; year++) {
      const anchor = anniversary(this.#anchor, year);
      if (anchor >= this.#base && anchor - this.#lead <= day && day <= anchor + this.#tail) return true;
    }
    return false;
  }
}
