import { NULL_INT32 } from '../columns/nulls.js';
import { NOT_PLAIN } from '../columns/rowCursor.js';
import { isOwnedClass, isSentClass } from '../columns/schedules.js';
import type { OrganizationSource } from '../columns/source.js';
import type { Plan } from '../plan/plan.js';
import { diffSchedules } from '../store/changes/diffSchedules.js';
import { Audit } from './audit.js';
import type { AuditedType } from './auditedTypes.js';
import { auditBrokenRows } from './brokenRows.js';
import { auditClosedDays, auditDailyCap, auditDays } from './days.js';
import { Differences } from './differences.js';
import { Findings } from './findings.js';
import { auditFrequency, auditSentFrequency } from './frequency.js';
import type { FindingKind } from './kinds.js';
import { auditAlreadySent, auditCampaignsOfDay, auditDuplicates, auditSentTwice } from './repetitions.js';
import { auditSentSuppressions, auditSuppressions } from './suppressed.js';
import { auditWindows } from './windows.js';

/** What an audit looks at. */
export interface AuditSettings {
  /** Look at what went out, too, and at rows whose status is misspelled. */
  readonly history: boolean;
  /** The kinds to look for; all when null. */
  readonly kinds: readonly FindingKind[] | null;
  /** The types of emails to look at; all when null. */
  readonly types: readonly AuditedType[] | null;
  /** Tells what is planned and cannot be written into the database, because a unique index refuses it. */
  readonly isRefused: (candidate: number) => boolean;
}

/**
 * Audits the rows of `email_schedules`, whoever wrote them, against the rules and against a balanced plan of the same
 * organization (Rules 1 to 12): first every contact, then the days, then what cannot be read.
 *
 * @param source where the plan's organization was loaded from
 */
export function auditPlan(plan: Plan, source: OrganizationSource, settings: AuditSettings): Findings {
  const findings = new Findings(settings.kinds, settings.types);
  const audit = new Audit(plan, findings);
  const table = source.email_schedules;
  const isCompared = (column: string) => table?.columns.has(column) ?? true;
  const differences = new Differences(audit, diffSchedules(plan), isCompared, settings.isRefused);
  const isToBeSent = (row: number) => audit.isToBeSent(row);
  const isHistory = (row: number) => audit.isHistory(row);
  const { contacts } = plan.organization;
  for (let contact = 0; contact < contacts.count; contact++) {
    auditWindows(audit, contact, isToBeSent, 'in');
    auditSuppressions(audit, contact);
    auditDays(audit, contact);
    auditClosedDays(audit, contact, isToBeSent, 'on_closed_day');
    auditDuplicates(audit, contact);
    auditAlreadySent(audit, contact);
    auditCampaignsOfDay(audit, contact, isToBeSent, 'two_campaigns_a_day');
    auditFrequency(audit, contact);
    differences.audit(contact);
    if (!settings.history) continue;
    auditWindows(audit, contact, isHistory, 'sent_in');
    auditSentSuppressions(audit, contact);
    auditSentTwice(audit, contact);
    auditCampaignsOfDay(audit, contact, isHistory, 'sent_two_campaigns_a_day');
    auditSentFrequency(audit, contact);
    auditClosedDays(audit, contact, isHistory, 'sent_on_closed_day');
  }
  auditDailyCap(audit);
  auditEventDates(audit);
  if (settings.history) auditFuture(audit);
  auditBrokenRows(audit, table, settings.history);
  return findings;
}

/** Looks for event dates that no calendar has; the 29 February of any year is one, as the end of a window can be. */
function auditEventDates(audit: Audit): void {
  const { schedules } = audit.plan.organization;
  const { rowClass, eventMonth, eventDay } = schedules;
  const isPossible = (value: number, most: number) =>
    value === NULL_INT32 || value === NOT_PLAIN || (value >= 1 && value <= most);
  for (let row = 0; row < schedules.count; row++) {
    if (!isOwnedClass(rowClass[row])) continue;
    const month = eventMonth[row];
    const day = eventDay[row];
    if (!isPossible(month, 12) || !isPossible(day, 31))
      audit.addRow('impossible_event_date', row, `month ${month}, day ${day}`);
  }
}

/** Looks for emails that were sent after the day of the audit. */
function auditFuture(audit: Audit): void {
  const { count, rowClass } = audit.plan.organization.schedules;
  for (let row = 0; row < count; row++) {
    if (isSentClass(rowClass[row]) && audit.hasDay(row) && audit.dayOf(row) > audit.today)
      audit.addRow('sent_in_future', row);
  }
}
