import { enrolmentsOver } from './campaigns.js';
import { contactsOver } from './contacts.js';
import type { Organization } from './organization.js';
import { schedulesOver } from './scheduleOrder.js';
import type { Schedules } from './schedules.js';
import { signalsOver } from './signals.js';

/** The columns of schedules that have a value a row. */
const ROW_VALUES = [
  ...(['rowClass', 'type', 'eventYear', 'sentDay', 'plannedDay', 'scheduledDay', 'id'] as const),
  ...(['form', 'isClean', 'eventMonth', 'eventDay', 'metadata', 'createdAt'] as const),
];

/** The numbers from `start` to before `end`, counted from the first of them, and once more what the last of them is. */
function firstsFrom(first: Uint32Array, start: number, end: number, length: number): Uint32Array {
  const firsts = new Uint32Array(length).fill(first[end - 1] - first[start]);
  for (let i = start; i < end; i++) firsts[i - start] = first[i] - first[start];
  return firsts;
}

function schedulesBetween(schedules: Schedules, start: number, end: number, isLast: boolean): Schedules {
  const { first } = schedules;
  const startRow = first[start];
  const endRow = isLast ? schedules.count : first[end];
  const values = ROW_VALUES.map((name) => [name, schedules[name].subarray(startRow, endRow)]);
  return schedulesOver({
    ...schedules,
    ...(Object.fromEntries(values) as Pick<Schedules, (typeof ROW_VALUES)[number]>),
    count: endRow - startRow,
    first: firstsFrom(first, start, isLast ? end + 2 : end + 1, end - start + 2),
  });
}

/**
 * The contacts `[start, end)` of an organization with all that belongs to them; rows of contacts that cannot be planned belong to
 * the last ones. Columns are views of the organization's; all else, the number of rows of the contacts table among it, is the same.
 */
export function contactsBetween(organization: Organization, start: number, end: number): Organization {
  const { contacts, enrolments, schedules, signals, suppressions } = organization;
  if (start === 0 && end === contacts.count) return organization;
  const { carriers } = contacts;
  const enrolled = [enrolments.first[start], enrolments.first[end]] as const;
  const suppressed = [suppressions.first[start], suppressions.first[end]] as const;
  const days = (values: Int32Array) => values.subarray(start, end);
  return {
    ...organization,
    contacts: contactsOver(
      {
        id: contacts.id.subarray(start, end),
        state: contacts.state.subarray(start, end),
        birth: days(contacts.birth),
        effective: days(contacts.effective),
        carrier: days(contacts.carrier),
        carriers,
        flags: contacts.flags.subarray(start, end),
      },
      contacts.rowCount,
    ),
    enrolments: enrolmentsOver({
      first: firstsFrom(enrolments.first, start, end + 1, end - start + 1),
      campaign: enrolments.campaign.subarray(...enrolled),
      trigger: enrolments.trigger.subarray(...enrolled),
    }),
    schedules: schedulesBetween(schedules, start, end, end === contacts.count),
    signals: signalsOver({
      lastClickDay: days(signals.lastClickDay),
      lastAnswerDay: days(signals.lastAnswerDay),
      lastConditionDay: days(signals.lastConditionDay),
    }),
    suppressions: {
      ...suppressions,
      count: suppressed[1] - suppressed[0],
      first: firstsFrom(suppressions.first, start, end + 1, end - start + 1),
      scope: suppressions.scope.subarray(...suppressed),
      reason: suppressions.reason.subarray(...suppressed),
      startDay: suppressions.startDay.subarray(...suppressed),
      endDay: suppressions.endDay.subarray(...suppressed),
    },
  };
}
