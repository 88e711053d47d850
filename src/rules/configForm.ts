import { z } from 'zod';
import { monthLength } from '../calendar/day.js';
import { dayInZone, parseIsoDay } from '../calendar/iso.js';
import { WEEKDAYS } from '../calendar/weekdays.js';
import { DATE_ORDERS } from './dates.js';
import { STATES } from './states.js';

// zod tries whether it may compile its schemas to code; under the policy of a careful page that only fails, with a report of a violation.
z.config({ jitless: true });

// Every check below carries, as its message, what is allowed in its place; `checkConfig` puts the rest around it. The types of what
// is checked are in config.ts, so that whoever uses the package needs no types of zod.

/** How the words that a key allows are introduced. */
export const ONE_OF = 'one of ';
/** How the keys that a section allows are introduced. */
export const SECTION_OF = 'a section of the keys ';

const whole = (minimum: number, maximum: number) => {
  const allowed = `a whole number from ${minimum} to ${maximum}`;
  return z.number(allowed).int(allowed).min(minimum, allowed).max(maximum, allowed);
};

const wholeFrom = (minimum: number) => {
  const allowed = `a whole number from ${minimum} on`;
  return z.number(allowed).int(allowed).min(minimum, allowed);
};

const decimal = (minimum: number, maximum: number) => {
  const allowed = `a number from ${minimum} to ${maximum}`;
  return z.number(allowed).min(minimum, allowed).max(maximum, allowed);
};

const flag = () => z.boolean('true or false');

const choice = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, `${ONE_OF}${words.join(', ')}`);

const keys = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, `${SECTION_OF}${Object.keys(shape).join(', ')}`);

/** A section of the configuration; an empty one (`section:` in YAML) sets nothing. */
const section = <Shape extends z.ZodRawShape>(shape: Shape) => z.preprocess((value) => value ?? {}, keys(shape));

const templateName = () => {
  const allowed = 'a template name, or null for none';
  return z.string(allowed).min(1, allowed).nullable().default(null);
};

function isKnownZone(name: string): boolean {
  try {
    dayInZone(new Date(0), name);
    return true;
  } catch {
    return false;
  }
}

const ZONE = 'a time zone name such as America/Chicago';
const TIME = "a time of day in quotes, such as '08:30:00'";

const aepDate = keys({
  month: whole(1, 12),
  day: whole(1, 31),
  deadline_month: whole(1, 12).default(12),
  deadline_day: whole(1, 31).default(7),
}).superRefine((date, context) => {
  const check = (key: 'day' | 'deadline_day', month: number) => {
    const allowed = `a day of month ${month}, from 1 to ${monthLength(2000, month)}`;
    if (date[key] > monthLength(2000, month)) {
      context.addIssue({ code: 'custom', path: [key], input: date[key], message: allowed });
    }
  };
  check('day', date.month);
  check('deadline_day', date.deadline_month);
  if (date.deadline_month * 32 + date.deadline_day < date.month * 32 + date.day) {
    const allowed = `a deadline in the same year, not before month ${date.month}, day ${date.day}`;
    context.addIssue({ code: 'custom', path: ['deadline_month'], input: date.deadline_month, message: allowed });
  }
});

const stateRule = keys({
  kind: choice(['birthday_window', 'effective_date_window', 'year_round']),
  before: whole(0, 1000).default(0),
  after: whole(0, 1000).default(0),
  use_month_start: flag().default(false),
  buffer: whole(0, 1000).nullable().default(null),
}).nullable();

const DAY = 'a date in quotes as YYYY-MM-DD, of the years 1900 to 2199';

function isIsoDay(text: string): boolean {
  return text.length === 10 && parseIsoDay(text) !== null;
}

const CLOSED_DAY = "a date in quotes, as 'YYYY-MM-DD' of the years 1900 to 2199, or as 'MM-DD' for every year";

/** A closed day: a date, or a day of every year, which in 2000 is one too if it ever is. */
const closedDay = z.string(CLOSED_DAY).refine((text) => isIsoDay(text) || isIsoDay(`2000-${text}`), CLOSED_DAY);

const WEEKDAY_LIST = `a list of at least one of ${WEEKDAYS.join(', ')}`;

