/** What became of a candidate, as the kernel says it. */
export const REASON = {
  scheduled: 0,
  underwritingOrganization: 1,
  underwritingCampaign: 2,
  exclusion: 3,
  conflict: 4,
  frequency: 5,
  expired: 6,
  outsideActiveWindow: 7,
} as const;

/** Tells whether a candidate becomes a row of `email_schedules`; the others are counted issues (Rules 6). */
export function becomesRow(reason: number): boolean {
  return reason < REASON.expired;
}
