import { u8At } from './at';
import { endRow, firstRow, ownedRow } from './history';
import {
  contactFlags,
  FAILED_UNDERWRITING,
  OPTION_EXCLUDE_FAILED,
  options,
  REASON_NONE,
  REASON_SUPPRESSED,
} from './memory';
import { noteWindow } from './owedWindows';
import { placedWindow, placeOnDay, skipAtOnce } from './startDay';
import { isSuppressed } from './suppressions';

/* Where a candidate of the yearly kinds or of a campaign goes, or why it does not (Rules 5 and 7). */

/** Tells whether the organization's underwriting rule stops a contact's emails (Rules 5, underwriting). @inline */
export function isStoppedByOrganization(contact: u32): bool {
  return (options & OPTION_EXCLUDE_FAILED) !== 0 && (u8At(contactFlags, contact) & FAILED_UNDERWRITING) !== 0;
}

/**
 * Works out start day, step, reason and booked day of a candidate, in the globals of startDay.ts: suppression comes before
 * underwriting, underwriting before windows, windows before closed days (Rules 5 and 7).
 *
 * @param underwriting the reason for which underwriting stops it, REASON_NONE for none
 */
export function place(
  contact: u32,
  type: i32,
  eventYear: i32,
  ideal: i32,
  deadline: i32,
  respectsWindows: bool,
  underwriting: u8,
): void {
  const owned = firstRow() < endRow() ? ownedRow(type, eventYear) : -1;
  const reason = isSuppressed(type) ? REASON_SUPPRESSED : underwriting;
  if (reason !== REASON_NONE) {
    skipAtOnce(owned, ideal, reason);
    return;
  }
  placeOnDay(contact, type, owned, eventYear, ideal, deadline, respectsWindows);
  if (placedWindow !== 0) noteWindow(placedWindow);
}
