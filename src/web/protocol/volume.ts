import type { Balance } from '../../balance/balance.js';
import type { Plan } from '../../plan/plan.js';
import { becomesRow, REASON } from '../../plan/reasons.js';
import type { DayCount } from '../../report/charts/calendarChart.js';
import { ALREADY_SENT, type DayKindCount, kindOfType } from '../../report/charts/series.js';
import { stateName } from '../../rules/states.js';

/** How many emails of one kind go out day by day. */
export interface KindVolume {
  /** A kind as charts name it: of the rules, of one campaign, or `ALREADY_SENT`. */
  readonly kind: string;
  /** An element for each day. */
  readonly emails: Uint32Array;
}

/** How many emails go out day by day. */
export interface DailyVolume {
  /** The first day, as days since 1970-01-01: the run's today. */
  readonly firstDay: number;
  readonly dayCount: number;
  /** Those kinds that have emails. */
  readonly kinds: readonly KindVolume[];
  /** What every day takes by the caps; 0 on a closed day. */
  readonly caps: Float64Array;
  /** Emails of every day, all kinds together. */
  readonly total: Uint32Array;
}

/** The rows of one state. */
export interface StateRows {
  /** Two letters; null for contacts whose state is unknown. */
  readonly state: string | null;
  readonly contacts: number;
  readonly scheduled: number;
  readonly skipped: number;
}

/**
 * Counts the emails of every day from today to the last that holds one, by kind.
 *
 * @param refused candidates whose rows a unique index refused; they do not count
 */
export function dailyVolume(
  { views, count, run, organization }: Plan,
  balance: Balance,
  refused: ReadonlySet<number>,
): DailyVolume {
  const firstDay = run.today;
  const dayCount = (balance.days.at(-1)?.day ?? firstDay) - firstDay + 1;
  const byKind = new Map<string, Uint32Array>();
  const columnOf = (kind: string) => {
    const column = byKind.get(kind) ?? new Uint32Array(dayCount);
    byKind.set(kind, column);
    return column;
  };
  const byType = organization.planned.types.map((type) => columnOf(kindOfType(type.name)));
  for (let i = 0; i < count; i++) {
    if (views.candidateReason[i] === REASON.scheduled && !refused.has(i))
      byType[views.candidateType[i]][views.candidateSend[i] - firstDay]++;
  }
  const total = new Uint32Array(dayCount);
  for (const { day, history } of balance.days) columnOf(ALREADY_SENT)[day - firstDay] = history;
  const kinds = Array.from(byKind, ([kind, emails]) => ({ kind, emails }));
  for (const { emails } of kinds) for (let i = 0; i < dayCount; i++) total[i] += emails[i];
  return {
    firstDay,
    dayCount,
    kinds: kinds.filter(({ emails }) => emails.some((emailCount) => emailCount > 0)),
    total,
    caps: Float64Array.from(total, (_, i) => run.capacity.capOn(firstDay + i)),
  };
}

/** The volume as counts of a day and kind, days without emails of a kind left out. */
export function dayKindCounts({ firstDay, kinds }: DailyVolume): DayKindCount[] {
  return kinds.flatMap(({ kind, emails }) =>
    Array.from(emails, (count, i) => ({ day: firstDay + i, kind, count })).filter(({ count }) => count > 0),
  );
}

/** The volume as counts of a day, those without emails included. */
export function dayCounts({ firstDay, total }: DailyVolume): DayCount[] {
  return Array.from(total, (count, i) => ({ day: firstDay + i, count }));
}

/** Counts contacts and rows by state, the state of most rows first. @param refused as for `dailyVolume` */
export function stateCounts({ views, count, organization }: Plan, refused: ReadonlySet<number>): StateRows[] {
  const { contacts } = organization;
  const [people, scheduled, skipped] = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  for (let i = 0; i < contacts.count; i++) people[contacts.state[i]]++;
  for (let i = 0; i < count; i++) {
    const reason = views.candidateReason[i];
    if (!becomesRow(reason) || refused.has(i)) continue;
    const state = contacts.state[views.candidateContact[i]];
    if (reason === REASON.scheduled) scheduled[state]++;
    else skipped[state]++;
  }
  return Array.from(people, (_, code) => code)
    .filter((code) => people[code] > 0)
    .map((code) => ({
      state: stateName(code),
      contacts: people[code],
      scheduled: scheduled[code],
      skipped: skipped[code],
    }))
    .sort((a, b) => b.scheduled + b.skipped - a.scheduled - a.skipped);
}
