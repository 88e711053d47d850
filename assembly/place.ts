import { u8At } from './at';
import { endRow, firstRow, ownedRow } from './history';
import {
  contactFlags,
  FAILED_UNDERWRITING,
  OPTION_EXCLUDE_FAILED,
  options,
  REASON_NONE,
  REASON_SUPPRESSED,
  REASON_UNDERWRITING_ORGANIZATION,
} from './memory';
import { noteWindow } from './owedWindows';
import { placedWindow, placeOnDay, skipAtOnce } from './startDay';
import { isSuppressed } from './suppressions';

/* Where a candidate of the yearly kinds or of a campaign goes, or why it does not (Rules 5 and 7). */

/** The reason for which the organization's underwriting rule stops a contact's emails but aep, if it does (Rules 5). @inline */
export function underwritingOf(contact: u32): u8 {
  const isStopped =
    (options & OPTION_EXCLUDE_FAILED) !== 0 && (u8At(contactFlags, contact) & FAILED_UNDERWRITING) !== 0;
  return isStopped ? REASON_UNDERWRITING_ORGANIZATION : REASON_NONE;
}

/**
 * Skips a candidate that no start day is looked for, and tells whether it is one: suppression comes before underwriting (Rules 5).
 *
 * @param owned its owned row, -1 for none
 * @param underwriting the reason for which underwriting stops it, REASON_NONE for none @inline
 */
export function isSkippedAtOnce(type: i32, owned: i32, ideal: i32, underwriting: u8): bool {
  const reason = isSuppressed(type) ? REASON_SUPPRESSED : underwriting;
  if (reason === REASON_NONE) return false;
  skipAtOnce(owned, ideal, reason);
  return true;
}

/**
 * Works out start day, step, reason and booked day of a candidate, in the globals of startDay.ts: what skips it at once comes
 * before windows, windows before closed days (Rules 5 and 7).
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
  if (isSkippedAtOnce(type, owned, ideal, underwriting)) return;
  placeOnDay(contact, type, owned, eventYear, ideal, deadline, respectsWindows);
  if (placedWindow !== 0) noteWindow(placedWindow);
}
