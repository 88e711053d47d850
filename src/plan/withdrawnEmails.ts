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
  const { contacts, schedules } = plan.organization;
  const { candidateReason } = plan.views;
  let found = 0;
  let withdrawn = 0;
  for (let contact = 0; contact <= contacts.count; contact++) {
    const endRow = contact < contacts.count ? schedules.first[contact + 1] : schedules.count;
    for (let row = schedules.first[contact]; row < endRow; row++) {
      const sendDay = schedules.scheduledDay[row];
      if (schedules.rowClass[row] !== ROW_CLASS.preScheduled || sendDay === NULL_INT32 || sendDay < plan.run.today)
        continue;
      found++;
      if (staysAsIs[row] === 1) continue;
      const candidate = contact < contacts.count ? candidateOfRow(plan, contact, row) : -1;
      if (candidate < 0 || candidateReason[candidate] !== REASON.scheduled) withdrawn++;
    }
  }
  return { found, withdrawn };
}
