import { NULL_INT32 } from '../columns/arrowTable.js';
import type { CampaignInstance } from '../columns/campaigns.js';
import type { Organization } from '../columns/organization.js';
import type { KernelCounts, KernelNumbers, KernelViews } from '../kernel/columns.js';
import type { Config } from '../rules/config.js';
import type { DailyLimits } from '../rules/limits.js';
import { stateCode } from '../rules/states.js';
import { fillLanes, monthDay } from './fillLanes.js';
import type { AssignedRules } from './stateRules.js';

/** The deadline of a candidate that has none, as the kernel writes it. */
export const NO_DEADLINE = 2147483647;

/** The kernel's bits of a campaign. */
const CAMPAIGN = {
  respectsWindows: 1,
  targetsAll: 2,
  skipsFailed: 4,
  spreads: 8,
  namedAep: 16,
  filtersStates: 32,
  filtersCarriers: 64,
} as const;

/** The kernel's bits of the run's options. */
const OPTION = { postWindow: 1, excludeFailed: 2, universalWithoutState: 4, followups: 8 } as const;

const BYTES_PER_PENDING = 48;

/** The kernel works out plain anniversaries this many contacts at a time. */
const LANES = 16;

/** Everything that decides about a run besides the organization. */
export interface RunRules {
  readonly config: Config;
  readonly today: number;
  readonly limits: DailyLimits;
  readonly assigned: AssignedRules;
}

/** How many window years can be open at once or have just closed, at most, over all rules (Rules 8, b). */
function mostOpenYears({ assigned, config }: RunRules): number {
  const reach = Math.max(0, ...assigned.rules.map((rule) => rule.leadDays + rule.tailDays));
  return Math.floor((reach + 1 + config.load_balancing.catch_up_spread_days) / 365) + 2;
}

