import { contactOfRow } from '../columns/contactOfRow.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { ROW_CLASS } from '../columns/schedules.js';
import { candidateOfRow } from './candidateOfRow.js';
import type { Plan } from './plan.js';
import { REASON } from './reasons.js';

/** The emails that were to be sent from today on, and those of them that are not to be sent any more. */
export interface WithdrawnEmails {
  readonly found: number;
  /** Whose row goes, or is skipped; those of contacts that are no more among them. */
  readonly withdrawn: number;
}

/**
 * Counts the emails that a plan takes back.
 *
 * @param staysAsIs by row: 1 where it is known to stay as it is
 */
export function countWithdrawnEmails(plan: Plan, staysAsIs: Uint8Array): WithdrawnEmails {
  const { rowClass, scheduledDay, count } = plan.organization.schedules;
  const { today } = plan.run;
  let found = 0;
  let withdrawn = 0;
  for (let row = 0; row < count; row++) {
    const sendDay = scheduledDay[row];
    if (rowClass[row] !== ROW_CLASS.preScheduled || sendDay === NULL_INT32 || sendDay < today) continue;
    found++;
    if (staysAsIs[row] === 0 && isWithdrawn(plan, row)) withdrawn++;
  }
  return { found, withdrawn };
}

/** Tells whether the email of a row that was to be sent is not to be sent any more. */
function isWithdrawn(plan: Plan, row: number): boolean {
  const contact = contactOfRow(plan.organization, row);
  const candidate = contact < 0 ? -1 : candidateOfRow(plan, contact, row);
  return candidate < 0 || plan.views.candidateReason[candidate] !== REASON.scheduled;
}
