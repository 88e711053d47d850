import { formatIsoDay } from '../calendar/iso.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { ofForm } from '../columns/schedules.js';
import { fullPeriod } from '../rules/frequency.js';
import type { Audit } from './audit.js';

/** The days that fill the first full period around a day, null when there is room for one more (Rules 9, frequency). */
function fullDays(taken: readonly number[], day: number, most: number, periodDays: number): readonly number[] | null {
  const first = fullPeriod(taken, day, most, periodDays);
  if (first === null) return null;
  return taken.filter((other) => first <= other && other < first + periodDays).sort((a, b) => a - b);
}

/** The days of a contact's emails of some kind, follow-ups aside. */
function daysOf(audit: Audit, contact: number, isWanted: (row: number) => boolean): number[] {
  const { first } = audit.plan.organization.schedules;
  const days: number[] = [];
  for (let row = first[contact]; row < first[contact + 1]; row++) {
    if (isWanted(row) && audit.hasDay(row) && !audit.isFollowup(row)) days.push(audit.dayOf(row));
  }
  return days;
}

/** Tells whether the days around one are full with a contact's emails, those to be sent and those of history (Rules 9). */
export function isFull(audit: Audit, contact: number, day: number): boolean {
  const { max_emails_per_period: most, frequency_period_days: periodDays } = audit.plan.run.config.frequency;
  if (most === 0) return false;
  const days = daysOf(audit, contact, (row) => audit.isToBeSent(row) || audit.isHistory(row));
  return fullPeriod(days, day, most, periodDays) !== null;
}

function note(audit: Audit, kind: 'frequency_exceeded' | 'sent_too_often', row: number, full: readonly number[]): void {
  const { max_emails_per_period: most, frequency_period_days: periodDays } = audit.plan.run.config.frequency;
  const taken = full.map(formatIsoDay).join(', ');
  audit.addRow(kind, row, null, `at most ${most} in ${periodDays} days, and there are those of ${taken}`);
}

/**
 * Looks for emails that are too many for a contact (Rules 9, frequency; 12.3): of those to be sent, the least important ones
 * that do not fit beside history and the more important ones.
 */
export function auditFrequency(audit: Audit, contact: number): void {
  const { max_emails_per_period: most, frequency_period_days: periodDays } = audit.plan.run.config.frequency;
  const { schedules } = audit.plan.organization;
  const { first, type } = schedules;
  if (most === 0 || first[contact + 1] - first[contact] <= most) return;
  const rows: number[] = [];
  for (let row = first[contact]; row < first[contact + 1]; row++) {
    if (audit.isToBeSent(row) && audit.hasDay(row) && !audit.isFollowup(row)) rows.push(row);
  }
  if (rows.length === 0) return;
  const taken = daysOf(audit, contact, (row) => audit.isHistory(row));
  if (rows.length + taken.length <= most) return;
  const urgency = (row: number) => {
    const priority = ofForm(schedules, row, 'priority');
    return priority === NULL_INT32 ? Infinity : priority;
  };
  rows.sort(
    (a, b) =>
      Number(urgency(a) > urgency(b)) - Number(urgency(a) < urgency(b)) ||
      audit.dayOf(a) - audit.dayOf(b) ||
      type[a] - type[b],
  );
  for (const row of rows) {
    const full = fullDays(taken, audit.dayOf(row), most, periodDays);
    if (full === null) taken.push(audit.dayOf(row));
    else note(audit, 'frequency_exceeded', row, full);
  }
}

/** Looks for emails that went out, or are on their way, as too many for a contact, in the order of their days (Rules 9). */
export function auditSentFrequency(audit: Audit, contact: number): void {
  const { max_emails_per_period: most, frequency_period_days: periodDays } = audit.plan.run.config.frequency;
  const { first } = audit.plan.organization.schedules;
  if (most === 0 || first[contact + 1] - first[contact] <= most) return;
  const rows: number[] = [];
  for (let row = first[contact]; row < first[contact + 1]; row++) {
    if (audit.isHistory(row) && audit.hasDay(row) && !audit.isFollowup(row)) rows.push(row);
  }
  rows.sort((a, b) => audit.dayOf(a) - audit.dayOf(b) || a - b);
  const taken: number[] = [];
  for (const row of rows) {
    const full = fullDays(taken, audit.dayOf(row), most, periodDays);
    if (full === null) taken.push(audit.dayOf(row));
    else note(audit, 'sent_too_often', row, full);
  }
}
