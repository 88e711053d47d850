import { NULL_INT32 } from '../columns/nulls.js';
import { isEndedClass, ofForm } from '../columns/schedules.js';
import { isOfEvent } from '../rules/history.js';
import type { Audit } from './audit.js';
import type { FindingKind } from './kinds.js';

/** The rows of a contact that are wanted. */
function rowsOf(audit: Audit, contact: number, isWanted: (row: number) => boolean): number[] {
  const { first } = audit.plan.organization.schedules;
  const rows: number[] = [];
  for (let row = first[contact]; row < first[contact + 1]; row++) if (isWanted(row)) rows.push(row);
  return rows;
}

function rowName(audit: Audit, row: number): string {
  return `row ${audit.plan.organization.schedules.id[row]}`;
}

function instanceIdOf(audit: Audit, row: number): number {
  return ofForm(audit.plan.organization.schedules, row, 'instanceId');
}

/** Tells whether two rows of a contact are of one campaign, by its instance (Rules 5, history has it). */
function isSameCampaign(audit: Audit, a: number, b: number): boolean {
  const { type } = audit.plan.organization.schedules;
  const [idOfA, idOfB] = [instanceIdOf(audit, a), instanceIdOf(audit, b)];
  if (!Number.isNaN(idOfA) && !Number.isNaN(idOfB)) return idOfA === idOfB;
  return type[a] === type[b];
}

/** Tells whether two rows of a contact are for the same event, by what they say of it themselves. */
function isSameEvent(audit: Audit, a: number, b: number): boolean {
  const { type, eventYear } = audit.plan.organization.schedules;
  if (audit.isFollowup(a) || audit.isFollowup(b)) return audit.isFollowup(a) && audit.isFollowup(b);
  if (audit.campaignOf(a) !== null && audit.campaignOf(b) !== null) return isSameCampaign(audit, a, b);
  return type[a] === type[b] && eventYear[a] === eventYear[b];
}

/** Looks for several emails of a contact that are to be sent for one event, and notes all but the first (Rules 12.7). */
export function auditDuplicates(audit: Audit, contact: number): void {
  const rows = rowsOf(audit, contact, (row) => audit.isToBeSent(row));
  for (let i = 1; i < rows.length; i++) {
    const first = rows.slice(0, i).find((row) => isSameEvent(audit, row, rows[i]));
    if (first !== undefined)
      audit.addRow('duplicate_email', rows[i], null, `${rowName(audit, first)} is for the same event`);
  }
}

/** Tells whether an earlier row is the email of a later one's event (Rules 5, history has it). */
function hasEvent(audit: Audit, contact: number, past: number, row: number): boolean {
  const { type, eventYear, sentDay } = audit.plan.organization.schedules;
  if (audit.isFollowup(past) || audit.isFollowup(row)) return false;
  if (audit.campaignOf(row) !== null) {
    const id = instanceIdOf(audit, past);
    if (Number.isNaN(id)) return audit.campaignOf(past) !== null && isSameCampaign(audit, past, row);
    return id === instanceIdOf(audit, row);
  }
  if (type[past] !== type[row]) return false;
  const orNull = (value: number) => (value === NULL_INT32 ? null : value);
  const found = { eventYear: orNull(eventYear[past]), sentDay: orNull(sentDay[past]) };
  // Only a row without event year is told by its day.
  const event = found.eventYear === null ? audit.eventOf(row, contact) : 0;
  return event !== null && isOfEvent(found, eventYear[row], event);
}

/** Looks for emails that are to be sent although history has them (Rules 5, history has it; 12.7). */
export function auditAlreadySent(audit: Audit, contact: number): void {
  const { rowClass } = audit.plan.organization.schedules;
  const past = rowsOf(audit, contact, (row) => audit.isHistory(row) || isEndedClass(rowClass[row]));
  if (past.length === 0) return;
  for (const row of rowsOf(audit, contact, (one) => audit.isToBeSent(one))) {
    const earlier = past.find((one) => hasEvent(audit, contact, one, row));
    if (earlier !== undefined)
      audit.addRow('already_sent', row, null, `${rowName(audit, earlier)} was for the same event`);
  }
}

/** Looks for events whose email went out, or is on its way, more than once (Rules 12.7). */
export function auditSentTwice(audit: Audit, contact: number): void {
  const { eventYear } = audit.plan.organization.schedules;
  const rows = rowsOf(audit, contact, (row) => audit.isHistory(row) && !audit.isFollowup(row));
  // Without a year two yearly emails may be those of two years.
  const namesEvent = (row: number) => audit.campaignOf(row) !== null || eventYear[row] !== NULL_INT32;
  for (let i = 1; i < rows.length; i++) {
    if (!namesEvent(rows[i])) continue;
    const first = rows.slice(0, i).find((row) => isSameEvent(audit, row, rows[i]));
    if (first !== undefined)
      audit.addRow('sent_twice', rows[i], null, `${rowName(audit, first)} was for the same event`);
  }
}

/** Looks for several campaigns of a contact on one day, and notes all but the one that goes first (Rules 9, conflict). */
export function auditCampaignsOfDay(
  audit: Audit,
  contact: number,
  isWanted: (row: number) => boolean,
  kind: FindingKind,
): void {
  const { schedules } = audit.plan.organization;
  const rows = rowsOf(
    audit,
    contact,
    (row) => isWanted(row) && audit.hasDay(row) && !audit.isFollowup(row) && audit.campaignOf(row) !== null,
  );
  if (rows.length < 2) return;
  const urgency = (row: number) => {
    const priority = ofForm(schedules, row, 'priority');
    return priority === NULL_INT32 ? Number.MAX_SAFE_INTEGER : priority;
  };
  const inOrder = rows.sort(
    (a, b) => urgency(a) - urgency(b) || instanceIdOf(audit, a) - instanceIdOf(audit, b) || a - b,
  );
  const winners = new Map<number, number>();
  for (const row of inOrder) {
    const winner = winners.get(audit.dayOf(row));
    if (winner === undefined) winners.set(audit.dayOf(row), row);
    else audit.addRow(kind, row, null, `${rowName(audit, winner)} goes first on that day`);
  }
}
