import { isOwnedClass } from '../../columns/schedules.js';
import type { Plan } from '../../plan/plan.js';

/**
 * Tells whether a start day is held by a row that is not owned, as when it ran out of moves (Rules 5, last): the same run over what
 * this one leaves would move it on.
 */
export function hasHeldStart({ organization, views, run }: Plan): boolean {
  const { contacts, schedules } = organization;
  const { candidateFirst, candidateType, candidateStart } = views;
  const { first, rowClass, type, scheduledDay } = schedules;
  for (let contact = 0; contact < contacts.count; contact++) {
    const endRow = first[contact + 1];
    for (let row = first[contact]; row < endRow; row++) {
      // Starts before today are of emails that no step moves: suppressed ones, those that underwriting stops, and campaigns that are late.
      if (scheduledDay[row] < run.today || isOwnedClass(rowClass[row])) continue;
      for (let i = candidateFirst[contact]; i < candidateFirst[contact + 1]; i++) {
        if (candidateType[i] === type[row] && candidateStart[i] === scheduledDay[row]) return true;
      }
    }
  }
  return false;
}
