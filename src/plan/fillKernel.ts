import type { CampaignInstance } from '../columns/campaigns.js';
import { NULL_INT32 } from '../columns/nulls.js';
import type { Organization } from '../columns/organization.js';
import type { KernelCounts, KernelNumbers, KernelViews } from '../kernel/columns.js';
import type { Config } from '../rules/config.js';
import { stateCode } from '../rules/states.js';
import { carrierBytes } from './countColumns.js';
import { fillLanes, monthDay, monthDayTable } from './fillLanes.js';
import type { RunRules } from './runRules.js';
import type { AssignedRules } from './stateRules.js';
import { covers } from './suppressed.js';

/** The deadline of a candidate that has none, as the kernel writes it. */
export const NO_DEADLINE = 2147483647;

/** The kernel's bits of a campaign. */
export const CAMPAIGN = {
  respectsWindows: 1,
  targetsAll: 2,
  skipsFailed: 4,
  spreads: 8,
  namedAep: 16,
  filtersStates: 32,
  filtersCarriers: 64,
} as const;

/** The kernel's bits of the run's options. */
const OPTION = {
  postWindow: 1,
  excludeFailed: 2,
  universalWithoutState: 4,
  followups: 8,
  suppressions: 16,
  closedDays: 32,
  rows: 64,
} as const;

/** The numbers of a run, by the kernel's names. @param counts the elements of the kernel's columns, which some of them repeat */
export function kernelNumbers(organization: Organization, run: RunRules, counts: KernelCounts): KernelNumbers {
  const { config, today, limits, assigned, capacity } = run;
  const { contacts, schedules, running, planned, suppressions } = organization;
  const { organization: switches, followups } = config;
  return {
    today,
    options:
      (switches.enable_post_window_emails ? OPTION.postWindow : 0) |
      (switches.exclude_failed_underwriting_global ? OPTION.excludeFailed : 0) |
      (switches.send_without_zipcode_for_universal ? OPTION.universalWithoutState : 0) |
      (followups.enabled ? OPTION.followups : 0) |
      (suppressions.count > 0 ? OPTION.suppressions : 0) |
      (capacity.openDays.areAll ? 0 : OPTION.closedDays) |
      (schedules.count > 0 ? OPTION.rows : 0),
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
    suppressAfterBounces: switches.suppress_after_bounces,
    typeCount: planned.types.length,
    daySpan: counts.dayCount,
    openFirst: today,
    groupCapacity: counts.groupCursor,
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
  fillSchedules(views, organization);
  fillSuppressions(views, organization);
  fillOpenDays(views, run);
}

/** No open day comes after, or none was before. */
const NO_DAY = { after: 2147483647, before: NULL_INT32 } as const;

/** Fills the tables of open days, as many as there are in the kernel (Rules 3, open days). */
function fillOpenDays({ nextOpen, lastOpen }: KernelViews, { today, capacity }: RunRules): void {
  const { openDays } = capacity;
  for (let i = 0; i < lastOpen.length; i++) {
    lastOpen[i] = openDays.isOpen(today + i) ? today + i : i === 0 ? NO_DAY.before : lastOpen[i - 1];
  }
  for (let i = nextOpen.length - 1; i >= 0; i--) {
    nextOpen[i] = lastOpen[i] === today + i ? today + i : i + 1 === nextOpen.length ? NO_DAY.after : nextOpen[i + 1];
  }
}

/** Fills the suppressions of contacts, and which email types each scope covers (Rules 2, suppressions). */
function fillSuppressions(views: KernelViews, { suppressions, planned }: Organization): void {
  if (suppressions.count === 0) return;
  views.suppressionFirst.set(suppressions.first);
  views.suppressionScope.set(suppressions.scope);
  views.suppressionStart.set(suppressions.startDay);
  views.suppressionEnd.set(suppressions.endDay);
  const { types } = planned;
  suppressions.scopes.forEach((scope, i) => {
    types.forEach((type, j) => {
      views.scopeTypes[i * types.length + j] = covers(scope, type) ? 1 : 0;
    });
  });
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
  if (views.contactCarrier.length > 0) views.contactCarrier.set(contacts.carrier);
  views.contactFlags.set(contacts.flags);
  if (views.lastClickDay.length > 0) {
    views.lastClickDay.set(signals.lastClickDay);
    views.lastAnswerDay.set(signals.lastAnswerDay);
    views.lastConditionDay.set(signals.lastConditionDay);
  }
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
  views.monthDays.set(monthDayTable());
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
    views.campaignStates[campaign] |= 1n << BigInt(stateCode(state));
  }
  const bytes = carrierBytes(organization);
  organization.contacts.carriers.forEach((carrier, code) => {
    if (instance.carriers?.has(carrier)) views.campaignCarriers[campaign * bytes + (code >> 3)] |= 1 << (code & 7);
  });
  views.campaignInstance[campaign] = organization.instances.indexOf(instance);
  views.campaignBareType[campaign] = organization.emailTypes.knownCodeOf(`campaign_${instance.type.name}`);
}

/** What rows have of their forms. */
function fillOfForms(form: Int32Array, ofForm: Int32Array, ofRow: Int32Array): void {
  for (let row = 0; row < form.length; row++) ofRow[row] = ofForm[form[row]];
}

function fillSchedules(views: KernelViews, { schedules, instances }: Organization): void {
  views.rowFirst.set(schedules.first);
  views.rowClass.set(schedules.rowClass);
  views.rowType.set(schedules.type);
  views.rowEventYear.set(schedules.eventYear);
  views.rowSentDay.set(schedules.sentDay);
  views.rowPlannedDay.set(schedules.plannedDay);
  views.rowScheduledDay.set(schedules.scheduledDay);
  const { form, forms } = schedules;
  fillOfForms(form, forms.instance, views.rowInstance);
  fillOfForms(form, forms.priority, views.rowPriority);
  instances.forEach((instance, i) => {
    views.instanceFollowups[i] = instance.type.enablesFollowups ? 1 : 0;
  });
}
