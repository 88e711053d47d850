import { TYPE_CODES } from './emailTypes.js';
import { mix } from './mix.js';

/** By how many days smoothing moves a policy anniversary email of a crowded day (Rules 9, smoothing). */
export interface SmoothingShift {
  readonly mix: number;
  /** Negative moves it to an earlier day. */
  readonly offsetDays: number;
}

/** Where smoothing moves a contact's policy anniversary email of a year (Rules 9, smoothing). */
export function smoothingShift(contactId: number, eventYear: number, windowDays: number): SmoothingShift {
  const scrambled = mix(contactId, TYPE_CODES.effective_date, eventYear);
  return { mix: scrambled, offsetDays: (scrambled % windowDays) - Math.floor(windowDays / 2) };
}

/** Why smoothing leaves an email where it is. */
export type SmoothingObstacle = 'before_today' | 'after_deadline' | 'closed' | 'excluded';

/** What keeps smoothing from moving an email to a day; null when nothing does (Rules 9, smoothing). */
export function smoothingObstacle(
  day: number,
  email: {
    readonly today: number;
    /** Null is none. */
    readonly deadline: number | null;
    isOpen(day: number): boolean;
    isExcluded(day: number): boolean;
  },
): SmoothingObstacle | null {
  if (day < email.today) return 'before_today';
  if (email.deadline !== null && day > email.deadline) return 'after_deadline';
  if (!email.isOpen(day)) return 'closed';
  return email.isExcluded(day) ? 'excluded' : null;
}