const GROWTH = 'a number above 0, up to 10 (a ramp grows)';

const ramp = keys({
  start: z.string(DAY).refine(isIsoDay, DAY),
  first: wholeFrom(1),
  growth: z.number(GROWTH).gt(0, GROWTH).max(10, GROWTH),
});

const priority = (standard: number) => whole(-1_000_000_000, 1_000_000_000).default(standard);

const templates = () => section({ email: templateName(), sms: templateName() });

const configShape = {
  timezone: z.string(ZONE).refine(isKnownZone, ZONE).default('America/Chicago'),
  send_time: z
    .string(TIME)
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$/, TIME)
    .default('08:30:00'),
  reading: section({ dates: choice(DATE_ORDERS).default('iso') }),
  birthday_email_days_before: whole(0, 366).default(14),
  effective_date_days_before: whole(0, 366).default(30),
  pre_window_exclusion_days: whole(0, 1000).default(60),
  aep: z
    .array(aepDate, 'a list of dates {month, day, deadline_month, deadline_day}')
    .max(50, 'at most 50 dates')
    .default([{ month: 9, day: 15, deadline_month: 12, deadline_day: 7 }]),
  state_rules: section(Object.fromEntries(STATES.map((state) => [state, stateRule.optional()]))),
  organization: section({
    enable_post_window_emails: flag().default(true),
    effective_date_first_email_months: whole(0, 1200).default(11),
    exclude_failed_underwriting_global: flag().default(false),
    send_without_zipcode_for_universal: flag().default(true),
    suppress_after_bounces: whole(0, 1_000_000_000).default(0),
  }),
  frequency: section({
    max_emails_per_period: whole(0, 1000).default(3),
    frequency_period_days: whole(1, 1000).default(30),
  }),
  calendar: section({
    weekdays: z
      .array(z.enum(WEEKDAYS, WEEKDAY_LIST), WEEKDAY_LIST)
      .min(1, WEEKDAY_LIST)
      .default([...WEEKDAYS]),
    us_federal_holidays: flag().default(false),
    closed: z.array(closedDay, 'a list of dates').max(10_000, 'at most 10000 dates').default([]),
  }),
  guards: section({
    unreadable: decimal(0, 1).nullable().default(0.2),
    removed: decimal(0, 1).nullable().default(null),
    ahead: whole(0, 1_000_000).nullable().default(null),
    backwards: flag().default(false),
    other_config: flag().default(false),
  }),
  load_balancing: section({
    profile: choice(['auto', 'small', 'medium', 'large', 'enterprise']).default('auto'),
    daily_send_percentage_cap: decimal(0, 1).nullable().default(null),
    daily_send_limit: wholeFrom(1).nullable().default(null),
    ed_daily_soft_limit: whole(0, 1_000_000_000).nullable().default(null),
    ed_smoothing_window_days: whole(1, 366).nullable().default(null),
    catch_up_spread_days: whole(1, 366).default(7),
    overage_threshold: decimal(1, 1000).default(1.2),
    ramp: ramp.nullable().default(null),
    excess: choice(['send', 'skip']).default('send'),
  }),
  followups: z.preprocess(
    (value) => value ?? {},
    keys({
      enabled: flag().default(true),
      delay_days: whole(0, 366).default(2),
      lookback_days: whole(0, 366).default(35),
    }).superRefine((followups, context) => {
      if (followups.delay_days <= followups.lookback_days) return;
      const allowed = `a whole number up to lookback_days, which is ${followups.lookback_days}`;
      context.addIssue({ code: 'custom', path: ['delay_days'], input: followups.delay_days, message: allowed });
    }),
  ),
  priorities: section({
    birthday: priority(10),
    effective_date: priority(20),
    aep: priority(30),
    post_window: priority(40),
    campaign: priority(30),
    followup: priority(50),
  }),
  templates: section({
    birthday: templates(),
    effective_date: templates(),
    aep: templates(),
    post_window: templates(),
    followup: templates(),
  }),
};

/** The keys of a configuration, in the order of its schema. */
export const CONFIG_KEYS: readonly string[] = Object.keys(configShape);

/** The schema of a configuration (Rules 12). */
export const configSchema = section(configShape);
