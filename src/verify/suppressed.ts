import { formatIsoDay } from '../calendar/iso.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { ROW_CLASS } from '../columns/schedules.js';
import { ALWAYS } from '../columns/suppressions.js';
import { BOUNCED } from '../rules/reasons.js';
import { bouncesSinceDelivery, type ScopeSubject, scopeCovers } from '../rules/suppressions.js';
import type { Audit } from './audit.js';

/** A suppression that covers a row. */
interface Covering {
  readonly reason: string;
  /** `ALWAYS.from` when it is open. */
  readonly startDay: number;
}

/** What a scope is asked about a row; null where the rules do not have its type. */
function subjectOf(audit: Audit, row: number): ScopeSubject | null {
  const { schedules, emailTypes, planned } = audit.plan.organization;
  const emailType = emailTypes.names[schedules.type[row]];
  const campaign = audit.campaignOf(row);
  if (campaign !== null) return { kind: 'campaign', emailType, campaignTypeName: campaign.type?.name ?? null };
  if (audit.isFollowup(row)) return { kind: 'followup', emailType, campaignTypeName: null };
  const type = schedules.type[row];
  if (type >= planned.types.length) return null;
  return { kind: planned.types[type].kind, emailType, campaignTypeName: null };
}

/** The first suppression that covers a row on a day, null when none does (Rules 2, suppressions); bounces aside. */
function coveringOn(audit: Audit, row: number, contact: number, day: number): Covering | null {
  const { suppressions } = audit.plan.organization;
  const { first, startDay, endDay, scope, scopes, reason, reasons } = suppressions;
  if (suppressions.count === 0) return null;
  const subject = subjectOf(audit, row);
  for (let i = first[contact]; i < first[contact + 1]; i++) {
    if (day < startDay[i] || day > endDay[i]) continue;
    const elements = scopes[scope[i]];
    const covers = elements === null || (subject !== null && scopeCovers(elements, subject));
    if (covers) return { reason: reasons[reason[i]], startDay: startDay[i] };
  }
  return null;
}

/** Tells whether a contact's emails bounce too often (Rules 2, bounces). */
function bounces(audit: Audit, contact: number): boolean {
  const most = audit.plan.run.config.organization.suppress_after_bounces;
  if (most === 0) return false;
  const { first, rowClass, sentDay } = audit.plan.organization.schedules;
  const days = new Map<number, number[]>([
    [ROW_CLASS.bounced, []],
    [ROW_CLASS.delivered, []],
  ]);
  for (let row = first[contact]; row < first[contact + 1]; row++) {
    if (sentDay[row] !== NULL_INT32) days.get(rowClass[row])?.push(sentDay[row]);
  }
  return bouncesSinceDelivery(days.get(ROW_CLASS.bounced) ?? [], days.get(ROW_CLASS.delivered) ?? []) >= most;
}

/** The reason for which a row's email is suppressed on the day of the audit, null when it is not (Rules 2, 5). */
export function reasonToSuppress(audit: Audit, row: number, contact: number): string | null {
  const covering = coveringOn(audit, row, contact, audit.today);
  if (covering !== null) return covering.reason;
  return bounces(audit, contact) ? BOUNCED : null;
}

/** Looks for emails that are to be sent although they are suppressed (Rules 12.5). */
export function auditSuppressions(audit: Audit, contact: number): void {
  const { organization, run } = audit.plan;
  if (organization.suppressions.count === 0 && run.config.organization.suppress_after_bounces === 0) return;
  const { first } = organization.schedules;
  for (let row = first[contact]; row < first[contact + 1]; row++) {
    if (!audit.isToBeSent(row)) continue;
    const reason = reasonToSuppress(audit, row, contact);
    if (reason !== null) audit.addRow('though_suppressed', row, null, `suppressed by ${reason}`);
  }
}

/** Looks for emails that went out, or are on their way, after a suppression had begun that names the day of its beginning. */
export function auditSentSuppressions(audit: Audit, contact: number): void {
  const { suppressions, schedules } = audit.plan.organization;
  if (suppressions.count === 0 || suppressions.first[contact] === suppressions.first[contact + 1]) return;
  for (let row = schedules.first[contact]; row < schedules.first[contact + 1]; row++) {
    if (!audit.isHistory(row) || !audit.hasDay(row)) continue;
    const covering = coveringOn(audit, row, contact, audit.dayOf(row));
    // What went out on the first day may have gone before; and of an open one nobody knows since when.
    if (covering === null || covering.startDay === ALWAYS.from || covering.startDay === audit.dayOf(row)) continue;
    audit.addRow(
      'sent_though_suppressed',
      row,
      null,
      `suppressed since ${formatIsoDay(covering.startDay)} by ${covering.reason}`,
    );
  }
}
