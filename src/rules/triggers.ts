/** When the emails of a campaign that trigger dates give their days make sense (Rules 6). */
export interface TriggeredCampaign {
  /** `days_before_event`; negative means after. */
  readonly daysBeforeEvent: number;
  /** `active_end_date`, null for none. */
  readonly endDay: number | null;
}

/** The deadline of an email that a trigger date gives its day, null for none (Rules 6, deadline, case b). */
export function triggeredDeadline({ daysBeforeEvent, endDay }: TriggeredCampaign, triggerDay: number): number | null {
  return daysBeforeEvent < 0 ? endDay : Math.min(triggerDay, endDay ?? triggerDay);
}

/**
 * The trigger date that counts of those that a contact's enrolments have (Rules 6, several enrolments): the earliest whose
 * deadline is today or later, else the latest; null when there is none.
 */
export function triggerThatCounts(
  campaign: TriggeredCampaign,
  triggerDays: readonly number[],
  today: number,
): number | null {
  const ascending = [...triggerDays].sort((a, b) => a - b);
  const isToCome = (day: number) => (triggeredDeadline(campaign, day) ?? today) >= today;
  return ascending.find(isToCome) ?? ascending.at(-1) ?? null;
}
