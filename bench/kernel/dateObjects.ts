import { mix } from '../../src/rules/mix.js';
import type { StateRule } from '../../src/rules/states.js';
import { type AnniversaryColumns, type AnniversaryRules, anniversaryColumns, KINDS, OUTCOME } from './anniversaries.js';

/*
 * The form most programs have: a contact is an object, a day is a Date, an email is an object. Written with care: UTC only,
 * rules looked up by state in a map, no Date made twice where once will do.
 */

const MS_PER_DAY = 86_400_000;

/** A contact as an object. */
export interface DatedContact {
  readonly id: number;
  readonly state: string | null;
  readonly birthDate: Date | null;
  readonly effectiveDate: Date | null;
}

/** A planned email as an object. */
export interface DatedEmail {
  readonly contactId: number;
  readonly kind: (typeof KINDS)[number];
  readonly event: Date;
  readonly ideal: Date;
  readonly start: Date;
  readonly isExcluded: boolean;
}

/** A state's rule with its buffer worked in. */
export interface DatedRule {
  readonly kind: StateRule['kind'];
  readonly leadDays: number;
  readonly tailDays: number;
  readonly startsWithMonth: boolean;
}

const TYPE_CODES = { birthday: 1, effective_date: 2, aep: 3 } as const;

function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * MS_PER_DAY);
}

/** A month and day in a year; 29 February becomes 28 February in a year without it. */
function dateIn(year: number, month: number, day: number): Date {
  const date = new Date(Date.UTC(year, month, day));
  return date.getUTCMonth() === month ? date : new Date(Date.UTC(year, month, day - 1));
}

function anniversary(date: Date, year: number): Date {
  return dateIn(year, date.getUTCMonth(), date.getUTCDate());
}

function monthsBetween(from: Date, to: Date): number {
  return 12 * (to.getUTCFullYear() - from.getUTCFullYear()) + to.getUTCMonth() - from.getUTCMonth();
}

/** Plans contacts one after the other. */
export class DatePlanner {
  readonly #rules: AnniversaryRules;
  readonly #stateRules: ReadonlyMap<string, DatedRule>;
  readonly #today: Date;

  constructor(rules: AnniversaryRules, stateRules: ReadonlyMap<string, DatedRule>) {
    this.#rules = rules;
    this.#stateRules = stateRules;
    this.#today = new Date(rules.today * MS_PER_DAY);
  }

  planAll(contacts: readonly DatedContact[]): DatedEmail[] {
    const emails: DatedEmail[] = [];
    for (const contact of contacts) this.plan(contact, emails);
    return emails;
  }

  /** Adds a contact's emails to a list. */
  plan(contact: DatedContact, emails: DatedEmail[]): void {
    if (contact.state === null) return;
    const { aep, birthdayDaysBefore, effectiveDaysBefore, firstEmailMonths } = this.#rules;
    const { birthDate, effectiveDate } = contact;
    if (birthDate !== null) {
      const event = this.#next(birthDate);
      emails.push(this.#email(contact, 'birthday', event, addDays(event, -birthdayDaysBefore), event));
    }
    if (effectiveDate !== null) {
      const isFuture = effectiveDate.getTime() > this.#today.getTime();
      const event = isFuture ? effectiveDate : this.#next(effectiveDate);
      if (monthsBetween(effectiveDate, event) > firstEmailMonths) {
        emails.push(this.#email(contact, 'effective_date', event, addDays(event, -effectiveDaysBefore), event));
      }
    }
    let year = this.#today.getUTCFullYear();
    if (dateIn(year, aep.deadlineMonth - 1, aep.deadlineDay).getTime() < this.#today.getTime()) year++;
    const event = dateIn(year, aep.month - 1, aep.day);
    emails.push(this.#email(contact, 'aep', event, event, dateIn(year, aep.deadlineMonth - 1, aep.deadlineDay)));
  }

  #next(date: Date): Date {
    const year = this.#today.getUTCFullYear();
    const event = anniversary(date, year);
    return event.getTime() >= this.#today.getTime() ? event : anniversary(date, year + 1);
  }

  #email(contact: DatedContact, kind: DatedEmail['kind'], event: Date, ideal: Date, deadline: Date): DatedEmail {
    const start =
      ideal.getTime() >= this.#today.getTime() ? ideal : this.#catchUpDay(contact, TYPE_CODES[kind], event, deadline);
    return { contactId: contact.id, kind, event, ideal, start, isExcluded: this.#isExcluded(contact, start) };
  }

  #catchUpDay(contact: DatedContact, typeCode: number, event: Date, deadline: Date): Date {
    const today = this.#rules.today;
    const days = Math.min(this.#rules.catchUpDays, deadline.getTime() / MS_PER_DAY - today + 1);
    const wanted = mix(contact.id, typeCode, event.getUTCFullYear()) % days;
    const start = addDays(this.#today, (((wanted - today) % days) + days) % days);
    for (let day = start; day.getTime() >= this.#today.getTime(); day = addDays(day, -1)) {
      if (!this.#isExcluded(contact, day)) return day;
    }
    return start;
  }

  #isExcluded(contact: DatedContact, day: Date): boolean {
    const rule = this.#stateRules.get(contact.state ?? '');
    if (rule === undefined) return false;
    if (rule.kind === 'year_round') return true;
    const date = rule.kind === 'birthday_window' ? contact.birthDate : contact.effectiveDate;
    if (date === null) return false;
    const base = rule.startsWithMonth ? new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)) : date;
    const year = day.getUTCFullYear();
    for (let y = year - 1; y <= year + 1; y++) {
      const anchor = anniversary(base, y);
      if (anchor.getTime() < base.getTime()) continue;
      if (day >= addDays(anchor, -rule.leadDays) && day <= addDays(anchor, rule.tailDays)) return true;
    }
    return false;
  }
}

/** Emails as columns, for the checksum. */
export function columnsOfEmails(emails: readonly DatedEmail[], ids: Float64Array): AnniversaryColumns {
  const columns = anniversaryColumns(ids.length);
  const indexOf = new Map(Array.from(ids, (id, i) => [id, i]));
  for (const email of emails) {
    const place = (indexOf.get(email.contactId) ?? 0) * KINDS.length + KINDS.indexOf(email.kind);
    columns.event[place] = email.event.getTime() / MS_PER_DAY;
    columns.ideal[place] = email.ideal.getTime() / MS_PER_DAY;
    columns.start[place] = email.start.getTime() / MS_PER_DAY;
    columns.outcome[place] = email.isExcluded ? OUTCOME.excluded : OUTCOME.scheduled;
  }
  return columns;
}
