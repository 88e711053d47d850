import { yearOf } from '../calendar/day.js';
import { NO_DEADLINE } from '../plan/fillKernel.js';
import { type Plan, startStepOf } from '../plan/plan.js';
import { REASON } from '../plan/reasons.js';
import { lastDayOf } from '../rules/lastDay.js';
import { smoothingObstacle, smoothingShift } from '../rules/smoothing.js';
import { exclusionOn } from '../rules/windows.js';
import type { CapFacts, FullDayFacts, SmoothingFacts } from './explanation.js';
import { firstPassSkips } from './limits.js';
import { dayText, requireAgreement, type Subject, subjectFor, typeOf } from './subject.js';

/** What a day had to do with when the daily cap came to it. */
interface CappedDay {
  /** The emails that waited for it, with its own and those of history. */
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

  /** What the cap found on a day. */
  on(day: number): CappedDay {
    this.#participants();
    const offset = day - this.#plan.run.today;
    return { load: this.#loads[offset] ?? 0, history: this.#historyOn(offset) };
  }

  /** The candidates that the cap placed on any of the days, by day. */
  placedOn(days: ReadonlySet<number>): ReadonlyMap<number, readonly number[]> {
    const { views, count } = this.#plan;
    const takesPart = this.#participants();
    const placed = new Map([...days].map((day) => [day, [] as number[]]));
    for (let i = 0; i < count; i++) {
      const isPlaced = takesPart[i] === 1 && views.candidateReason[i] !== REASON.dailyCap;
      if (isPlaced) placed.get(views.candidateSend[i])?.push(i);
    }
    return placed;
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
        if (reason === REASON.scheduled || reason === REASON.dailyCap) takesPart[i] = 1;
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
    const subject = subjectFor(this.#plan, contact);
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
  const year = yearOf(views.candidateEvent[candidate]);
  const { mix: scrambled, offsetDays: offset } = smoothingShift(subject.id, year, windowDays);
  const target = start + offset;
  const obstacle = offset === 0 ? 'no_offset' : smoothingObstacle(target, daysFor(subject, candidate));
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

/** What is known of the days for a candidate. */
function daysFor({ plan, windowed }: Subject, candidate: number) {
  const deadline = plan.kernel.deadlineOf(candidate);
  const { instance } = plan.organization.planned.types[plan.views.candidateType[candidate]];
  const looksAtWindows = instance?.type.respectsWindows ?? true;
  return {
    today: plan.run.today,
    deadline: deadline === NO_DEADLINE ? null : deadline,
    isOpen: (day: number) => plan.run.capacity.openDays.isOpen(day),
    isExcluded: (day: number) => looksAtWindows && exclusionOn(windowed, day) !== null,
  };
}

/** The day that a candidate was promised, null for none (Rules 1, booked day). */
export function bookedDay({ plan }: Subject, candidate: number): number | null {
  const booked = plan.views.candidateBooked[candidate];
  return booked === 0 ? null : plan.run.today + booked - 1;
}

/**
 * What the daily cap did with a candidate (Rules 9, daily cap); null when it goes out on the day that it had before.
 *
 * @param from its day before the cap
 */
export function capFacts(subject: Subject, candidate: number, from: number, days: CappedDays): CapFacts | null {
  const { views, run } = subject.plan;
  const { name } = typeOf(subject, candidate);
  const to = views.candidateSend[candidate];
  const isSkipped = views.candidateReason[candidate] === REASON.dailyCap;
  const lastDay = lastDayOf({ ...daysFor(subject, candidate), startDay: from });
  requireAgreement(
    to >= from && to <= lastDay,
    subject,
    `${name} can go out from ${dayText(from)} to ${dayText(lastDay)}`,
  );
  if (to === from && !isSkipped) return null;
  const all = Array.from({ length: to - from + (isSkipped ? 1 : 0) }, (_, i) => from + i);
  const waitedOn = all.filter((day) => run.capacity.openDays.isOpen(day));
  const placed = days.placedOn(new Set(waitedOn));
  return {
    last_date: dayText(lastDay),
    full_days: waitedOn.map((day) => {
      const facts = fullDayFacts(subject, candidate, day, placed.get(day) ?? [], days);
      const isFull = facts.waiting + facts.history > facts.threshold;
      requireAgreement(isFull, subject, `${facts.date} is over the threshold of the daily cap`);
      return facts;
    }),
  };
}

function fullDayFacts(
  { plan }: Subject,
  candidate: number,
  day: number,
  placed: readonly number[],
  days: CappedDays,
): FullDayFacts {
  const { kernel, run, views } = plan;
  const priority = kernel.priorityOf(candidate);
  const { load, history } = days.on(day);
  const cap = run.capacity.capOn(day);
  const byType = new Map<number, number>();
  const counts = { more_important: 0, promised: 0, had_to_go: 0 };
  for (const i of placed) {
    byType.set(views.candidateType[i], (byType.get(views.candidateType[i]) ?? 0) + 1);
    const other = kernel.priorityOf(i);
    if (other < priority) counts.more_important++;
    else if (other > priority) counts.had_to_go++;
    else if (views.candidateBooked[i] === day - run.today + 1) counts.promised++;
  }
  return {
    date: dayText(day),
    waiting: load - history,
    history,
    cap,
    threshold: run.capacity.thresholdOn(day),
    seats: Math.max(0, cap - history),
    went: placed.length,
    ...counts,
    went_by_type: [...byType]
      .sort(([typeA, a], [typeB, b]) => b - a || typeA - typeB)
      .map(([type, emails]) => ({ email_type: plan.organization.planned.types[type].name, emails })),
  };
}
