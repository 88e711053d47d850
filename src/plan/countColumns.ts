import { END_DAY, FIRST_DAY } from '../calendar/day.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { Organization } from '../columns/organization.js';
import type { KernelColumn, KernelCounts } from '../kernel/columns.js';
import { BALANCE_HORIZON_DAYS, OPEN_DAY_SEARCH_DAYS } from '../rules/constants.js';
import type { RunRules } from './runRules.js';

const BYTES_PER_PENDING = 16;
const NUMBERS_PER_GROUP = 5;

/** The kernel works out plain anniversaries this many contacts at a time. */
const LANES = 16;

/** How many window years can be open at once or have just closed, at most, over all rules (Rules 8, b). */
function mostOpenYears({ assigned, config }: RunRules): number {
  const reach = Math.max(0, ...assigned.rules.map((rule) => rule.leadDays + rule.tailDays));
  return Math.floor((reach + 1 + config.load_balancing.catch_up_spread_days) / 365) + 2;
}

/** The largest number of candidates that every contact together, and any one alone, can have. */
function candidateBounds(organization: Organization, run: RunRules): { total: number; mostPerContact: number } {
  const { contacts, enrolments, schedules, running } = organization;
  const toAll = running.filter((instance) => instance.type.targetsAll).length;
  const openYears = mostOpenYears(run);
  let total = 0;
  let mostPerContact = 0;
  const { birth, effective, count } = contacts;
  const { ruleOf } = run.assigned;
  const { first: enrolmentFirst } = enrolments;
  const { first: rowFirst } = schedules;
  const forAll = run.config.aep.length + toAll;
  for (let i = 0; i < count; i++) {
    const dates = (birth[i] === NULL_INT32 ? 0 : 1) + (effective[i] === NULL_INT32 ? 0 : 1);
    const own = dates + forAll + enrolmentFirst[i + 1] - enrolmentFirst[i];
    // Each of its own candidates can be excluded by another window, and each window owes one email more.
    const windows = ruleOf[i] === 0 ? 0 : own + openYears;
    const followups = rowFirst[i + 1] > rowFirst[i] ? 1 : 0;
    total += own + windows + followups;
    mostPerContact = Math.max(mostPerContact, own + windows + followups);
  }
  return { total, mostPerContact };
}

function mostRowsPerContact(first: Uint32Array, contactCount: number): number {
  let most = 0;
  for (let i = 0; i < contactCount; i++) most = Math.max(most, first[i + 1] - first[i]);
  return most;
}

/** Days from today within which every yearly email, follow-up, smoothing move and move of the daily cap lies. */
const REACH_DAYS = BALANCE_HORIZON_DAYS + 366;

/** The largest of days and one more. */
function largest(days: Int32Array, day: number): number {
  let most = day;
  for (let i = 0; i < days.length; i++) if (days[i] > most) most = days[i];
  return most;
}

/** A day that no candidate of a running campaign lies behind before it is caught up or moved (Rules 6). */
function lastCampaignDay({ running, enrolments }: Organization): number {
  const lastTrigger = largest(enrolments.trigger, NULL_INT32);
  const days = running.flatMap((instance) => [
    instance.startDay ?? 0,
    instance.spreadEndDay ?? 0,
    lastTrigger - Math.min(0, instance.type.daysBefore),
  ]);
  return days.reduce((last, day) => Math.max(last, day), 0);
}

/** How many days from today on can hold an email, or hold history. */
function daysAhead(organization: Organization, { today, assigned, config, capacity }: RunRules): number {
  const lastDay = largest(organization.schedules.sentDay, Math.max(today + REACH_DAYS, lastCampaignDay(organization)));
  const reach = Math.max(0, ...assigned.rules.map((rule) => rule.leadDays + rule.tailDays));
  const { catch_up_spread_days: catchUpDays } = config.load_balancing;
  const searched = capacity.openDays.areAll ? 0 : OPEN_DAY_SEARCH_DAYS;
  return lastDay - today + reach + 2 * catchUpDays + 10 + searched;
}

/** How many groups the kernel can tell apart at a time; when there are more, it takes several turns. */
const MOST_GROUPS = 2 ** 18;

/** The kernel starts with as many slots for groups. */
const FEWEST_GROUPS = 2 ** 11;

/** The room for groups of so many candidates. */
function groupCapacity(candidates: number): number {
  return Math.max(1, Math.min(candidates, MOST_GROUPS));
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(least, FEWEST_GROUPS)));
}

