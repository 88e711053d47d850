import fc from 'fast-check';
import { civilFromDay } from '../../calendar/day.js';
import { formatIsoDay } from '../../calendar/iso.js';
import { WEEKDAYS } from '../../calendar/weekdays.js';
import { readToday } from '../../oracle/readOrganization.js';
import type { ConfigInput } from '../../rules/config.js';
import type { DayConstraints } from './constraints.js';

/** A record each of whose keys is set only sometimes. */
function some<T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record(shape, { requiredKeys: [] });
}

const ruleState = fc.constantFrom('CA', 'KY', 'MO', 'NV', 'NY', 'TX');

const windowDays = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 90 }) },
  { weight: 1, arbitrary: fc.constantFrom(150, 330, 365, 400, 700) },
);

const stateRule = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant({ kind: 'year_round' as const }) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom('birthday_window' as const, 'effective_date_window' as const),
        some({
          before: windowDays,
          after: windowDays,
          use_month_start: fc.boolean(),
          buffer: fc.constantFrom(null, 0, 10, 60),
        }),
      )
      .map(([kind, rest]) => ({ kind, ...rest })),
  },
);

const stateRules = fc
  .uniqueArray(fc.tuple(ruleState, stateRule), { maxLength: 3, selector: ([state]) => state })
  .map((rules) => Object.fromEntries(rules));

const smallPriority = fc.constantFrom(5, 10, 10, 20, 30);

const template = some({ email: fc.constantFrom(null, 'mail'), sms: fc.constantFrom(null, 'text') });

/** The days from today to an aep date, and from there to its deadline. */
const aepSpan = fc.tuple(
  fc.oneof(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -200, max: 200 })),
  fc.constantFrom(0, 3, 10, 30, 80),
);

function aepDate(today: number, [offset, length]: readonly [number, number]) {
  const date = civilFromDay(today + offset);
  const end = civilFromDay(today + offset + length);
  const deadline = end.year === date.year ? end : { month: 12, day: 31 };
  return { month: date.month, day: date.day, deadline_month: deadline.month, deadline_day: deadline.day };
}

const ramp = fc.option(
  fc.record({
    offset: fc.integer({ min: -12, max: 20 }),
    first: fc.constantFrom(1, 1, 2, 3),
    growth: fc.constantFrom(0.01, 0.5, 1, 10),
  }),
);

type RampSketch = typeof ramp extends fc.Arbitrary<infer T> ? T : never;

function rampOf(today: number, sketch: RampSketch | undefined) {
  if (sketch === null || sketch === undefined) return null;
  return { start: formatIsoDay(today + sketch.offset), first: sketch.first, growth: sketch.growth };
}

const weekdays = fc.oneof(
  { weight: 3, arbitrary: fc.constant(['mon', 'tue', 'wed', 'thu', 'fri'] as const) },
  { weight: 1, arbitrary: fc.subarray([...WEEKDAYS], { minLength: 1 }) },
  { weight: 1, arbitrary: fc.constant(WEEKDAYS) },
);

/** Days that are closed one after the other: from how many days after today, how many, and whether every year. */
const closedDays = fc.array(fc.tuple(fc.integer({ min: -3, max: 40 }), fc.constantFrom(1, 1, 2, 4, 9), fc.boolean()), {
  maxLength: 6,
});

const calendar = fc.option(
  some({ weekdays, us_federal_holidays: fc.boolean(), closed: closedDays }),
  // Without one all days are open.
  { freq: 2 },
);

type CalendarSketch = typeof calendar extends fc.Arbitrary<infer T> ? T : never;

function calendarOf(today: number, sketch: CalendarSketch | undefined) {
  if (sketch === null || sketch === undefined) return null;
  const { closed, ...rest } = sketch;
  if (closed === undefined) return rest;
  const texts = closed.flatMap(([offset, length, isYearly]) =>
    Array.from({ length }, (_, i) => formatIsoDay(today + offset + i).slice(isYearly ? 5 : 0)),
  );
  return { ...rest, closed: texts };
}

