import type { Organization } from './organization.js';

/** The index of the contact that a row of `email_schedules` belongs to, -1 when it cannot be planned. */
export function contactOfRow(
  { schedules, contacts }: Pick<Organization, 'schedules' | 'contacts'>,
  row: number,
): number {
  const { first } = schedules;
  let start = 0;
  let end = contacts.count;
  if (row >= first[end]) return -1;
  while (end - start > 1) {
    const middle = (start + end) >>> 1;
    if (first[middle] <= row) start = middle;
    else end = middle;
  }
  return start;
}