/** How many days the tables of open days cover: all that a start can move to, and one behind. */
function openSpan({ capacity }: RunRules, span: number): number {
  return capacity.openDays.areAll ? 0 : span + OPEN_DAY_SEARCH_DAYS + 2;
}

/** How many elements each of the kernel's columns needs for a run. */
export function countColumns(organization: Organization, run: RunRules): KernelCounts {
  const { contacts, schedules, running, enrolments, planned, emailTypes, instances, suppressions } = organization;
  const { total, mostPerContact } = candidateBounds(organization, run);
  const perContact = contacts.count;
  const perLane = Math.ceil(perContact / LANES) * LANES;
  const perRule = run.assigned.rules.length + 1;
  const perCampaign = running.length;
  const perType = planned.types.length;
  const perRow = schedules.count;
  // Who has no rows is not followed up.
  const perSignal = perRow === 0 ? 0 : perContact;
  const span = daysAhead(organization, run);
  const perOpenDay = openSpan(run, span);
  const perGroup = groupCapacity(total);
  return {
    ...each(perContact, ['contactId', 'contactState', 'contactBirth', 'contactEffective', 'contactFlags']),
    contactCarrier: running.some((instance) => instance.carriers !== null) ? perContact : 0,
    ...each(perLane, ['contactRule', 'laneBirth', 'laneEffectiveDate', 'laneAnchor', 'laneFlags']),
    ...each(perLane, ['laneBirthday', 'laneEffective', 'laneAep']),
    suppressionFirst: suppressions.count === 0 ? 0 : perContact + 1,
    ...each(suppressions.count, ['suppressionScope', 'suppressionStart', 'suppressionEnd']),
    scopeTypes: suppressions.scopes.length * perType,
    ...each(perSignal, ['lastClickDay', 'lastAnswerDay', 'lastConditionDay']),
    ...each(perRule, ['ruleKind', 'ruleLead', 'ruleTail', 'ruleMonthStart']),
    windowStarts: perRule * 366 * 4,
    monthDays: END_DAY - FIRST_DAY,
    ...each(perOpenDay, ['nextOpen', 'lastOpen']),
    ...each(run.config.aep.length, ['aepMonthDay', 'aepDeadline']),
    ...each(perType, ['typePriority', 'typeRank', 'typeCode']),
    deadlineDays: 2 * perType,
    deadlineMost: 4 * perType,
    rowTypeFlags: emailTypes.flags.length,
    ...each(perCampaign, ['campaignFlags', 'campaignDaysBefore', 'campaignEnd', 'campaignFixedDay']),
    ...each(perCampaign, ['campaignSpreadStart', 'campaignSpreadDays', 'campaignStates']),
    ...each(perCampaign, ['campaignInstance', 'campaignBareType']),
    campaignCarriers: perCampaign * carrierBytes(organization),
    instanceFollowups: instances.length,
    enrolmentFirst: perContact + 1,
    ...each(enrolments.campaign.length, ['enrolmentCampaign', 'enrolmentTrigger']),
    rowFirst: perContact + 2,
    ...each(perRow, ['rowClass', 'rowType', 'rowEventYear', 'rowSentDay', 'rowPlannedDay', 'rowScheduledDay']),
    ...each(perRow, ['rowInstance', 'rowPriority']),
    candidateFirst: perContact + 1,
    ...each(total, ['candidateContact', 'candidateType', 'candidateStep', 'candidateReason', 'candidateEvent']),
    ...each(total, ['candidateStart', 'candidateSend', 'candidateDetail', 'candidateBooked']),
    ...each(0, ['replanList', 'changeDay', 'plannedReason']),
    ...each(span, ['smoothingHistogram', 'dayCount', 'isGroupedDay']),
    groups: NUMBERS_PER_GROUP * perGroup,
    groupSlots: 4 * powerOfTwo(perGroup),
    groupCursor: perGroup,
    ...each(total, ['placementDay', 'placementSize']),
    pending: (Math.max(perCampaign, run.config.aep.length) + 1) * BYTES_PER_PENDING,
    windowYears: mostPerContact + 1,
    limitOrder: mostPerContact,
    limitDays: mostPerContact + mostRowsPerContact(schedules.first, perContact) + 1,
  };
}

/** The same number of elements for some columns. */
function each<Name extends KernelColumn>(count: number, names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, count])) as Record<Name, number>;
}

/** The bytes of a campaign's bits by carrier. */
export function carrierBytes({ contacts }: Organization): number {
  return Math.ceil(contacts.carriers.length / 8);
}
