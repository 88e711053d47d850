import { yearOf } from '../calendar/day.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { TYPE_FLAGS } from '../columns/schedules.js';
import type { Plan } from './plan.js';

/**
 * The candidate that a row's email is planned again as: of the same type and event, or any follow-up for a follow-up; -1 when there
 * is none.
 *
 * @param contact the row's
 */
export function candidateOfRow({ views, organization }: Plan, contact: number, row: number): number {
  const { schedules, planned, emailTypes } = organization;
  const { candidateFirst, candidateType } = views;
  const isFollowup = (emailTypes.flags[schedules.type[row]] & TYPE_FLAGS.followup) !== 0;
  const year = schedules.eventYear[row];
  for (let candidate = candidateFirst[contact]; candidate < candidateFirst[contact + 1]; candidate++) {
    const type = candidateType[candidate];
    if (isFollowup && type >= planned.firstFollowup && type < planned.firstCampaign) return candidate;
    if (type !== schedules.type[row]) continue;
    const eventYear =
      type === planned.postWindow ? views.candidateDetail[candidate] : yearOf(views.candidateEvent[candidate]);
    if (year === NULL_INT32 || eventYear === year) return candidate;
  }
  return -1;
}
