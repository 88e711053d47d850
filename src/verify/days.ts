import { formatIsoDay } from '../calendar/iso.js';
import { ROW_CLASS } from '../columns/schedules.js';
import type { Capacity } from '../rules/capacity.js';
import { BALANCE_HORIZON_DAYS } from '../rules/constants.js';
import { exclusionOn } from '../rules/windows.js';
import type { Audit } from './audit.js';

/** Looks for emails dated before the day of the audit, or after their deadlines (Rules 12.2). */
export function auditDays(audit: Audit, contact: number): void {
  const { first } = audit.plan.organization.schedules;
  for (let row = first[contact]; row < first[contact + 1]; row++) {
    if (!audit.isToBeSent(row) || !audit.hasDay(row)) continue;
    const day = audit.dayOf(row);
    if (day < audit.today) audit.addRow('past_send_day', row, null, `no earlier than ${formatIsoDay(audit.today)}`);
    const deadline = audit.deadlineOf(row, contact);
    if (day <= deadline) continue;
    const endDay = audit.campaignOf(row)?.instance?.endDay ?? null;
    const kind = endDay === deadline ? 'after_campaign_end' : 'after_deadline';
    audit.addRow(kind, row, null, `no later than ${formatIsoDay(deadline)}`);
  }
}

/** Looks for emails on days on which the organization sends nothing (Rules 3 and 12.4). */
export function auditClosedDays(
  audit: Audit,
  contact: number,
  isWanted: (row: number) => boolean,
  kind: 'on_closed_day' | 'sent_on_closed_day',
): void {
  const { openDays } = audit.plan.run.capacity;
  if (openDays.areAll) return;
  const { first } = audit.plan.organization.schedules;
  for (let row = first[contact]; row < first[contact + 1]; row++) {
    if (!isWanted(row) || !audit.hasDay(row)) continue;
    const closedBy = openDays.closedBy(audit.dayOf(row));
    if (closedBy !== null) audit.addRow(kind, row, null, `closed: ${closedBy}`);
  }
}

/** What days hold from the day of the audit on. */
interface DayCounts {
  /** Emails that wait for a day, or went out on it. */
  readonly loads: ReadonlyMap<number, number>;
  /** These, and what a contact's limits skipped on it, which may have had a seat before. */
  readonly taken: ReadonlyMap<number, number>;
  readonly lastDay: number;
}

function countDays(audit: Audit): DayCounts {
  const { count, rowClass } = audit.plan.organization.schedules;
  const loads = new Map<number, number>();
  const taken = new Map<number, number>();
  let lastDay = audit.today;
  const add = (counts: Map<number, number>, day: number) => counts.set(day, (counts.get(day) ?? 0) + 1);
  for (let row = 0; row < count; row++) {
    const counts = audit.isToBeSent(row) || audit.isHistory(row);
    if (!(counts || rowClass[row] === ROW_CLASS.limited) || !audit.hasDay(row)) continue;
    const day = audit.dayOf(row);
    if (day < audit.today) continue;
    add(taken, day);
    if (!counts) continue;
    add(loads, day);
    if (day > lastDay) lastDay = day;
  }
  return { loads, taken, lastDay };
}

/**
 * By days from the day of the audit on, the first day after it that has a seat within its cap; beyond the horizon of the daily
 * cap there is none.
 */
function nextSeats({ capacity, today }: { capacity: Capacity; today: number }, { taken }: DayCounts): Int32Array {
  const next = new Int32Array(BALANCE_HORIZON_DAYS + 1).fill(LARGEST_DAY);
  for (let offset = BALANCE_HORIZON_DAYS; offset > 0; offset--) {
    const day = today + offset;
    next[offset - 1] = (taken.get(day) ?? 0) < capacity.capOn(day) ? day : next[offset];
  }
  return next;
}

const LARGEST_DAY = 2147483647;

/** Tells whether an email could go out later on a day that has a seat (Rules 9, last day). */
function hasLaterSeat(audit: Audit, row: number, contact: number, next: Int32Array): boolean {
  const day = audit.dayOf(row);
  const seatDay = next[day - audit.today] ?? LARGEST_DAY;
  if (seatDay === LARGEST_DAY || seatDay > audit.deadlineOf(row, contact)) return false;
  if (!audit.respectsWindows(row)) return true;
  for (let later = day + 1; later <= seatDay; later++) {
    if (exclusionOn(audit.windowed(contact), later) !== null) return false;
  }
  return true;
}

/**
 * Looks for days over their thresholds (Rules 9 and 12.4): with emails that have seats on later days, or, where emails without a
 * seat are to be skipped, with any that are to be sent.
 */
export function auditDailyCap(audit: Audit): void {
  const { capacity, config } = audit.plan.run;
  const counts = countDays(audit);
  const over = new Map<number, { toBeSent: number; movable: number }>();
  for (const [day, load] of counts.loads) {
    const isOver = capacity.openDays.isOpen(day) && load > capacity.thresholdOn(day);
    if (isOver) over.set(day, { toBeSent: 0, movable: 0 });
  }
  if (over.size === 0) return;
  const next = nextSeats({ capacity, today: audit.today }, counts);
  const { first } = audit.plan.organization.schedules;
  const { count } = audit.plan.organization.contacts;
  for (let contact = 0; contact < count; contact++) {
    for (let row = first[contact]; row < first[contact + 1]; row++) {
      const found = audit.isToBeSent(row) ? over.get(audit.dayOf(row)) : undefined;
      if (found === undefined || !audit.isOfAuditedType(row)) continue;
      found.toBeSent++;
      if (hasLaterSeat(audit, row, contact, next)) found.movable++;
    }
  }
  for (const [day, { toBeSent, movable }] of [...over].sort(([a], [b]) => a - b)) {
    const place = { contactId: Number.NaN, rowId: Number.NaN, emailType: null, day };
    const load = counts.loads.get(day);
    const most = `at most ${capacity.thresholdOn(day)}`;
    if (movable > 0) {
      const found = `${load} emails, ${movable} of them could have seats later`;
      audit.findings.add('avoidable_excess', place, found, `${most}, and a cap of ${capacity.capOn(day)}`);
    }
    if (toBeSent > 0 && config.load_balancing.excess === 'skip') {
      audit.findings.add('day_over_hard_limit', place, `${load} emails, ${toBeSent} of them to be sent`, most);
    }
  }
}
