import type { Config } from './config.js';
import { SMOOTHING_SHARE } from './constants.js';

/** The sizes of a run's balance, in emails a day (Rules 9). */
export interface DailyLimits {
  /** The load-balancing profile that was used. */
  readonly profile: Exclude<Config['load_balancing']['profile'], 'auto'>;
  /**
   * How many emails an open day takes, history included, where no ramp limits it; at least 1. `Capacity` has the caps of
   * each day.
   */
  readonly cap: number;
  /** An open day with more emails than this is overloaded, where no ramp limits it. */
  readonly threshold: number;
  /** `daily_send_limit`, which no day exceeds by its threshold; infinite for none. */
  readonly sendLimit: number;
  /** `floor(cap * overage_threshold)`: what the threshold is unless a limit or the ramp makes it less. */
  readonly overage: number;
  /** A day with more policy anniversary emails than this is smoothed. */
  readonly smoothingLimit: number;
  /** The number of days over which a crowded day's policy anniversary emails are spread; at least 1. */
  readonly smoothingWindowDays: number;
}

interface Profile {
  readonly daily_send_percentage_cap: number;
  readonly ed_daily_soft_limit: number;
  readonly ed_smoothing_window_days: number;
}

const profile = (cap: number, limit: number, windowDays: number): Profile => ({
  daily_send_percentage_cap: cap,
  ed_daily_soft_limit: limit,
  ed_smoothing_window_days: windowDays,
});

const PROFILES = {
  small: profile(0.2, 50, 3),
  medium: profile(0.1, 200, 5),
  large: profile(0.07, 500, 7),
  enterprise: profile(0.05, 1000, 10),
};

function profileFor(contactCount: number): keyof typeof PROFILES {
  if (contactCount < 10_000) return 'small';
  if (contactCount < 100_000) return 'medium';
  return contactCount < 500_000 ? 'large' : 'enterprise';
}

/**
 * The daily limits of an organization (Rules 9, profiles and daily cap): a key set in the configuration wins over the
 * profile's.
 *
 * @param contactCount the rows of the contacts table, the rejected ones included
 */
export function dailyLimits(config: Config, contactCount: number): DailyLimits {
  const balancing = config.load_balancing;
  const name = balancing.profile === 'auto' ? profileFor(contactCount) : balancing.profile;
  const share = balancing.daily_send_percentage_cap ?? PROFILES[name].daily_send_percentage_cap;
  const sendLimit = balancing.daily_send_limit ?? Number.POSITIVE_INFINITY;
  const cap = Math.min(sendLimit, Math.max(1, Math.floor(contactCount * share)));
  const overage = Math.floor(cap * balancing.overage_threshold);
  const softLimit = balancing.ed_daily_soft_limit ?? PROFILES[name].ed_daily_soft_limit;
  return {
    profile: name,
    cap,
    threshold: Math.max(cap, Math.min(overage, sendLimit)),
    sendLimit,
    overage,
    smoothingLimit: Math.min(softLimit, Math.floor(SMOOTHING_SHARE * cap)),
    smoothingWindowDays: balancing.ed_smoothing_window_days ?? PROFILES[name].ed_smoothing_window_days,
  };
}
