import type { GeneratedContact } from './contacts.js';
import { DayTexts } from './dayTexts.js';
import { Draw, FIELD } from './draw.js';

/** A row of `suppressions`. */
export interface GeneratedSuppression {
  readonly contactId: number | null;
  readonly email: string | null;
  readonly scope: string | null;
  readonly reason: string | null;
  readonly startsOn: string | null;
  readonly endsOn: string | null;
}

/** One contact in this many is suppressed. */
const STEP = 60;

const SCOPES = [null, null, null, null, null, null, 'all', 'aep', 'campaign, followup', 'Birthday'];

const REASONS = [
  ...['unsubscribed', 'unsubscribed', 'unsubscribed', null, 'hard bounce', 'hard bounce', 'Complaint'],
  ...['moved to another agency', 'asked by phone', 'deceased'],
];

/** How far before and after the as-of day suppressions start and end. */
const REACH_DAYS = 400;

/** Makes the suppressions that people, and the senders' bounce handling, have left behind by the as-of day. */
export class SuppressionGenerator {
  private readonly draw: Draw;
  private readonly days = new DayTexts();

  /** @param seed an integer from 0 to 2^32-1 */
  constructor(
    seed: number,
    private readonly asOfDay: number,
  ) {
    this.draw = new Draw(seed);
  }

  /** The suppression of a contact, null for most; some name the contact and some its address. */
  suppressionOf({ id, email }: Readonly<GeneratedContact>): GeneratedSuppression | null {
    const { draw } = this;
    draw.turnTo(id);
    if (draw.below(FIELD.isSuppressed, STEP) !== 0) return null;
    const isByEmail = email !== null && draw.below(FIELD.suppressedBy, 5) < 2;
    const start = this.asOfDay - 1 - draw.below(FIELD.suppressedSince, REACH_DAYS);
    // A pause ends; few do.
    const isPause = draw.below(FIELD.suppressedUntil, 12) === 0;
    const end = start + draw.below(FIELD.pauseDays, 2 * REACH_DAYS);
    return {
      contactId: isByEmail ? null : id,
      email: isByEmail ? (draw.below(FIELD.suppressedBy, 15) < 2 ? email.toUpperCase() : email) : null,
      scope: SCOPES[draw.below(FIELD.suppressedScope, SCOPES.length)],
      reason: REASONS[draw.below(FIELD.suppressedReason, REASONS.length)],
      startsOn: draw.below(FIELD.suppressedReason, 3) === 0 ? null : this.days.text(start),
      endsOn: isPause ? this.days.text(end) : null,
    };
  }
}
