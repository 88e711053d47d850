import { dateMemo } from '../columns/dateMemo.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { openRows } from '../columns/openColumns.js';
import { INVALID_DAY, MISSING_DAY } from '../columns/rowCursor.js';
import { isOwnedClass } from '../columns/schedules.js';
import type { RowSource } from '../columns/source.js';
import { comparedStatus, statusClass } from '../rules/emailTypes.js';
import type { Audit } from './audit.js';

const STATUSES = [
  ...['pre-scheduled', 'skipped', 'scheduled', 'processing', 'accepted', 'deferred', 'sent', 'delivered'],
  ...['bounced', 'dropped', 'cancelled'],
];

const letters = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
const STATUS_LETTERS = new Set(STATUSES.map(letters));

/** Tells whether a status is not one of the known ones, and would be but for signs and spaces in it (Rules 1). */
function isMisspelled(status: string | null): boolean {
  const compared = comparedStatus(status);
  if (compared === null) return true;
  return !STATUSES.includes(compared) && (STATUS_LETTERS.has(letters(compared)) || letters(compared) === '');
}

/** Tells whether the columns hold rows that have to be read once more: of no contact, or in a form no run writes. */
function hasOddRows(audit: Audit): boolean {
  const { schedules, contacts } = audit.plan.organization;
  const { rowClass, first, isClean, scheduledDay } = schedules;
  for (let row = first[contacts.count]; row < schedules.count; row++) if (isOwnedClass(rowClass[row])) return true;
  for (let row = 0; row < schedules.count; row++) {
    if (!isOwnedClass(rowClass[row])) continue;
    if (isClean[row] === 0 || scheduledDay[row] === NULL_INT32) return true;
  }
  return false;
}

/**
 * Looks for rows that nobody can read or that belong to no contact (Rules 1 and 2), in the table itself: columns keep only
 * what can be read.
 *
 * @param withHistory look at rows that no run owns, too
 */
export function auditBrokenRows(audit: Audit, source: RowSource | null, withHistory: boolean): void {
  if (!withHistory && !hasOddRows(audit)) return;
  const { organization } = audit.plan;
  const known = new Set(organization.contacts.id);
  const rejected = new Set<number | null>();
  for (const issue of organization.issues.issues) if (issue.kind === 'invalid_email') rejected.add(issue.contact_id);
  const fields = [
    'id',
    'contact_id',
    'email_type',
    'status',
    'scheduled_send_date',
    'planned_send_date',
    'actual_send_datetime',
  ];
  const { places, cursor } = openRows(source, fields);
  const [idAt, contactAt, typeAt, statusAt, dayAt, plannedAt, sentAt] = places;
  const dates = dateMemo(audit.plan.run.config.reading.dates);
  try {
    while (cursor.next()) {
      const status = cursor.text(statusAt);
      const meaning = statusClass(status);
      if (meaning !== 'owned' && !withHistory) continue;
      const contactId = cursor.integer(contactAt);
      const day = cursor.day(dayAt, dates);
      const place = {
        contactId: contactId ?? Number.NaN,
        rowId: cursor.integer(idAt) ?? Number.NaN,
        emailType: cursor.text(typeAt),
        day: day === INVALID_DAY ? NULL_INT32 : day,
      };
      const isKnown = contactId !== null && known.has(contactId);
      if (meaning === 'owned') {
        if (!isKnown)
          audit.findings.add(
            rejected.has(contactId) ? 'contact_without_email' : 'unknown_contact',
            place,
            cursor.text(contactAt),
          );
        if (day === MISSING_DAY) audit.findings.add('no_send_day', place);
        else if (day === INVALID_DAY) audit.findings.add('unreadable_send_day', place, cursor.text(dayAt));
        if (cursor.day(plannedAt, dates) === INVALID_DAY)
          audit.findings.add('unreadable_planned_day', place, cursor.text(plannedAt));
      } else if (meaning === 'history') {
        if (!isKnown && !rejected.has(contactId))
          audit.findings.add('sent_to_unknown_contact', place, cursor.text(contactAt));
        const sentDay = cursor.day(sentAt, dates);
        const hasDay = sentDay > INVALID_DAY || day > INVALID_DAY;
        if (!hasDay) audit.findings.add('sent_without_day', place, cursor.text(sentAt) ?? cursor.text(dayAt));
      } else if (meaning === 'other' && isMisspelled(status)) {
        audit.findings.add('misspelled_status', place, status);
      }
    }
  } finally {
    cursor.close();
  }
}
