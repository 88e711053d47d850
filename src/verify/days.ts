import { formatIsoDay } from '../calendar/iso.js';
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

/** Tells whether an email could go out one day later (Rules 9, daily cap, movable). */
function isMovable(audit: Audit, row: number, contact: number): boolean {
  const next = audit.dayOf(row) + 1;
  if (next > audit.deadlineOf(row, contact)) return false;
  return !audit.respectsWindows(row) || exclusionOn(audit.windowed(contact), next) === null;
}

/** How many emails wait for, or went out on, every day from the day of the audit on. */
function loadByDay(audit: Audit): ReadonlyMap<number, number> {
  const { count } = audit.plan.organization.schedules;
  const loads = new Map<number, number>();
  for (let row = 0; row < count; row++) {
    if (!(audit.isToBeSent(row) || audit.isHistory(row)) || !audit.hasDay(row)) continue;
    const day = audit.dayOf(row);
    if (day >= audit.today) loads.set(day, (loads.get(day) ?? 0) + 1);
  }
  return loads;
}

/** Looks for days over the threshold of the daily cap that hold emails which could move on (Rules 9 and 12.4). */
export function auditDailyCap(audit: Audit): void {
  const { threshold, cap } = audit.plan.run.limits;
  const loads = loadByDay(audit);
  const movable = new Map<number, number>();
  // A threshold below the cap cuts back to the cap all the same.
  for (const [day, load] of loads) if (load > threshold && load > cap) movable.set(day, 0);
  if (movable.size === 0) return;
  const { first } = audit.plan.organization.schedules;
  const { count } = audit.plan.organization.contacts;
  for (let contact = 0; contact < count; contact++) {
    for (let row = first[contact]; row < first[contact + 1]; row++) {
      const found = audit.isToBeSent(row) ? movable.get(audit.dayOf(row)) : undefined;
      if (found !== undefined && isMovable(audit, row, contact)) movable.set(audit.dayOf(row), found + 1);
    }
  }
  for (const [day, count] of [...movable].sort(([a], [b]) => a - b)) {
    if (count === 0) continue;
    const found = `${loads.get(day)} emails, ${count} of them can move`;
    const place = { contactId: Number.NaN, rowId: Number.NaN, emailType: null, day };
    audit.findings.add('day_over_cap', place, found, `at most ${threshold}, then cut back to ${cap}`);
  }
}
