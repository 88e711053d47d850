import { i32At, u8At, u32At } from './at';
import { classOf, endRow, firstRow, sentDayOf } from './history';
import {
  NULL,
  OPTION_SUPPRESSIONS,
  options,
  ROW_BOUNCED,
  ROW_DELIVERED,
  scopeTypes,
  suppressAfterBounces,
  suppressionEnd,
  suppressionFirst,
  suppressionScope,
  suppressionStart,
  today,
  typeCount,
} from './memory';

/*
 * The suppressions of one contact at a time (Rules 2, suppressions): `enterSuppressions` chooses it, after its rows. Whose
 * reason counts is the host's to say; planning only asks whether an email is suppressed.
 */

let first: u32 = 0;
let end: u32 = 0;
let isBounced: bool = false;

/** Turns to a contact whose rows were entered. @inline */
export function enterSuppressions(contact: u32): void {
  if (options & OPTION_SUPPRESSIONS) {
    first = u32At(suppressionFirst, contact);
    end = u32At(suppressionFirst, contact + 1);
  }
  isBounced = suppressAfterBounces > 0 && firstRow() < endRow() && bouncesTooOften();
}

/** Tells whether too many emails have bounced since the last one that was delivered. */
function bouncesTooOften(): bool {
  let lastDelivery = NULL;
  for (let row = firstRow(); row < endRow(); row++) {
    if (classOf(row) === ROW_DELIVERED) lastDelivery = max(lastDelivery, sentDayOf(row));
  }
  let bounces = 0;
  for (let row = firstRow(); row < endRow(); row++) {
    // A row without sent day has NULL, which is after no day.
    if (classOf(row) === ROW_BOUNCED && sentDayOf(row) > lastDelivery) bounces++;
  }
  return bounces >= suppressAfterBounces;
}

/** Tells whether the contact's emails of a type are suppressed today. @inline */
export function isSuppressed(type: i32): bool {
  return isBounced || (first < end && coversToday(type));
}

function coversToday(type: i32): bool {
  for (let i = first; i < end; i++) {
    if (today < i32At(suppressionStart, i) || today > i32At(suppressionEnd, i)) continue;
    if (u8At(scopeTypes, u32At(suppressionScope, i) * typeCount + <u32>type)) return true;
  }
  return false;
}

/** The first day after today on which one of the contact's suppressions starts to hold, or holds no more. */
export function nextSuppressionChange(): i32 {
  let next = i32.MAX_VALUE;
  for (let i = first; i < end; i++) {
    const start = i32At(suppressionStart, i);
    const last = i32At(suppressionEnd, i);
    if (start > today) next = min(next, start);
    else if (last >= today && last < i32.MAX_VALUE) next = min(next, last + 1);
  }
  return next;
}
