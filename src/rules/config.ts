import { z } from 'zod';
import { monthLength } from '../calendar/day.js';
import { dayInZone, parseIsoDay } from '../calendar/iso.js';
import { WEEKDAYS } from '../calendar/weekdays.js';
import { SendplanError } from '../errors.js';
import { DATE_ORDERS } from './dates.js';
import { DEFAULT_STATE_RULES, STATES, type StateRule } from './states.js';
import { nearestName } from './suggest.js';

// Every check below carries, as its message, what is allowed in its place; `describeProblem` puts the rest around it.

const ONE_OF = 'one of ';
const SECTION_OF = 'a section of the keys ';

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

/** A section as people write it: any of its keys, and nothing at all for a section within. */
type Written<Section> = {
  readonly [Key in keyof Section]?: Section[Key] extends readonly (infer Element)[]
    ? readonly Element[]
    : Section[Key] extends object
      ? Written<Section[Key]> | null
      : Section[Key];
};

/** The configuration as people write it: any part of it, in the names of the rulebook (Rules 12). */
export type ConfigInput =
  | (Written<Omit<z.output<typeof configSchema>, 'aep' | 'state_rules'>> & {
      readonly aep?: readonly z.input<typeof aepDate>[];
      readonly state_rules?: Readonly<Record<string, z.input<typeof stateRule>>> | null;
    })
  | null;

/**
 * A complete configuration (Rules 12), every key set, in the names the YAML file uses.
 *
 * `state_rules` holds the rule of every state that has one. A null in `load_balancing` stands for the profile's value.
 */
export type Config = Omit<z.output<typeof configSchema>, 'state_rules'> & {
  readonly state_rules: Readonly<Record<string, StateRule>>;
};

function pathText(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');
}

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** The keys that lead to it; none for the configuration as a whole. */
  readonly path: readonly PropertyKey[];
  /** What is allowed in its place. */
  readonly allowed: string;
  /** Whether a key is wrong, and not the value of one. */
  readonly isUnknownKey: boolean;
  /** The key or word that was probably meant, null when none is near. */
  readonly suggestion: string | null;
  /** A sentence without its end that names the key, what was found and what is allowed. */
  readonly message: string;
}

/** The words that a sentence allows, after its beginning; none when it begins otherwise. */
function wordsAfter(beginning: string, allowed: string): string[] {
  return allowed.startsWith(beginning) ? allowed.slice(beginning.length).split(', ') : [];
}

function describeUnknownKey(path: readonly PropertyKey[], keysAllowed: string): ConfigProblem {
  const suggestion = nearestName(String(path.at(-1)), wordsAfter(SECTION_OF, keysAllowed));
  const meant = suggestion === null ? '' : `, perhaps meant as ${suggestion}`;
  const allowed = keysAllowed.replace(SECTION_OF, 'allowed are ');
  const message = `unknown key ${pathText(path)}${meant}; ${allowed}`;
  return { path, allowed, isUnknownKey: true, suggestion, message };
}

function describeProblem(issue: z.core.$ZodIssue): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => describeUnknownKey([...issue.path, key], issue.message));
  }
  const key = pathText(issue.path);
  const found = issue.input === undefined ? 'nothing' : (JSON.stringify(issue.input) ?? String(issue.input));
  const shown = found.length > 80 ? `${found.slice(0, 77)}...` : found;
  const suggestion =
    typeof issue.input === 'string' ? nearestName(issue.input, wordsAfter(ONE_OF, issue.message)) : null;
  const meant = suggestion === null ? '' : `, perhaps meant as ${suggestion}`;
  const message = `${key === '' ? 'the configuration' : key} is ${shown}${meant}; allowed is ${issue.message}`;
  return [{ path: issue.path, allowed: issue.message, isUnknownKey: false, suggestion, message }];
}

/** How many problems an error names. */
const MOST_PROBLEMS = 20;

/** Everything that is wrong with a configuration, nothing when `resolveConfig` takes it (Rules 12). */
export function checkConfig(input: unknown): ConfigProblem[] {
  const parsed = configSchema.safeParse(input, { reportInput: true });
  return parsed.success ? [] : parsed.error.issues.flatMap(describeProblem);
}

/**
 * Checks a configuration and fills in the defaults (Rules 12).
 *
 * @param input a plain object in the names of the rulebook; undefined or null for all defaults
 * @param source how messages name the place it came from
 * @throws SendplanError `bad_config` naming every unknown key and bad value, and what is allowed
 */
export function resolveConfig(input: unknown, source = 'configuration'): Config {
  const parsed = configSchema.safeParse(input, { reportInput: true });
  if (!parsed.success) {
    const found = parsed.error.issues.flatMap(describeProblem).map(({ message }) => message);
    const more = found.length - MOST_PROBLEMS;
    const problems = more > 0 ? [...found.slice(0, MOST_PROBLEMS), `and ${more} more`] : found;
    throw new SendplanError('bad_config', `${source}: ${problems.join('\n  ')}`, {
      hint: 'The keys and their defaults are in docs/rules.md.',
    });
  }
  const { state_rules: changes, ...rest } = parsed.data;
  const rules: Record<string, StateRule> = { ...DEFAULT_STATE_RULES };
  for (const [state, rule] of Object.entries(changes as Record<string, StateRule | null | undefined>)) {
    if (rule === null) delete rules[state];
    else if (rule !== undefined) rules[state] = rule;
  }
  return { ...rest, state_rules: rules };
}
