import { yearOf } from '../calendar/day.js';
import { REASON } from '../plan/reasons.js';
import { anchorDate, type ExclusionWindow, exclusionOn, windowOfYear, windowsAround } from '../rules/windows.js';
import type { RuleFacts, WindowFacts } from './explanation.js';
import { dayTextOrNull, type Subject, typeOf, windowFacts } from './subject.js';

/** The email types, follow-ups aside, that the window of a year excludes (Rules 8, a). */
export function typesExcludedBy(subject: Subject, year: number): string[] {
  const { candidateReason, candidateStart } = subject.plan.views;
  return subject.candidates
    .filter(
      (candidate) => candidateReason[candidate] === REASON.exclusion && typeOf(subject, candidate).kind !== 'followup',
    )
    .filter((candidate) => exclusionOn(subject.windowed, candidateStart[candidate])?.window?.year === year)
    .map((candidate) => typeOf(subject, candidate).name);
}

/** The windows that owe an email: those that exclude one, are open or have just closed (Rules 8, a and b). */
export function owingWindows(subject: Subject): ExclusionWindow[] {
  const { run, views } = subject.plan;
  const { windowed } = subject;
  const windows = windowsAround(windowed, run.today, run.config.load_balancing.catch_up_spread_days);
  for (const candidate of subject.candidates) {
    const window = exclusionOn(windowed, views.candidateStart[candidate])?.window ?? null;
    if (window === null || windows.some((known) => known.year === window.year)) continue;
    if (typesExcludedBy(subject, window.year).length > 0) windows.push(window);
  }
  return windows.sort((a, b) => a.year - b.year);
}

/** The first window that starts after today, null when the contact has none (Rules 4). */
export function nextWindow({ windowed, plan }: Subject): ExclusionWindow | null {
  const date = anchorDate(windowed);
  if (date === null) return null;
  for (let year = Math.max(yearOf(plan.run.today), yearOf(date)); ; year++) {
    const window = windowOfYear(windowed, year);
    if (window !== null && window.start > plan.run.today) return window;
  }
}

/** The windows that are open or just closed, exclude one of the contact's emails or come next, by year. */
export function windowList(subject: Subject): WindowFacts[] {
  const { candidateReason, candidateStart } = subject.plan.views;
  const excluding = subject.candidates
    .filter((candidate) => candidateReason[candidate] === REASON.exclusion)
    .map((candidate) => exclusionOn(subject.windowed, candidateStart[candidate])?.window ?? null);
  const all = [...owingWindows(subject), ...excluding, nextWindow(subject)];
  const byYear = new Map(all.filter((window) => window !== null).map((window) => [window.year, window]));
  return [...byYear.values()].sort((a, b) => a.year - b.year).map((window) => windowFacts(subject, window));
}

/** The exclusion rule of the contact's state, null when there is none (Rules 4). */
export function ruleFacts({ windowed }: Subject): RuleFacts | null {
  const { rule, state, buffer } = windowed;
  if (rule === null || state === null) return null;
  const isYearRound = rule.kind === 'year_round';
  return {
    state,
    kind: rule.kind,
    before_days: rule.before,
    after_days: rule.after,
    buffer_days: isYearRound ? 0 : buffer,
    uses_month_start: rule.use_month_start,
    anchor_date: isYearRound ? null : dayTextOrNull(anchorDate(windowed)),
  };
}
