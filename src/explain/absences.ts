import { monthsBetween } from '../calendar/day.js';
import type { PlannedType } from '../columns/plannedTypes.js';
import { isSentClass, ofForm, TYPE_FLAGS } from '../columns/schedules.js';
import { startStepOf } from '../plan/plan.js';
import { type ExclusionWindow, exclusionOn } from '../rules/windows.js';
import type { Absence, AbsenceReason } from './absenceFacts.js';
import { campaignAbsences } from './campaignAbsences.js';
import { type Occurrence, rowsOfEvent, yearlyOccurrences } from './history.js';
import { startFacts } from './startDay.js';
import { dayText, isFollowupRow, isPast, requireAgreement, rowFacts, type Subject, windowFacts } from './subject.js';
import { nextWindow, owingWindows } from './windowList.js';

/**
 * Why the emails that a contact could be expected to get are not planned (Rules 5, 6, 8 and 10).
 *
 * @throws Error when a reason is found for an email that is planned, or none for one that is not
 */
export function absences(subject: Subject): Absence[] {
  const { planned } = subject.plan.organization;
  const yearly = planned.types.slice(0, planned.postWindow).map((type, i) => yearlyAbsence(subject, type, i));
  const found = [...yearly, ...postWindowAbsences(subject), followupAbsence(subject)];
  return [...found.filter((absence) => absence !== null), ...campaignAbsences(subject)];
}

function hasCandidate({ plan, candidates }: Subject, type: number): boolean {
  return candidates.some((candidate) => plan.views.candidateType[candidate] === type);
}

function yearlyAbsence(subject: Subject, type: PlannedType, index: number): Absence | null {
  const reason = yearlyReason(subject, type, index);
  const isPlanned = hasCandidate(subject, index);
  requireAgreement(isPlanned === (reason === null), subject, `${type.name} is ${reason?.reason ?? 'planned'}`);
  return reason === null ? null : { ...reason, email_type: type.name, kind: type.kind, campaign_instance_id: null };
}

function yearlyReason(subject: Subject, type: PlannedType, index: number): AbsenceReason | null {
  if (subject.windowed.state === null) return { reason: 'unknown_state' };
  const occurrences = yearlyOccurrences(subject, index);
  if (occurrences === null) {
    const [reason, kind] =
      type.kind === 'birthday'
        ? (['no_birth_date', 'invalid_birth_date'] as const)
        : (['no_effective_date', 'invalid_effective_date'] as const);
    const issue = subject.plan.organization.issues.issues.find(
      (one) => one.contact_id === subject.id && one.kind === kind,
    );
    const { dates } = subject.plan.run.config.reading;
    return { reason, invalid_value: issue?.detail ?? null, read_as: dates };
  }
  if (type.kind === 'effective_date') {
    const tooYoung = firstEmailReason(subject, occurrences[0]);
    if (tooYoung !== null) return tooYoung;
  }
  if (occurrences.some((occurrence) => occurrence.rows.length === 0)) return null;
  const events = occurrences.map(({ event, rows }) => ({
    event_date: dayText(event),
    rows: rows.map((row) => rowFacts(subject, row)),
  }));
  return { reason: 'history_has_it', events };
}

/** The test on the first policy anniversary (Rules 5, first policy anniversary). */
function firstEmailReason({ windowed, plan }: Subject, first: Occurrence): AbsenceReason | null {
  const effective = windowed.effectiveDay ?? 0;
  // A policy that has not begun has its beginning before any anniversary.
  const event = Math.max(first.event, effective);
  const months = monthsBetween(effective, event);
  const { effective_date_first_email_months: most } = plan.run.config.organization;
  if (months > most) return null;
  return { reason: 'first_email_months', event_date: dayText(event), months, first_email_months: most };
}

function postWindowAbsences(subject: Subject): Absence[] {
  const { planned } = subject.plan.organization;
  const { postWindow } = planned;
  const absent = (reason: AbsenceReason): Absence => ({
    ...reason,
    email_type: planned.types[postWindow].name,
    kind: 'post_window',
    campaign_instance_id: null,
  });
  const general = postWindowReason(subject);
  const candidates = subject.candidates.filter(
    (candidate) => subject.plan.views.candidateType[candidate] === postWindow,
  );
  if (general !== null) {
    requireAgreement(candidates.length === 0, subject, `post_window is absent: ${general.reason}`);
    return [absent(general)];
  }
  const plannedYears = candidates.map((candidate) => subject.plan.views.candidateDetail[candidate]);
  const owing = owingWindows(subject);
  const reasons = owing.map((window) => [window.year, windowReason(subject, window)] as const);
  for (const [year, reason] of reasons) {
    const claim = `post_window of ${year} is ${reason?.reason ?? 'planned'}`;
    requireAgreement(plannedYears.includes(year) === (reason === null), subject, claim);
  }
  if (owing.length > 0) return reasons.flatMap(([, reason]) => (reason === null ? [] : [absent(reason)]));
  const next = nextWindow(subject);
  return [absent({ reason: 'no_window_owes', next_window: next === null ? null : windowFacts(subject, next) })];
}

