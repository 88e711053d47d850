import { NULL_INT32 } from '../columns/nulls.js';
import { windowOfYear, windowsAround } from '../rules/windows.js';
import type { EmailExplanation, EventSource, FollowupDecision } from './explanation.js';
import { yearlyOccurrences } from './history.js';
import { dayText, dayTextOrNull, requireAgreement, rowFacts, type Subject, typeOf, windowFacts } from './subject.js';
import { typesExcludedBy } from './windowList.js';

/** What decided a follow-up's kind, in the order of the follow-up types (Rules 10). */
const DECISIONS: readonly FollowupDecision[] = ['nothing', 'clicked', 'answered', 'answered_yes'];

/** What a candidate's event comes from (Rules 5, the table; 6; 10). */
export function eventSource(subject: Subject, candidate: number): EventSource {
  const { windowed } = subject;
  switch (typeOf(subject, candidate).kind) {
    case 'birthday':
      return { from: 'birth_date', date: dayText(windowed.birthDay ?? 0) };
    case 'effective_date':
      return { from: 'effective_date', date: dayText(windowed.effectiveDay ?? 0) };
    case 'aep':
      return { from: 'aep_date' };
    case 'post_window':
      return windowSource(subject, candidate);
    case 'followup':
      return initialEmail(subject, candidate);
    case 'campaign':
      return campaignSource(subject, candidate);
  }
}

/** Earlier events that history has, so that a yearly candidate is about the next (Rules 5, which occurrence). */
export function passedOver(subject: Subject, candidate: number): EmailExplanation['passed_over'] {
  const type = typeOf(subject, candidate);
  if (type.kind !== 'birthday' && type.kind !== 'effective_date' && type.kind !== 'aep') return [];
  const { candidateType, candidateEvent } = subject.plan.views;
  const occurrences = yearlyOccurrences(subject, candidateType[candidate]) ?? [];
  const wanted = occurrences.findIndex((occurrence) => occurrence.rows.length === 0);
  const event = candidateEvent[candidate];
  requireAgreement(occurrences[wanted]?.event === event, subject, `the event of ${type.name} is ${dayText(event)}`);
  return occurrences.slice(0, wanted).map((occurrence) => ({
    event_date: dayText(occurrence.event),
    rows: occurrence.rows.map((row) => rowFacts(subject, row)),
  }));
}

function windowSource(subject: Subject, candidate: number): EventSource {
  const { views, run } = subject.plan;
  const year = views.candidateDetail[candidate];
  const window = windowOfYear(subject.windowed, year);
  const name = typeOf(subject, candidate).name;
  requireAgreement(window?.end === views.candidateEvent[candidate], subject, `${name} is about the window of ${year}`);
  const excludes = typesExcludedBy(subject, year);
  const spreadDays = run.config.load_balancing.catch_up_spread_days;
  const isOpen = windowsAround(subject.windowed, run.today, spreadDays).some((open) => open.year === year);
  requireAgreement(isOpen || excludes.length > 0, subject, `the window of ${year} owes an email`);
  return { from: 'window', window: windowFacts(subject, window), excludes, is_open: isOpen };
}

function initialEmail(subject: Subject, candidate: number): EventSource {
  const { views, organization } = subject.plan;
  const { signals, planned, schedules } = organization;
  const row = views.candidateDetail[candidate];
  const decision = DECISIONS[views.candidateType[candidate] - planned.firstFollowup];
  const days = {
    nothing: NULL_INT32,
    clicked: signals.lastClickDay[subject.contact],
    answered: signals.lastAnswerDay[subject.contact],
    answered_yes: signals.lastConditionDay[subject.contact],
  };
  const isSince = decision === 'nothing' || days[decision] >= schedules.sentDay[row];
  requireAgreement(isSince, subject, `the follow-up is decided by ${decision}`);
  return {
    from: 'initial_email',
    row: rowFacts(subject, row),
    decided_by: decision,
    decided_on: dayTextOrNull(days[decision]),
  };
}

/** The trigger days of a contact's live enrolments in a running campaign, ascending, and how many enrolments there are. */
export function enrolmentsIn(
  subject: Subject,
  campaign: number,
): { readonly count: number; readonly triggers: readonly number[] } {
  const { enrolments } = subject.plan.organization;
  const triggers: number[] = [];
  let count = 0;
  for (let i = enrolments.first[subject.contact]; i < enrolments.first[subject.contact + 1]; i++) {
    if (enrolments.campaign[i] !== campaign) continue;
    count++;
    if (enrolments.trigger[i] !== NULL_INT32) triggers.push(enrolments.trigger[i]);
  }
  return { count, triggers: triggers.sort((a, b) => a - b) };
}

function campaignSource(subject: Subject, candidate: number): EventSource {
  const { views, organization, run } = subject.plan;
  const { instance, name } = typeOf(subject, candidate);
  const event = views.candidateEvent[candidate];
  if (instance === null || instance.type === null) throw new TypeError(`${name}: expected a running instance`);
  const { spreadStartDay, spreadEndDay } = instance;
  if (instance.type.spreads && spreadStartDay !== null && spreadEndDay !== null && spreadEndDay >= spreadStartDay) {
    const offset = subject.id % (spreadEndDay - spreadStartDay + 1);
    requireAgreement(
      event === spreadStartDay + offset,
      subject,
      `${name} is spread to ${dayText(spreadStartDay + offset)}`,
    );
    return { from: 'spread', first_day: dayText(spreadStartDay), last_day: dayText(spreadEndDay), offset_days: offset };
  }
  const { triggers } = enrolmentsIn(subject, views.candidateType[candidate] - organization.planned.firstCampaign);
  if (triggers.length > 0) {
    requireAgreement(triggers.includes(event), subject, `a trigger date of ${name} is ${dayText(event)}`);
    return { from: 'trigger_date', trigger_dates: triggers.map(dayText) };
  }
  requireAgreement(event === (instance.startDay ?? run.today), subject, `${name} is about the campaign's first day`);
  return { from: instance.startDay === null ? 'today' : 'active_start_date' };
}
