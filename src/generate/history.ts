import { anniversary, civilFromDay, dayFromCivil, monthLength, monthsBetween } from '../calendar/day.js';
import { resolveConfig } from '../rules/config.js';
import { aepType } from '../rules/emailTypes.js';
import type { GeneratedContact } from './contacts.js';
import { DayTexts } from './dayTexts.js';
import { Draw, EMAIL_FIELD, EMAIL_FIELDS, FIELD } from './draw.js';

/** How far back the history of sent emails reaches, in days before the as-of day. */
const HISTORY_DAYS = 365;

/** An answered health questionnaire. */
export interface GeneratedAnswer {
  readonly answeredAt: string;
  readonly metadata: string;
}

/** An email of the past, with what its reader did. */
export interface GeneratedEmail {
  readonly emailType: string;
  readonly sendDate: string;
  readonly status: string;
  readonly priority: number;
  readonly eventYear: number;
  readonly eventMonth: number;
  readonly eventDay: number;
  /** Null when it never left. */
  readonly sentAt: string | null;
  readonly clickedAt: string | null;
  readonly answer: GeneratedAnswer | null;
}

/** A candidate of one occasion: the day it would have gone out and the event it is about. */
interface Occasion {
  readonly emailType: string;
  readonly priority: number;
  readonly sendDay: number;
  readonly event: { readonly year: number; readonly month: number; readonly day: number };
}

/** An exclusion window that has been, both ends inside, with the year of its anchor. */
interface PastWindow {
  readonly start: number;
  readonly end: number;
  readonly year: number;
}

const ANSWERS = [
  '{"has_medical_conditions":false,"main_questions_yes_count":0}',
  '{"has_medical_conditions":false,"main_questions_yes_count":0}',
  '{"has_medical_conditions":false,"main_questions_yes_count":0}',
  '{"has_medical_conditions":true,"main_questions_yes_count":1}',
  '{"has_medical_conditions":true,"main_questions_yes_count":3}',
  '{"has_medical_conditions":"no","main_questions_yes_count":"2"}',
  '{"has_medical_conditions":fal',
];

function statusOf(percent: number): string {
  if (percent < 72) return 'delivered';
  if (percent < 94) return 'sent';
  if (percent < 97) return 'bounced';
  return percent < 99 ? 'failed' : 'dropped';
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));

function timeOfDay(secondOfDay: number): string {
  const minuteOfDay = Math.floor(secondOfDay / 60);
  const hour = TWO_DIGITS[Math.floor(minuteOfDay / 60)];
  return `${hour}:${TWO_DIGITS[minuteOfDay % 60]}:${TWO_DIGITS[secondOfDay % 60]}`;
}

/**
 * Makes the emails a contact got in the year before the as-of day: what the rulebook with its defaults would have sent
 * on ideal days (Rules 4, 5, 8 and the frequency limit of 9).
 */
export class HistoryGenerator {
  private readonly draw: Draw;
  private readonly config = resolveConfig(undefined);
  private readonly days = new DayTexts();
  private readonly firstDay: number;
  private readonly asOfDay: number;
  private readonly years: readonly number[];

  /** @param seed an integer from 0 to 2^32-1 */
  constructor(seed: number, asOfDay: number) {
    this.draw = new Draw(seed);
    this.firstDay = asOfDay - HISTORY_DAYS;
    this.asOfDay = asOfDay;
    const { year } = civilFromDay(asOfDay);
    this.years = [year - 1, year, year + 1];
  }

  /** The emails of one contact, oldest first. */
  emailsOf(contact: Readonly<GeneratedContact>): GeneratedEmail[] {
    if (!contact.isReachable || contact.homeState === null) return [];
    this.draw.turnTo(contact.id);
    const occasions = this.withinLimit(this.occasionsOf(contact));
    return occasions.sort((a, b) => a.sendDay - b.sendDay).map((occasion, i) => this.send(occasion, i));
  }

