import { yearOf } from '../calendar/day.js';
import { type Plan, startStepOf } from '../plan/plan.js';
import { REASON } from '../plan/reasons.js';
import { mix } from '../rules/mix.js';
import { exclusionOn } from '../rules/windows.js';
import type { CapFacts, FullDayFacts, SmoothingFacts } from './explanation.js';
import { firstPassSkips } from './limits.js';
import { dayText, requireAgreement, type Subject, subjectOf, typeOf } from './subject.js';

/** What a day held when the daily cap came to it. */
interface CappedDay {
  readonly load: number;
  readonly history: number;
}

/** The days of a plan as the daily cap found them (Rules 9, daily cap), worked out once and when first asked for. */
export class CappedDays {
  readonly #plan: Plan;
  #takesPart: Uint8Array | null = null;
  #loads: Int32Array = new Int32Array(0);

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** The load that the cap found on a day. */
  on(day: number): CappedDay {
    this.#participants();
    const offset = day - this.#plan.run.today;
    return { load: this.#loads[offset] ?? 0, history: this.#historyOn(offset) };
  }

  /** The candidates that the cap left on any of the days, by day. */
  keptOn(days: ReadonlySet<number>): ReadonlyMap<number, readonly number[]> {
    const { views, count } = this.#plan;
    const takesPart = this.#participants();
    const kept = new Map([...days].map((day) => [day, [] as number[]]));
    for (let i = 0; i < count; i++) if (takesPart[i] === 1) kept.get(views.candidateSend[i])?.push(i);
    return kept;
  }

  #historyOn(offset: number): number {
    return this.#plan.history[offset] ?? 0;
  }

  /** 1 for every candidate that was balanced: those that the contact limits had not skipped before (Rules 9, step 1). */
  #participants(): Uint8Array {
    if (this.#takesPart !== null) return this.#takesPart;
    const { views, organization } = this.#plan;
    const takesPart = new Uint8Array(this.#plan.count);
    for (let contact = 0; contact < organization.contacts.count; contact++) {
      let isMoved = false;
      let isLimited = false;
      for (let i = views.candidateFirst[contact]; i < views.candidateFirst[contact + 1]; i++) {
        const reason = views.candidateReason[i];
        if (reason === REASON.scheduled) takesPart[i] = 1;
        if (reason === REASON.conflict || reason === REASON.frequency) isLimited = true;
        if (views.candidateSend[i] !== views.candidateStart[i]) isMoved = true;
      }
      // Only a contact with a moved email can have one that was skipped after it had been balanced.
      if (isMoved && isLimited) this.#markLateSkips(contact, takesPart);
    }
    this.#takesPart = takesPart;
    this.#loads = this.#countLoads(takesPart);
    return takesPart;
  }

  #markLateSkips(contact: number, takesPart: Uint8Array): void {
    const subject = subjectOf(this.#plan, contact);
    const early = firstPassSkips(subject);
    for (const candidate of subject.candidates) {
      const reason = this.#plan.views.candidateReason[candidate];
      const isLimited = reason === REASON.conflict || reason === REASON.frequency;
      if (isLimited && !early.has(candidate)) takesPart[candidate] = 1;
    }
  }

  /** What each day holds: what waits from the day before, its own and history. The kernel left how many are its own. */
  #countLoads(takesPart: Uint8Array): Int32Array {
    const { views, count, run, starting } = this.#plan;
    let lastOffset = 0;
    for (let i = 0; i < count; i++) {
      if (takesPart[i] === 1) lastOffset = Math.max(lastOffset, views.candidateSend[i] - run.today);
    }
    const kept = new Int32Array(lastOffset + 1);
    for (let i = 0; i < count; i++) if (takesPart[i] === 1) kept[views.candidateSend[i] - run.today]++;
    const loads = new Int32Array(lastOffset + 1);
    let waiting = 0;
    for (let offset = 0; offset <= lastOffset; offset++) {
      const own = starting[offset] ?? 0;
      loads[offset] = waiting + own + this.#historyOn(offset);
      waiting += own - kept[offset];
      if (waiting < 0) throw new Error(`${dayText(run.today + offset)}: the plan keeps more emails on it than came`);
    }
    return loads;
  }
}