/** The largest number of candidates that every contact together, and any one alone, can have. */
function candidateBounds(organization: Organization, run: RunRules): { total: number; mostPerContact: number } {
  const { contacts, enrolments, schedules, running } = organization;
  const toAll = running.filter((instance) => instance.type?.targetsAll).length;
  const openYears = mostOpenYears(run);
  let total = 0;
  let mostPerContact = 0;
  for (let i = 0; i < contacts.count; i++) {
    const dates = (contacts.birth[i] === NULL_INT32 ? 0 : 1) + (contacts.effective[i] === NULL_INT32 ? 0 : 1);
    const enrolled = enrolments.first[i + 1] - enrolments.first[i];
    const own = dates + run.config.aep.length + toAll + enrolled;
    // Each of its own candidates can be excluded by another window, and each window owes one email more.
    const windows = run.assigned.ruleOf[i] === 0 ? 0 : own + openYears;
    const followups = schedules.first[i + 1] > schedules.first[i] ? 1 : 0;
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

/** Days from today within which every yearly email, follow-up and smoothing move lies. */
const YEARLY_REACH_DAYS = 4 * 366;

/** A day that no candidate of a running campaign lies behind before it is caught up or moved (Rules 6). */
function lastCampaignDay({ running, enrolments }: Organization): number {
  let lastTrigger = NULL_INT32;
  for (const trigger of enrolments.trigger) lastTrigger = Math.max(lastTrigger, trigger);
  const days = running.flatMap((instance) => [
    instance.startDay ?? 0,
    instance.spreadEndDay ?? 0,
    lastTrigger - Math.min(0, instance.type?.daysBefore ?? 0),
  ]);
  return days.reduce((last, day) => Math.max(last, day), 0);
}

/** How many days from today on can hold an email before days are balanced, or hold history. */
function daysAhead(organization: Organization, { today, assigned, config }: RunRules): number {
  let lastDay = Math.max(today + YEARLY_REACH_DAYS, lastCampaignDay(organization));
  for (const sentDay of organization.schedules.sentDay) lastDay = Math.max(lastDay, sentDay);
  const reach = Math.max(0, ...assigned.rules.map((rule) => rule.leadDays + rule.tailDays));
  const { catch_up_spread_days: catchUpDays } = config.load_balancing;
  return lastDay - today + reach + 2 * catchUpDays + 10;
}

/** How many elements each of the kernel's columns needs for a run. */
export function countColumns(organization: Organization, run: RunRules): KernelCounts {
  const { contacts, schedules, running, enrolments, planned, emailTypes, instances } = organization;
  const { total, mostPerContact } = candidateBounds(organization, run);
  const perContact = contacts.count;
  const perLane = Math.ceil(perContact / LANES) * LANES;
  const perRule = run.assigned.rules.length + 1;
  const perCampaign = running.length;
  const perType = planned.types.length;
  const perRow = schedules.count;
  const span = daysAhead(organization, run);
  return {
    contactId: perContact,
    contactState: perContact,
    contactRule: perLane,
    contactBirth: perContact,
    contactEffective: perContact,
    contactCarrier: perContact,
    contactFlags: perContact,
    laneBirth: perLane,
    laneEffectiveDate: perLane,
    laneAnchor: perLane,
    laneFlags: perLane,
    laneBirthday: perLane,
    laneEffective: perLane,
    laneAep: perLane,
    lastClickDay: perContact,
    lastAnswerDay: perContact,
    lastConditionDay: perContact,
    ruleKind: perRule,
    ruleLead: perRule,
    ruleTail: perRule,
    ruleMonthStart: perRule,
    windowStarts: perRule * 366 * 4,
    aepMonthDay: run.config.aep.length,
    aepDeadline: run.config.aep.length,
    typePriority: perType,
    typeRank: perType,
    typeCode: perType,
    rowTypeFlags: emailTypes.flags.length,
    campaignFlags: perCampaign,
    campaignDaysBefore: perCampaign,
    campaignEnd: perCampaign,
    campaignFixedDay: perCampaign,
    campaignSpreadStart: perCampaign,
    campaignSpreadDays: perCampaign,
    campaignStates: perCampaign,
    campaignCarriers: perCampaign * carrierBytes(organization),
    campaignInstance: perCampaign,
    campaignBareType: perCampaign,
    instanceFollowups: instances.length,
    enrolmentFirst: perContact + 1,
    enrolmentCampaign: enrolments.campaign.length,
    enrolmentTrigger: enrolments.campaign.length,
    rowFirst: perContact + 2,
    rowClass: perRow,
    rowType: perRow,
    rowEventYear: perRow,
    rowSentDay: perRow,
    rowPlannedDay: perRow,
    rowScheduledDay: perRow,
    rowInstance: perRow,
    rowPriority: perRow,
    candidateFirst: perContact + 1,
    candidateContact: total,
    candidateType: total,
    candidateStep: total,
    candidateReason: total,
    candidateEvent: total,
    candidateIdeal: total,
    candidateStart: total,
    candidateSend: total,
    candidateDeadline: total,
    candidatePriority: total,
    candidateDetail: total,
    smoothingHistogram: span,
    historyPerDay: span,
    dayFirst: span + 1,
    orderA: total,
    orderB: total,
    byDay: total,
    stuckDay: total,
    stuckNext: total,
    stuckFirst: span,
    queues: 4 * (perType + Math.min(perContact, perRow) + 1),
    pending: (Math.max(perCampaign, run.config.aep.length) + 1) * BYTES_PER_PENDING,
    windowYears: mostPerContact + 1,
    limitOrder: mostPerContact,
    limitDays: mostPerContact + mostRowsPerContact(schedules.first, perContact) + 1,
  };
}

function carrierBytes({ contacts }: Organization): number {
  return Math.ceil(contacts.carriers.length / 8);
}

/** The numbers of a run, by the kernel's names. */
export function kernelNumbers(organization: Organization, run: RunRules): KernelNumbers {
  const { config, today, limits, assigned } = run;
  const { contacts, schedules, running, planned } = organization;
  const { organization: switches, followups } = config;
  const span = daysAhead(organization, run);
  return {
    today,
    options:
      (switches.enable_post_window_emails ? OPTION.postWindow : 0) |
      (switches.exclude_failed_underwriting_global ? OPTION.excludeFailed : 0) |
      (switches.send_without_zipcode_for_universal ? OPTION.universalWithoutState : 0) |
      (followups.enabled ? OPTION.followups : 0),
    contactCount: contacts.count,
    rowCount: schedules.count,
    ruleCount: assigned.rules.length + 1,
    campaignCount: running.length,
    carrierBytes: carrierBytes(organization),
    aepCount: planned.aepCount,
    postWindowType: planned.postWindow,
    firstFollowup: planned.firstFollowup,
    firstCampaign: planned.firstCampaign,
    birthdayDaysBefore: config.birthday_email_days_before,
    effectiveDaysBefore: config.effective_date_days_before,
    firstEmailMonths: switches.effective_date_first_email_months,
    catchUpDays: config.load_balancing.catch_up_spread_days,
    maxEmails: config.frequency.max_emails_per_period,
    periodDays: config.frequency.frequency_period_days,
    followupDelayDays: followups.delay_days,
    followupLookbackDays: followups.lookback_days,
    smoothingLimit: limits.smoothingLimit,
    smoothingWindowDays: limits.smoothingWindowDays,
    smoothingSpan: span,
    dailyCap: limits.cap,
    dailyThreshold: limits.threshold,
    capSpan: span,
  };
}

/** Fills the kernel's input columns for a run. */
export function fillKernel(views: KernelViews, organization: Organization, run: RunRules): void {
  fillContacts(views, organization, run.assigned);
  fillLanes(views, organization, run);
  fillTypes(views, organization, run.config);
  organization.running.forEach((instance, campaign) => {
    fillCampaign(views, organization, instance, campaign, run.today);
  });
  fillSchedules(views, organization, run.today);
}

function fillContacts(
  views: KernelViews,
  { contacts, enrolments, signals }: Organization,
  assigned: AssignedRules,
): void {
  views.contactId.set(contacts.id);
  views.contactState.set(contacts.state);
  views.contactRule.set(assigned.ruleOf);
  views.contactBirth.set(contacts.birth);
  views.contactEffective.set(contacts.effective);
  views.contactCarrier.set(contacts.carrier);
  views.contactFlags.set(contacts.flags);
  views.lastClickDay.set(signals.lastClickDay);
  views.lastAnswerDay.set(signals.lastAnswerDay);
  views.lastConditionDay.set(signals.lastConditionDay);
  views.enrolmentFirst.set(enrolments.first);
  views.enrolmentCampaign.set(enrolments.campaign);
  views.enrolmentTrigger.set(enrolments.trigger);
  assigned.rules.forEach((rule, i) => {
    views.ruleKind[i + 1] = rule.kindCode;
    views.ruleLead[i + 1] = rule.leadDays;
    views.ruleTail[i + 1] = rule.tailDays;
    views.ruleMonthStart[i + 1] = rule.startsWithMonth ? 1 : 0;
  });
}

function fillTypes(views: KernelViews, { planned, emailTypes }: Organization, config: Config): void {
  config.aep.forEach((date, i) => {
    views.aepMonthDay[i] = monthDay(date.month, date.day);
    views.aepDeadline[i] = monthDay(date.deadline_month, date.deadline_day);
  });
  const codes = [...new Set(planned.types.map((type) => type.code))].sort((a, b) => a - b);
  const rankOf = new Map(codes.map((code, rank) => [code, rank]));
  planned.types.forEach((type, i) => {
    views.typePriority[i] = type.priority;
    views.typeRank[i] = rankOf.get(type.code) ?? 0;
    views.typeCode[i] = type.code % 4294967296;
  });
  views.rowTypeFlags.set(emailTypes.flags);
}

function fillCampaign(
  views: KernelViews,
  organization: Organization,
  instance: CampaignInstance,
  campaign: number,
  today: number,
): void {
  const { type, spreadStartDay, spreadEndDay } = instance;
  if (type === null) throw new TypeError(`campaign instance ${instance.id}: expected a type, got none`);
  const spreads = type.spreads && spreadStartDay !== null && spreadEndDay !== null && spreadEndDay >= spreadStartDay;
  views.campaignFlags[campaign] =
    (type.respectsWindows ? CAMPAIGN.respectsWindows : 0) |
    (type.targetsAll ? CAMPAIGN.targetsAll : 0) |
    (type.skipsFailed ? CAMPAIGN.skipsFailed : 0) |
    (spreads ? CAMPAIGN.spreads : 0) |
    (type.name.toLowerCase() === 'aep' ? CAMPAIGN.namedAep : 0) |
    (instance.states !== null ? CAMPAIGN.filtersStates : 0) |
    (instance.carriers !== null ? CAMPAIGN.filtersCarriers : 0);
  views.campaignDaysBefore[campaign] = type.daysBefore;
  views.campaignEnd[campaign] = instance.endDay ?? NO_DEADLINE;
  views.campaignFixedDay[campaign] = instance.startDay ?? today;
  if (spreads) {
    views.campaignSpreadStart[campaign] = spreadStartDay;
    views.campaignSpreadDays[campaign] = spreadEndDay - spreadStartDay + 1;
  }
  for (const state of instance.states ?? []) {
    const code = stateCode(state.toUpperCase());
    if (code > 0) views.campaignStates[campaign] |= 1n << BigInt(code);
  }
  const bytes = carrierBytes(organization);
  organization.contacts.carriers.forEach((carrier, code) => {
    if (instance.carriers?.has(carrier)) views.campaignCarriers[campaign * bytes + (code >> 3)] |= 1 << (code & 7);
  });
  views.campaignInstance[campaign] = organization.instances.indexOf(instance);
  views.campaignBareType[campaign] = organization.emailTypes.knownCodeOf(`campaign_${instance.typeName}`);
}

function fillSchedules(views: KernelViews, { schedules, instances }: Organization, today: number): void {
  views.rowFirst.set(schedules.first);
  views.rowClass.set(schedules.rowClass);
  views.rowType.set(schedules.type);
  views.rowEventYear.set(schedules.eventYear);
  views.rowSentDay.set(schedules.sentDay);
  views.rowPlannedDay.set(schedules.plannedDay);
  views.rowScheduledDay.set(schedules.scheduledDay);
  views.rowInstance.set(schedules.instance);
  views.rowPriority.set(schedules.priority);
  instances.forEach((instance, i) => {
    views.instanceFollowups[i] = instance.type?.enablesFollowups ? 1 : 0;
  });
  countHistory(views.historyPerDay, schedules, today);
}

/** Counts the history rows of every contact, known or not, by sent day from today on (Rules 9, daily cap). */
function countHistory(perDay: Int32Array, schedules: Organization['schedules'], today: number): void {
  const { rowClass, sentDay, count } = schedules;
  for (let i = 0; i < count; i++) {
    const isHistory = rowClass[i] === 2 || rowClass[i] === 3;
    if (isHistory && sentDay[i] >= today) perDay[sentDay[i] - today]++;
  }
}
