import { TYPE_FLAGS } from '../columns/schedules.js';
import { REASON } from '../plan/reasons.js';
import { fullPeriod } from '../rules/frequency.js';
import type { FrequencyFacts, LimitPass, PeriodEmail } from './explanation.js';
import { dayText, isHistory, orNull, requireAgreement, rowFacts, type Subject, typeOf } from './subject.js';

/** Why the contact limits skipped a candidate (Rules 9, contact limits). */
export type LimitSkip =
  | { readonly reason: 'conflict'; readonly pass: LimitPass; readonly day: number; readonly winner: number }
  | { readonly reason: 'frequency'; readonly facts: FrequencyFacts };

/** An email that counts for the frequency limit. */
interface TakenEmail {
  readonly day: number;
  readonly facts: PeriodEmail;
}

/**
 * Follows the contact limits through both their passes, which tells what stood where when each candidate was skipped (Rules
 * 9, steps 1 and 4): the columns hold only that it was.
 *
 * @throws Error when the outcome is not the plan's
 */
export function limitSkips(subject: Subject): ReadonlyMap<number, LimitSkip> {
  const { views } = subject.plan;
  const skips = firstPassSkips(subject);
  applyPass(subject, 'after_balancing', views.candidateSend, skips);
  for (const candidate of subject.candidates) {
    const reason = views.candidateReason[candidate];
    const skip = skips.get(candidate);
    requireAgreement(
      (reason === REASON.conflict) === (skip?.reason === 'conflict') &&
        (reason === REASON.frequency) === (skip?.reason === 'frequency'),
      subject,
      `${typeOf(subject, candidate).name} is ${skip === undefined ? 'within the limits' : `skipped by ${skip.reason}`}`,
    );
    if (skip?.reason !== 'conflict') continue;
    const isWinner = views.candidateDetail[candidate] === views.candidateType[skip.winner];
    requireAgreement(isWinner, subject, `${typeOf(subject, skip.winner).name} wins the conflict`);
  }
  return skips;
}

/** The candidates that the contact limits skip before days are balanced (Rules 9, step 1). */
export function firstPassSkips(subject: Subject): Map<number, LimitSkip> {
  const skips = new Map<number, LimitSkip>();
  applyPass(subject, 'before_balancing', subject.plan.views.candidateStart, skips);
  return skips;
}

function applyPass(subject: Subject, pass: LimitPass, days: Int32Array, skips: Map<number, LimitSkip>): void {
  const { candidateReason } = subject.plan.views;
  const takesPart = (candidate: number) => {
    const reason = candidateReason[candidate];
    // What the daily cap skips was there to be limited before.
    const isLate = reason === REASON.dailyCap && pass === 'before_balancing';
    const isLimited = reason === REASON.scheduled || reason === REASON.conflict || reason === REASON.frequency;
    return (isLimited || isLate) && !skips.has(candidate);
  };
  skipConflicts(subject, pass, days, subject.candidates.filter(takesPart), skips);
  skipTooFrequent(subject, pass, days, subject.candidates.filter(takesPart), skips);
}

/** Leaves one campaign a day, that of the smallest priority and instance id (Rules 9, conflict). */
function skipConflicts(
  subject: Subject,
  pass: LimitPass,
  days: Int32Array,
  candidates: readonly number[],
  skips: Map<number, LimitSkip>,
): void {
  const { kernel } = subject.plan;
  const campaigns = candidates.filter((candidate) => typeOf(subject, candidate).kind === 'campaign');
  for (const candidate of campaigns) {
    const ofDay = campaigns.filter((other) => days[other] === days[candidate]);
    // Campaigns ascend by instance id: of one priority the first wins.
    const winner = ofDay.reduce((best, other) => (kernel.priorityOf(other) < kernel.priorityOf(best) ? other : best));
    if (winner !== candidate) skips.set(candidate, { reason: 'conflict', pass, day: days[candidate], winner });
  }
}

/** Skips what would make a period hold too many emails, the less important first (Rules 9, frequency). */
function skipTooFrequent(
  subject: Subject,
  pass: LimitPass,
  days: Int32Array,
  candidates: readonly number[],
  skips: Map<number, LimitSkip>,
): void {
  const { run, views, kernel } = subject.plan;
  const { max_emails_per_period: most, frequency_period_days: periodDays } = run.config.frequency;
  if (most === 0) return;
  const { candidateEvent: events } = views;
  const taken = historyEmails(subject);
  const inOrder = candidates
    .filter((candidate) => typeOf(subject, candidate).kind !== 'followup')
    .sort(
      (a, b) =>
        kernel.priorityOf(a) - kernel.priorityOf(b) ||
        days[a] - days[b] ||
        typeOf(subject, a).code - typeOf(subject, b).code ||
        events[a] - events[b],
    );
  for (const candidate of inOrder) {
    const day = days[candidate];
    const full = fullPeriod(
      taken.map((email) => email.day),
      day,
      most,
      periodDays,
    );
    if (full === null) {
      const { name } = typeOf(subject, candidate);
      taken.push({
        day,
        facts: { date: dayText(day), email_type: name, row_id: null, priority: kernel.priorityOf(candidate) },
      });
      continue;
    }
    const emails = taken.filter((email) => full <= email.day && email.day < full + periodDays);
    skips.set(candidate, {
      reason: 'frequency',
      facts: {
        pass,
        date: dayText(day),
        max_emails: most,
        period_days: periodDays,
        first_day: dayText(full),
        last_day: dayText(full + periodDays - 1),
        emails: emails.sort((a, b) => a.day - b.day).map((email) => email.facts),
      },
    });
  }
}

/** The emails of history, follow-ups aside, by their sent days (Rules 9, frequency). */
function historyEmails(subject: Subject): TakenEmail[] {
  const { schedules, emailTypes } = subject.plan.organization;
  const emails: TakenEmail[] = [];
  for (const row of subject.rows) {
    const day = orNull(schedules.sentDay[row]);
    const isFollowup = emailTypes.flags[schedules.type[row]] & TYPE_FLAGS.followup;
    if (day === null || isFollowup || !isHistory(subject, row)) continue;
    const { email_type, row_id } = rowFacts(subject, row);
    emails.push({ day, facts: { date: dayText(day), email_type, row_id, priority: null } });
  }
  return emails;
}
