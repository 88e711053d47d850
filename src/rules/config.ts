import type { core } from 'zod';
import type { Weekday } from '../calendar/weekdays.js';
import { SendplanError } from '../errors.js';
import { configSchema, ONE_OF, SECTION_OF } from './configForm.js';
import type { DateOrder } from './dates.js';
import { DEFAULT_STATE_RULES, type StateRule } from './states.js';
import { nearestName } from './suggest.js';

/** A day of every year on which AEP emails go out, and until when they may (Rules 12, `aep`). */
export interface AepDate {
  readonly month: number;
  readonly day: number;
  readonly deadline_month: number;
  readonly deadline_day: number;
}

/** Names of templates that rows of a type carry, null for none. */
export interface TemplateNames {
  readonly email: string | null;
  readonly sms: string | null;
}

/** How fast the daily cap may grow from a day on (Rules 12, `load_balancing.ramp`). */
export interface Ramp {
  /** As `YYYY-MM-DD`. */
  readonly start: string;
  readonly first: number;
  readonly growth: number;
}

/** The email types that have a setting of their own, besides campaigns. */
type ConfiguredType = 'birthday' | 'effective_date' | 'aep' | 'post_window' | 'followup';

/**
 * A complete configuration (Rules 12), every key set, in the names the YAML file uses.
 *
 * `state_rules` holds the rule of every state that has one. A null in `load_balancing` stands for the profile's value.
 */
export interface Config {
  readonly timezone: string;
  /** As `HH:MM:SS`. */
  readonly send_time: string;
  readonly reading: { readonly dates: DateOrder };
  readonly birthday_email_days_before: number;
  readonly effective_date_days_before: number;
  readonly pre_window_exclusion_days: number;
  readonly aep: readonly AepDate[];
  readonly state_rules: Readonly<Record<string, StateRule>>;
  readonly organization: {
    readonly enable_post_window_emails: boolean;
    readonly effective_date_first_email_months: number;
    readonly exclude_failed_underwriting_global: boolean;
    readonly send_without_zipcode_for_universal: boolean;
    readonly suppress_after_bounces: number;
  };
  readonly frequency: { readonly max_emails_per_period: number; readonly frequency_period_days: number };
  readonly calendar: {
    readonly weekdays: readonly Weekday[];
    readonly us_federal_holidays: boolean;
    /** Days as `YYYY-MM-DD`, or as `MM-DD` for every year. */
    readonly closed: readonly string[];
  };
  readonly guards: {
    readonly unreadable: number | null;
    readonly removed: number | null;
    readonly ahead: number | null;
    readonly backwards: boolean;
    readonly other_config: boolean;
  };
  readonly load_balancing: {
    readonly profile: 'auto' | 'small' | 'medium' | 'large' | 'enterprise';
    readonly daily_send_percentage_cap: number | null;
    readonly daily_send_limit: number | null;
    readonly ed_daily_soft_limit: number | null;
    readonly ed_smoothing_window_days: number | null;
    readonly catch_up_spread_days: number;
    readonly overage_threshold: number;
    readonly ramp: Ramp | null;
    readonly excess: 'send' | 'skip';
  };
  readonly followups: { readonly enabled: boolean; readonly delay_days: number; readonly lookback_days: number };
  readonly priorities: { readonly [Type in ConfiguredType | 'campaign']: number };
  readonly templates: { readonly [Type in ConfiguredType]: TemplateNames };
}

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
  | (Written<Omit<Config, 'aep' | 'state_rules'>> & {
      readonly aep?: readonly (Pick<AepDate, 'month' | 'day'> & Partial<AepDate>)[];
      readonly state_rules?: Readonly<Record<string, (Pick<StateRule, 'kind'> & Partial<StateRule>) | null>> | null;
    })
  | null;

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

function describeProblem(issue: core.$ZodIssue): ConfigProblem[] {
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
 * @example
 * import { resolveConfig } from 'sendplan';
 * const config = resolveConfig({ birthday_email_days_before: 21 });
 * console.log(config.birthday_email_days_before, config.send_time); // 21 08:30:00
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
