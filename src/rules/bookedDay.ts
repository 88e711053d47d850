import { keepsBookedDay } from './reasons.js';
import type { PromisingRow } from './startDay.js';

/** The day that an email's owned row promised, null for none (Rules 1, booked day). */
export function bookedDayOf(row: PromisingRow | null, today: number): number | null {
  if (row === null || row.scheduledDay === null || row.scheduledDay < today) return null;
  return row.isPreScheduled || keepsBookedDay(row.skipReason) ? row.scheduledDay : null;
}