const balancing = some({
  profile: fc.constantFrom('auto' as const, 'small' as const, 'medium' as const, 'enterprise' as const),
  daily_send_percentage_cap: fc.constantFrom(null, 0, 0.1, 0.25, 0.5, 1, 1, 1),
  daily_send_limit: fc.constantFrom(null, null, 1, 2, 3, 5),
  ed_daily_soft_limit: fc.constantFrom(null, 0, 1, 2),
  ed_smoothing_window_days: fc.constantFrom(null, 1, 2, 5, 9),
  catch_up_spread_days: fc.integer({ min: 1, max: 10 }),
  overage_threshold: fc.constantFrom(1, 1, 1.2, 1.5, 2),
  ramp,
  excess: fc.constantFrom('send' as const, 'skip' as const),
});

type BalancingSketch = typeof balancing extends fc.Arbitrary<infer T> ? T : never;

function balancingOf(today: number, sketch: BalancingSketch) {
  return 'ramp' in sketch ? { ...sketch, ramp: rampOf(today, sketch.ramp) } : (sketch as Omit<BalancingSketch, 'ramp'>);
}

const followups = some({
  enabled: fc.constantFrom(true, true, true, false),
  delay_days: fc.integer({ min: 0, max: 5 }),
  lookback_days: fc.integer({ min: 5, max: 40 }),
});

const keyedByName = some({
  reading: some({ dates: fc.constantFrom('iso' as const, 'mdy' as const, 'dmy' as const) }),
  calendar,
  birthday_email_days_before: fc.integer({ min: 0, max: 40 }),
  effective_date_days_before: fc.constantFrom(0, 5, 30, 60),
  pre_window_exclusion_days: fc.constantFrom(0, 10, 60),
  state_rules: stateRules,
  organization: some({
    enable_post_window_emails: fc.constantFrom(true, true, true, false),
    effective_date_first_email_months: fc.constantFrom(0, 5, 11, 12),
    exclude_failed_underwriting_global: fc.boolean(),
    send_without_zipcode_for_universal: fc.constantFrom(true, true, false),
    suppress_after_bounces: fc.constantFrom(0, 1, 2),
  }),
  frequency: some({
    max_emails_per_period: fc.integer({ min: 0, max: 3 }),
    frequency_period_days: fc.constantFrom(1, 7, 30, 30, 60),
  }),
  load_balancing: balancing,
  followups,
  priorities: some({
    birthday: smallPriority,
    effective_date: smallPriority,
    aep: smallPriority,
    post_window: smallPriority,
    campaign: smallPriority,
    followup: smallPriority,
  }),
  templates: some({
    birthday: template,
    effective_date: template,
    aep: template,
    post_window: template,
    followup: template,
  }),
  send_time: fc.constant('17:05:00'),
});

/** Configurations in which each key is set sometimes, as functions of today (Rules 12); `{}` is as likely as not. */
export const configurationSketch = fc.oneof(
  { weight: 1, arbitrary: fc.constant((_today: number): ConfigInput => ({})) },
  {
    weight: 3,
    arbitrary: fc.tuple(keyedByName, fc.option(fc.array(aepSpan, { maxLength: 3 }))).map(
      ([keys, spans]) =>
        (today: number): ConfigInput => ({
          ...keys,
          ...('calendar' in keys ? { calendar: calendarOf(today, keys.calendar) } : {}),
          ...(keys.load_balancing === undefined ? {} : { load_balancing: balancingOf(today, keys.load_balancing) }),
          ...(spans === null ? {} : { aep: spans.map((span) => aepDate(today, span)) }),
        }),
    ),
  },
);

/**
 * Configurations in which each key is set sometimes, their aep dates around today (Rules 12); many are `{}`.
 *
 * @throws SendplanError `bad_input` when `constraints.today` is no day
 * @example
 * import fc from 'fast-check';
 * import { resolveConfig } from 'sendplan';
 * import { configuration } from 'sendplan/testing/arbitraries';
 * const configs = fc.sample(configuration({ today: '2025-06-13' }), { numRuns: 10, seed: 1 });
 * console.log(configs.map((config) => resolveConfig(config)).length); // 10
 */
export function configuration(constraints: Pick<DayConstraints, 'today'>): fc.Arbitrary<ConfigInput> {
  const today = readToday(constraints.today);
  return configurationSketch.map((configOf) => configOf(today));
}
