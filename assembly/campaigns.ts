import { f64At, i32At, u8At, u16At, u32At, u64At } from './at';
import { yearOf } from './calendar';
import { holdPlaced } from './emit';
import { hasCampaign } from './history';
import {
  CAMPAIGN_FILTERS_CARRIERS,
  CAMPAIGN_FILTERS_STATES,
  CAMPAIGN_NAMED_AEP,
  CAMPAIGN_RESPECTS_WINDOWS,
  CAMPAIGN_SKIPS_FAILED,
  CAMPAIGN_SPREADS,
  CAMPAIGN_TARGETS_ALL,
  campaignCarriers,
  campaignCount,
  campaignDaysBefore,
  campaignEnd,
  campaignFixedDay,
  campaignFlags,
  campaignSpreadDays,
  campaignSpreadStart,
  campaignStates,
  carrierBytes,
  contactCarrier,
  contactFlags,
  contactId,
  contactState,
  enrolmentCampaign,
  enrolmentFirst,
  enrolmentTrigger,
  FAILED_UNDERWRITING,
  firstCampaign,
  NULL,
  OPTION_EXCLUDE_FAILED,
  OPTION_UNIVERSAL_WITHOUT_STATE,
  options,
  REASON_EXPIRED,
  REASON_NONE,
  REASON_OUTSIDE_ACTIVE_WINDOW,
  REASON_UNDERWRITING_CAMPAIGN,
  REASON_UNDERWRITING_ORGANIZATION,
  STEP_TRIGGERED,
  today,
  UNREADABLE_STATE,
} from './memory';
import { place } from './place';
import { placeNowhere } from './startDay';

/* Campaign emails (Rules 6): running instances only, in ascending order of instance id. */

/** How many candidates came too late to become rows, since the first contact was planned. */
let lateCount: u32 = 0;

/** How many campaign candidates came too late to become rows (Rules 6). */
export function lateCampaigns(): u32 {
  return lateCount;
}

/** Counts from here on. */
export function resetLateCampaigns(): void {
  lateCount = 0;
}

/** Tells whether a campaign's filters let a contact pass (Rules 6, audience; Rules 2 for contacts of unknown state). */
function passesFilters(contact: u32, campaign: u32, flags: u16): bool {
  const state = u8At(contactState, contact);
  if (flags & (CAMPAIGN_FILTERS_STATES | CAMPAIGN_FILTERS_CARRIERS)) {
    if (state === 0) return false;
  } else if (state === 0) {
    if (!(options & OPTION_UNIVERSAL_WITHOUT_STATE)) return false;
    // The state that cannot be read may be one that forbids emails.
    return !(u8At(contactFlags, contact) & UNREADABLE_STATE) || !(flags & CAMPAIGN_RESPECTS_WINDOWS);
  }
  if (flags & CAMPAIGN_FILTERS_STATES) {
    const states = u64At(campaignStates, campaign);
    if (!((states >> state) & 1)) return false;
  }
  if (flags & CAMPAIGN_FILTERS_CARRIERS) {
    const carrier = i32At(contactCarrier, contact);
    if (carrier < 0) return false;
    const bits = load<u8>(campaignCarriers + <usize>campaign * carrierBytes + (<usize>carrier >> 3));
    if (!((<i32>bits >> (carrier & 7)) & 1)) return false;
  }
  return true;
}

/** The reason for which underwriting stops a campaign's email, the organization's first (Rules 5, underwriting). */
function underwritingReason(contact: u32, flags: u16): u8 {
  if (!(u8At(contactFlags, contact) & FAILED_UNDERWRITING)) return REASON_NONE;
  if (options & OPTION_EXCLUDE_FAILED && !(flags & CAMPAIGN_NAMED_AEP)) return REASON_UNDERWRITING_ORGANIZATION;
  return flags & CAMPAIGN_SKIPS_FAILED ? REASON_UNDERWRITING_CAMPAIGN : REASON_NONE;
}

/**
 * The trigger day of a contact's enrolments in one campaign (Rules 6): the earliest whose deadline is today or later, else the
 * latest one; NULL when no enrolment has a trigger day. A running campaign's own last day is not over.
 */
function triggerDay(firstEnrolment: u32, endEnrolment: u32, daysBefore: i32): i32 {
  let latest = NULL;
  let coming = i32.MAX_VALUE;
  for (let i = firstEnrolment; i < endEnrolment; i++) {
    const trigger = i32At(enrolmentTrigger, i);
    if (trigger === NULL) continue;
    latest = max(latest, trigger);
    if (daysBefore < 0 || trigger >= today) coming = min(coming, trigger);
  }
  return coming === i32.MAX_VALUE ? latest : coming;
}

/** The contact id modulo a number of days; the division of 64 bits costs several times that of 32. @inline */
function spreadOffset(contact: u32, days: u32): i32 {
  const id = <u64>f64At(contactId, contact);
  return id <= u32.MAX_VALUE ? <i32>(<u32>id % days) : <i32>(id % days);
}

/** Counts a candidate that comes too late to become a row, and holds it for its issue. */
function holdLate(type: i32, event: i32, ideal: i32, triggered: u8, reason: u8): void {
  lateCount++;
  placeNowhere(ideal, reason);
  holdPlaced(type, event, triggered);
}

function planCampaign(contact: u32, campaign: u32, flags: u16, trigger: i32): void {
  if (!passesFilters(contact, campaign, flags) || hasCampaign(campaign)) return;
  const type = firstCampaign + <i32>campaign;
  const end = i32At(campaignEnd, campaign);
  let event = i32At(campaignFixedDay, campaign);
  let ideal = event;
  let deadline = end;
  let triggered: u8 = 0;
  if (flags & CAMPAIGN_SPREADS) {
    event = i32At(campaignSpreadStart, campaign) + spreadOffset(contact, u32At(campaignSpreadDays, campaign));
    ideal = event;
  } else if (trigger !== NULL) {
    const daysBefore = i32At(campaignDaysBefore, campaign);
    triggered = STEP_TRIGGERED;
    event = trigger;
    ideal = trigger - daysBefore;
    if (daysBefore >= 0) deadline = min(deadline, trigger);
  }
  if (deadline < today) {
    holdLate(type, event, ideal, triggered, REASON_EXPIRED);
    return;
  }
  if (ideal > end) {
    holdLate(type, event, ideal, triggered, REASON_OUTSIDE_ACTIVE_WINDOW);
    return;
  }
  const respectsWindows = (flags & CAMPAIGN_RESPECTS_WINDOWS) !== 0;
  place(contact, type, yearOf(event), ideal, deadline, respectsWindows, underwritingReason(contact, flags));
  holdPlaced(type, event, triggered);
}

/** Works out a contact's campaign emails and lets them wait for their turn: a merge of campaigns and enrolments. */
export function planCampaigns(contact: u32): void {
  let enrolment = u32At(enrolmentFirst, contact);
  const endEnrolment = u32At(enrolmentFirst, contact + 1);
  for (let campaign: u32 = 0; campaign < campaignCount; campaign++) {
    const firstEnrolment = enrolment;
    while (enrolment < endEnrolment && u32At(enrolmentCampaign, enrolment) === campaign) enrolment++;
    const flags = u16At(campaignFlags, campaign);
    if (!(flags & CAMPAIGN_TARGETS_ALL) && enrolment === firstEnrolment) continue;
    const daysBefore = i32At(campaignDaysBefore, campaign);
    planCampaign(contact, campaign, flags, triggerDay(firstEnrolment, enrolment, daysBefore));
  }
}