/** Why a contact has no post-window emails at all (Rules 8). */
function postWindowReason({ windowed, plan }: Subject): AbsenceReason | null {
  if (windowed.state === null) return { reason: 'unknown_state' };
  if (!plan.run.config.organization.enable_post_window_emails) return { reason: 'switched_off' };
  const { rule, birthDay, effectiveDay } = windowed;
  if (rule === null) return { reason: 'no_windows', because: 'no_rule' };
  if (rule.kind === 'year_round') return { reason: 'no_windows', because: 'year_round' };
  const date = rule.kind === 'birthday_window' ? birthDay : effectiveDay;
  return date === null ? { reason: 'no_windows', because: 'no_anchor' } : null;
}

/** Why a window that owes an email has none (Rules 8). */
function windowReason(subject: Subject, window: ExclusionWindow): AbsenceReason | null {
  const { organization, run, views } = subject.plan;
  const { postWindow } = organization.planned;
  const rows = rowsOfEvent(subject, postWindow, window.year, window.end);
  if (rows.length > 0) {
    const facts = rows.map((row) => rowFacts(subject, row));
    return { reason: 'history_has_it', events: [{ event_date: dayText(window.end), rows: facts }] };
  }
  // Underwriting comes before exclusion: what it stops may lie in a window.
  const isStopped = subject.candidates.some(
    (candidate) =>
      startStepOf(subject.plan, candidate) === 0 &&
      views.candidateType[candidate] === postWindow &&
      views.candidateDetail[candidate] === window.year,
  );
  if (isStopped) return null;
  const deadline = window.end + 1 + run.config.load_balancing.catch_up_spread_days;
  const question = { type: postWindow, event: window.end, ideal: window.end + 1, deadline, eventYear: window.year };
  const start = startFacts(subject, question).day;
  const other = exclusionOn(subject.windowed, start)?.window ?? null;
  if (other === null) return null;
  return {
    reason: 'next_window_overlaps',
    window: windowFacts(subject, window),
    excluded_date: dayText(start),
    excluded_by: windowFacts(subject, other),
  };
}

function followupAbsence(subject: Subject): Absence | null {
  const { firstFollowup, firstCampaign } = subject.plan.organization.planned;
  const reason = followupReason(subject);
  const isPlanned = subject.candidates.some((candidate) => {
    const type = subject.plan.views.candidateType[candidate];
    return type >= firstFollowup && type < firstCampaign;
  });
  requireAgreement(isPlanned === (reason === null), subject, `the follow-up is ${reason?.reason ?? 'planned'}`);
  return reason === null ? null : { ...reason, email_type: 'followup', kind: 'followup', campaign_instance_id: null };
}

function followupReason(subject: Subject): AbsenceReason | null {
  const { run, organization } = subject.plan;
  const { schedules } = organization;
  if (subject.windowed.state === null) return { reason: 'unknown_state' };
  if (!run.config.followups.enabled) return { reason: 'switched_off' };
  const firstDay = run.today - run.config.followups.lookback_days;
  let initial: number | null = null;
  for (const row of subject.rows) {
    const sentDay = schedules.sentDay[row];
    if (sentDay < firstDay || sentDay > run.today || !isInitial(subject, row)) continue;
    if (initial === null || sentDay >= schedules.sentDay[initial]) initial = row;
  }
  if (initial === null) return { reason: 'no_initial_email', lookback_first_day: dayText(firstDay) };
  const day = schedules.sentDay[initial];
  const later = subject.rows.find(
    (row) => isPast(subject, row) && isFollowupRow(subject, row) && schedules.sentDay[row] > day,
  );
  if (later === undefined) return null;
  return { reason: 'followup_after_initial', initial: rowFacts(subject, initial), followup: rowFacts(subject, later) };
}

/** Tells whether a row is an email that was sent and is followed up (Rules 10, initial emails). */
function isInitial({ plan }: Subject, row: number): boolean {
  const { schedules, emailTypes, instances } = plan.organization;
  if (!isSentClass(schedules.rowClass[row])) return false;
  const flags = emailTypes.flags[schedules.type[row]];
  if (flags & TYPE_FLAGS.followup) return false;
  if (flags & TYPE_FLAGS.initial) return true;
  const instance = ofForm(schedules, row, 'instance');
  if (instance >= 0) return instances[instance].type?.enablesFollowups === true;
  return instance === -1 && (flags & TYPE_FLAGS.campaignFollowed) !== 0;
}
