import { parseIsoDay } from '../calendar/iso.js';
import { OpenDays } from '../calendar/openDays.js';
import type { Config } from './config.js';
import type { DailyLimits } from './limits.js';

/** How a new sending domain warms up (Rules 9, ramp). */
interface Ramp {
  readonly startDay: number;
  readonly first: number;
  readonly growth: number;
}

/**
 * The emails that a day takes, by its caps (Rules 9, caps).
 *
 * Asked for days in any order; a ramp is walked from its start once, up to the last day that was asked for.
 */
export class Capacity {
  readonly openDays: OpenDays;
  readonly #limits: DailyLimits;
  readonly #ramp: Ramp | null;
  /** The ramp's limit of the days from its start on: of a closed day that of the next open one. */
  readonly #rampLimits: number[] = [];

  constructor(config: Config, limits: DailyLimits) {
    this.openDays = new OpenDays(config.calendar);
    this.#limits = limits;
    const { ramp } = config.load_balancing;
    this.#ramp = ramp === null ? null : { ...ramp, startDay: Number(parseIsoDay(ramp.start)) };
  }

  /** How many emails a day takes, history included; 0 on a closed day (Rules 9, cap). */
  capOn(day: number): number {
    return this.openDays.isOpen(day) ? Math.min(this.#limits.cap, this.rampOn(day)) : 0;
  }

  /** A day with more emails than this is overloaded; 0 on a closed day (Rules 9, threshold). */
  thresholdOn(day: number): number {
    if (!this.openDays.isOpen(day)) return 0;
    const { overage, sendLimit } = this.#limits;
    return Math.max(this.capOn(day), Math.min(overage, sendLimit, this.rampOn(day)));
  }

  /** The ramp's limit of an open day, infinite where there is none (Rules 9, ramp). */
  rampOn(day: number): number {
    const ramp = this.#ramp;
    if (ramp === null || day < ramp.startDay) return Number.POSITIVE_INFINITY;
    while (this.#rampLimits.length <= day - ramp.startDay) this.#rampLimits.push(this.#nextRampLimit(ramp));
    return this.#rampLimits[day - ramp.startDay];
  }

  #nextRampLimit(ramp: Ramp): number {
    const i = this.#rampLimits.length;
    if (i === 0) return ramp.first;
    const before = this.#rampLimits[i - 1];
    if (!this.openDays.isOpen(ramp.startDay + i - 1)) return before;
    return Math.max(before + 1, Math.floor(before * (1 + ramp.growth)));
  }
}
