import { NEAR_EVENT_DAYS } from './constants.js';
import { campaignType, isFollowupType } from './emailTypes.js';

/** A history or ended row, as far as it tells which email it was. */
export interface PastEmail {
  /** In any case. */
  readonly type: string;
  readonly eventYear: number | null;
  readonly sentDay: number | null;
  readonly instanceId: number | null;
}

/**
 * Tells whether a past row of an email's own type is that email (Rules 5, history has it): by its event year, or, without one,
 * by a sent day that is near the event.
 *
 * @param eventYear for a post-window email the year of the window's anchor
 */
export function isOfEvent(
  past: Pick<PastEmail, 'eventYear' | 'sentDay'>,
  eventYear: number,
  eventDay: number,
): boolean {
  if (past.eventYear !== null) return past.eventYear === eventYear;
  return past.sentDay !== null && Math.abs(past.sentDay - eventDay) <= NEAR_EVENT_DAYS;
}

/** Tells whether a past row is a campaign instance's email (Rules 5, history has it): by its instance id, or else its type. */
export function isOfCampaign(
  past: Pick<PastEmail, 'type' | 'instanceId'>,
  instance: { readonly id: number; readonly typeName: string },
): boolean {
  if (isFollowupType(past.type)) return false;
  if (past.instanceId !== null) return past.instanceId === instance.id;
  const types = [campaignType(instance.typeName, instance.id), `campaign_${instance.typeName}`];
  return types.some((type) => type.toLowerCase() === past.type.toLowerCase());
}
