import { formatIsoDay } from '../../calendar/iso.js';

/** Days with what they take by the caps, as reports tell it. */
interface CappedDays {
  readonly limits: { readonly cap: number };
  readonly days: readonly { readonly day: string; readonly cap: number }[];
}

/** The cap of a day by number; of a day that is not told of, the one of all days. */
export function capOfDays({ limits, days }: CappedDays): (day: number) => number {
  const caps = new Map(days.map(({ day, cap }) => [day, cap]));
  return (day) => caps.get(formatIsoDay(day)) ?? limits.cap;
}
