import { fmix32, mix } from '../rules/mix.js';

/** What a simulated sender does to the emails that are due; nothing goes wrong when everything is left out. */
export interface SenderOptions {
  /** Send nothing on Saturdays and Sundays; with a calendar that closes any day, the calendar is what counts. */
  readonly skipWeekends?: boolean;
  /** The share of days, 0 to 1, on which nothing goes out. */
  readonly outageRate?: number;
  /** The share of emails, 0 to 1, that bounce: they went out, and are not planned again. */
  readonly bounceRate?: number;
  /** The share of emails, 0 to 1, whose sending fails: they are planned again. */
  readonly failureRate?: number;
  /** Which days and emails chance hits, a whole number from 0 to 4294967295; 1 when left out. */
  readonly seed?: number;
}

/** Why nothing goes out on a day; a closed day is one of the organization's calendar. */
export type Hold = 'weekend' | 'outage' | 'closed';

/** What becomes of an email that goes out. */
export type Fate = 'sent' | 'bounced' | 'failed';

const WHOLE = 2 ** 32;

function checkedRate(name: keyof SenderOptions, rate: number | undefined): number {
  if (rate === undefined) return 0;
  if (typeof rate === 'number' && rate >= 0 && rate <= 1) return rate;
  throw new RangeError(`${name}: expected a number from 0 to 1, got ${JSON.stringify(rate)}`);
}

/** The day of the week, 0 Sunday to 6 Saturday. @param day days since 1970-01-01, a Thursday */
function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/**
 * Decides what becomes of emails on a day. Chance hangs on the seed, the day, the contact and the email's type alone, so that
 * two configurations meet the same outages, and the same emails of the same day the same fate.
 */
export class Sender {
  /** What it was made with, complete. */
  readonly options: Readonly<Required<SenderOptions>>;
  private readonly salt: number;

  /** @throws RangeError when a rate or the seed is out of range */
  constructor({ skipWeekends = false, seed = 1, ...rates }: SenderOptions) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= WHOLE) {
      throw new RangeError(`seed: expected a whole number from 0 to 4294967295, got ${JSON.stringify(seed)}`);
    }
    const { bounceRate = 0, failureRate = 0 } = rates;
    if (bounceRate + failureRate > 1) {
      throw new RangeError(`failureRate: expected at most 1 together with bounceRate, got ${bounceRate + failureRate}`);
    }
    this.options = {
      skipWeekends,
      seed,
      outageRate: checkedRate('outageRate', rates.outageRate),
      bounceRate: checkedRate('bounceRate', rates.bounceRate),
      failureRate: checkedRate('failureRate', rates.failureRate),
    };
    this.salt = fmix32(seed);
  }

  /** Why nothing goes out on a day, null when emails do. */
  holdOn(day: number): Hold | null {
    if (this.options.skipWeekends && weekday(day) % 6 === 0) return 'weekend';
    return fmix32(this.salt ^ day) / WHOLE < this.options.outageRate ? 'outage' : null;
  }

  /** What becomes of an email that goes out. @param typeCode the type code of the rules */
  fateOf(contactId: number, typeCode: number, day: number): Fate {
    const { bounceRate, failureRate } = this.options;
    if (bounceRate === 0 && failureRate === 0) return 'sent';
    const chance = mix(contactId, typeCode, (this.salt + day) | 0) / WHOLE;
    if (chance < bounceRate) return 'bounced';
    return chance < bounceRate + failureRate ? 'failed' : 'sent';
  }
}