/** What smoothing did with a candidate that took part (Rules 9, smoothing); null when its day was not crowded. */
export function smoothingFacts(subject: Subject, candidate: number): { day: number; facts: SmoothingFacts } | null {
  const { plan } = subject;
  const { views, run } = plan;
  const start = views.candidateStart[candidate];
  if (typeOf(subject, candidate).kind !== 'effective_date' || startStepOf(plan, candidate) !== 1) return null;
  const { smoothingLimit: limit, smoothingWindowDays: windowDays } = run.limits;
  const emails = views.smoothingHistogram[start - run.today];
  if (emails <= limit) return null;
  const scrambled = mix(subject.id, typeOf(subject, candidate).code, yearOf(views.candidateEvent[candidate]));
  const offset = (scrambled % windowDays) - Math.floor(windowDays / 2);
  const target = start + offset;
  const obstacle = smoothingObstacle(subject, candidate, offset, target);
  return {
    day: obstacle === null ? target : start,
    facts: {
      date: dayText(start),
      emails,
      limit,
      window_days: windowDays,
      mix: scrambled,
      offset_days: offset,
      target_date: dayText(target),
      obstacle,
    },
  };
}

function smoothingObstacle(
  { plan, windowed }: Subject,
  candidate: number,
  offset: number,
  target: number,
): SmoothingFacts['obstacle'] {
  if (offset === 0) return 'no_offset';
  if (target < plan.run.today) return 'before_today';
  if (target > plan.kernel.deadlineOf(candidate)) return 'after_deadline';
  return exclusionOn(windowed, target) === null ? null : 'excluded';
}

/** What the daily cap did with a candidate (Rules 9, daily cap); null when it did not move it. @param from its day before */
export function capFacts(subject: Subject, candidate: number, from: number, days: CappedDays): CapFacts | null {
  const { views, run } = subject.plan;
  const { name } = typeOf(subject, candidate);
  const to = views.candidateSend[candidate];
  requireAgreement(to >= from, subject, `${name} starts out on ${dayText(from)} before the daily cap`);
  if (to === from) return null;
  const fullDays = Array.from({ length: to - from }, (_, i) => from + i);
  const kept = days.keptOn(new Set(fullDays));
  const { cap, threshold } = run.limits;
  return {
    cap,
    threshold,
    full_days: fullDays.map((day) => {
      const facts = fullDayFacts(subject, candidate, day, kept.get(day) ?? [], days);
      requireAgreement(facts.emails > threshold, subject, `${facts.date} is over the threshold of the daily cap`);
      return facts;
    }),
  };
}

function fullDayFacts(
  { plan }: Subject,
  candidate: number,
  day: number,
  kept: readonly number[],
  days: CappedDays,
): FullDayFacts {
  const { candidateType } = plan.views;
  const priority = plan.kernel.priorityOf(candidate);
  const { load, history } = days.on(day);
  // Candidates are stored in the order that breaks ties, so that their places compare as it does.
  const comesFirst = (i: number) => {
    const other = plan.kernel.priorityOf(i);
    return other < priority || (other === priority && i < candidate);
  };
  const counts = new Map<number, number>();
  for (const i of kept) counts.set(candidateType[i], (counts.get(candidateType[i]) ?? 0) + 1);
  return {
    date: dayText(day),
    emails: load,
    history,
    kept: kept.length,
    kept_immovable: kept.filter((i) => !comesFirst(i)).length,
    kept_by_type: [...counts]
      .sort(([typeA, a], [typeB, b]) => b - a || typeA - typeB)
      .map(([type, emails]) => ({ email_type: plan.organization.planned.types[type].name, emails })),
  };
}