  /** In order of priority. */
  private occasionsOf(contact: Readonly<GeneratedContact>): Occasion[] {
    const { config, years } = this;
    const windows = this.windowsOf(contact);
    if (windows === 'always') return [];
    const occasions: Occasion[] = [];
    const add = (emailType: string, priority: number, sendDay: number, eventDay: number, year?: number) => {
      if (sendDay < this.firstDay || sendDay >= this.asOfDay) return;
      const event = civilFromDay(eventDay);
      occasions.push({ emailType, priority, sendDay, event: { ...event, year: year ?? event.year } });
    };
    const addAllowed = (emailType: string, priority: number, sendDay: number, eventDay: number) => {
      if (windows.some(({ start, end }) => start <= sendDay && sendDay <= end)) return;
      add(emailType, priority, sendDay, eventDay);
    };
    for (const year of years) {
      if (contact.birthDay === null) break;
      const event = anniversary(contact.birthDay, year);
      addAllowed('birthday', config.priorities.birthday, event - config.birthday_email_days_before, event);
    }
    for (const year of years) {
      if (contact.effectiveDay === null) break;
      const event = anniversary(contact.effectiveDay, year);
      const months = monthsBetween(contact.effectiveDay, event);
      if (months <= config.organization.effective_date_first_email_months) continue;
      addAllowed('effective_date', config.priorities.effective_date, event - config.effective_date_days_before, event);
    }
    for (const year of years) {
      config.aep.forEach(({ month, day }, i) => {
        const event = dayFromCivil(year, month, Math.min(day, monthLength(year, month)));
        addAllowed(aepType(i), config.priorities.aep, event, event);
      });
    }
    for (const window of windows) {
      add('post_window', config.priorities.post_window, window.end + 1, window.end, window.year);
    }
    return occasions;
  }

  /** The windows of a contact around the year of history (Rules 4). */
  private windowsOf(contact: Readonly<GeneratedContact>): PastWindow[] | 'always' {
    const rule = this.config.state_rules[contact.homeState ?? ''];
    if (rule === undefined) return [];
    if (rule.kind === 'year_round') return 'always';
    const ownDay = rule.kind === 'birthday_window' ? contact.birthDay : contact.effectiveDay;
    if (ownDay === null) return [];
    const civil = civilFromDay(ownDay);
    const anchorDay = rule.use_month_start ? dayFromCivil(civil.year, civil.month, 1) : ownDay;
    const buffer = rule.buffer ?? this.config.pre_window_exclusion_days;
    return this.years.flatMap((year) => {
      const anchor = anniversary(anchorDay, year);
      if (anchor < ownDay) return [];
      return [{ start: anchor - rule.before - buffer, end: anchor + rule.after, year }];
    });
  }

  /** A year holds one email of a kind, so the limit can only be broken by all of them in one period. */
  private withinLimit(occasions: readonly Occasion[]): Occasion[] {
    const { max_emails_per_period: most, frequency_period_days: periodDays } = this.config.frequency;
    if (occasions.length <= most) return [...occasions];
    const accepted: Occasion[] = [];
    for (const occasion of occasions) {
      const days = [...accepted, occasion].map(({ sendDay }) => sendDay);
      const isOnePeriod = Math.max(...days) - Math.min(...days) < periodDays;
      if (accepted.length < most || !isOnePeriod) accepted.push(occasion);
    }
    return accepted;
  }

  private send(occasion: Occasion, i: number): GeneratedEmail {
    const { draw } = this;
    const field = FIELD.email + i * EMAIL_FIELDS;
    const status = statusOf(draw.below(field + EMAIL_FIELD.status, 100));
    const sendDate = this.days.text(occasion.sendDay);
    const wasRead = status === 'delivered' || status === 'sent';
    const clicks = wasRead && draw.below(field + EMAIL_FIELD.clicks, 100) < 9;
    const answers = wasRead && draw.below(field + EMAIL_FIELD.answers, 100) < 4;
    const sentSecond = 8 * 3600 + 1800 + draw.below(field + EMAIL_FIELD.sentSecond, 1800);
    const clickedAt = clicks
      ? this.later(occasion.sendDay, field + EMAIL_FIELD.clickDelay, field + EMAIL_FIELD.clickSecond)
      : null;
    const answeredAt = answers
      ? this.later(occasion.sendDay, field + EMAIL_FIELD.answerDelay, field + EMAIL_FIELD.answerSecond)
      : null;
    const metadata = ANSWERS[draw.below(field + EMAIL_FIELD.answer, ANSWERS.length)];
    return {
      emailType: occasion.emailType,
      sendDate,
      status,
      priority: occasion.priority,
      eventYear: occasion.event.year,
      eventMonth: occasion.event.month,
      eventDay: occasion.event.day,
      sentAt: status === 'failed' ? null : `${sendDate} ${timeOfDay(sentSecond)}`,
      clickedAt,
      answer: answeredAt === null ? null : { answeredAt, metadata },
    };
  }

  /** A moment in the week after an email, in the evening; null when that is not over by the as-of day. */
  private later(sendDay: number, delayField: number, secondField: number): string | null {
    const day = sendDay + this.draw.below(delayField, 7);
    if (day >= this.asOfDay) return null;
    return `${this.days.text(day)} ${timeOfDay(9 * 3600 + 1800 + this.draw.below(secondField, 12 * 3600))}`;
  }
}
