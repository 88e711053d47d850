import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import type { ReasonCount } from '../../plan/countRows.js';
import type { Capacity } from '../../rules/capacity.js';
import type { DailyLimits } from '../../rules/limits.js';
import { stateName } from '../../rules/states.js';
import { COUNTED_AS, type ScheduleCounts, type Tally } from './countSchedules.js';
import type { ReportedRun } from './reportedRun.js';

/** The rows of one email type, by what their status means (Rules 1). */
export interface TypeRows {
  readonly email_type: string;
  readonly pre_scheduled: number;
  readonly skipped: number;
  /** Sent or on their way. */
  readonly history: number;
  /** Bounced, dropped or cancelled. */
  readonly ended: number;
  readonly other: number;
}

/** What one day holds. */
export interface PlannedDay {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly planned: number;
  /** Sent or on their way. */
  readonly history: number;
  /** The planned emails by type; types without any are left out. */
  readonly by_type: Readonly<Record<string, number>>;
}

/** What is planned in a database, as `sendplan report --json` prints it; the names are stable. */
export interface PlannedReport {
  /** The path of the file, as it was given. */
  readonly database: string;
  /** The last completed run, null when the file tells of none; others may have changed its rows since. */
  readonly last_run: ReportedRun | null;
  /** The rows of `contacts`. */
  readonly contacts: number;
  /** The daily cap, and where its configuration comes from. */
  readonly limits: {
    readonly profile: string;
    readonly cap: number;
    readonly threshold: number;
    readonly config: 'given' | 'database' | 'defaults';
  };
  readonly rows: {
    readonly total: number;
    readonly pre_scheduled: number;
    readonly skipped: number;
    /** The most planned type first. */
    readonly by_type: readonly TypeRows[];
    /** The most frequent first; NULL reads as an empty text. */
    readonly by_status: readonly { readonly status: string; readonly rows: number }[];
  };
  /** The most frequent first. */
  readonly skip_reasons: readonly ReasonCount[];
  /** The state with the most emails first; null is contacts whose state is not known. */
  readonly states: readonly {
    readonly state: string | null;
    readonly pre_scheduled: number;
    readonly skipped: number;
  }[];
  /** Planned emails by how many days after their start day they go out, 0 included. */
  readonly moves: readonly { readonly days: number; readonly rows: number }[];
  /** The days from `first` to `end`, the latter not included, that hold emails; null when none is planned. */
  readonly period: {
    readonly first: string;
    readonly end: string;
    /** Planned emails on days outside of the period. */
    readonly planned_outside: number;
  } | null;
  readonly days: readonly PlannedDay[];
  /** `YYYY-MM` and the planned emails of the month's days in the period. */
  readonly months: readonly { readonly month: string; readonly planned: number }[];
  readonly days_over_cap: number;
  /** What each day from `period.first` on takes by the caps; 0 on a closed day. */
  readonly day_caps: readonly number[];
  /** The days over the threshold, from which on a run moves emails on. */
  readonly days_over_threshold: number;
  /** Planned rows whose send day cannot be read; no day counts them. */
  readonly without_day: number;
}

/** Which days are told of. */
export interface ReportPeriod {
  /** Days since 1970-01-01; the first day with a planned email when left out. */
  readonly firstDay?: number;
  /** The day after the last; the day after the last planned email, at most two years after the first, when left out. */
  readonly endDay?: number;
}

/** A picture of more days shows nothing. */
const MOST_DAYS = 2 * 366;

function countsOf(texts: readonly string[], tally: Tally): { text: string; rows: number }[] {
  return texts
    .map((text, code) => ({ text, rows: tally.countOf(code) }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows || (a.text < b.text ? -1 : 1));
}

function typeRows(counts: ScheduleCounts): TypeRows[] {
  const rows = counts.types.map((email_type, type): TypeRows => {
    const of = counts.classesOfType(type);
    return {
      email_type,
      pre_scheduled: of[COUNTED_AS.preScheduled],
      skipped: of[COUNTED_AS.skipped],
      history: of[COUNTED_AS.history],
      ended: of[COUNTED_AS.ended],
      other: of[COUNTED_AS.other],
    };
  });
  return rows.sort(
    (a, b) => b.pre_scheduled - a.pre_scheduled || b.skipped - a.skipped || (a.email_type < b.email_type ? -1 : 1),
  );
}

/** The first and the last day with a planned email, null without any. */
function plannedBounds(counts: ScheduleCounts): { first: number; last: number } | null {
  const ends = counts.plannedDays.flatMap((tally) => {
    const days = tally.entries();
    return days.length === 0 ? [] : [days[0][0], days[days.length - 1][0]];
  });
  return ends.length === 0 ? null : { first: Math.min(...ends), last: Math.max(...ends) };
}

interface Period {
  readonly first: number;
  readonly end: number;
}

function periodOf(counts: ScheduleCounts, { firstDay, endDay }: ReportPeriod): Period | null {
  const bounds = plannedBounds(counts);
  if (bounds === null) return null;
  const first = firstDay ?? (endDay === undefined ? bounds.first : Math.min(bounds.first, endDay - 1));
  const end = endDay ?? Math.max(first + 1, Math.min(bounds.last + 1, first + MOST_DAYS));
  return { first, end };
}

function daysOf(counts: ScheduleCounts, { first, end }: Period): PlannedDay[] {
  const found = new Map<number, { planned: number; by_type: Record<string, number> }>();
  const dayOf = (day: number) => {
    // A type may be called like a property that every object has.
    const known = found.get(day) ?? { planned: 0, by_type: Object.create(null) };
    found.set(day, known);
    return known;
  };
  const inPeriod = (tally: Tally) => tally.entries().filter(([day]) => day >= first && day < end);
  counts.plannedDays.forEach((tally, type) => {
    for (const [day, rows] of inPeriod(tally)) {
      const known = dayOf(day);
      known.planned += rows;
      known.by_type[counts.types[type]] = rows;
    }
  });
  for (const [day] of inPeriod(counts.historyDays)) dayOf(day);
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([day, known]) => ({
      day: formatIsoDay(day),
      ...known,
      history: counts.historyDays.countOf(day),
    }));
}

function monthsOf(days: readonly PlannedDay[]): PlannedReport['months'] {
  const months = new Map<string, number>();
  for (const { day, planned } of days) months.set(day.slice(0, 7), (months.get(day.slice(0, 7)) ?? 0) + planned);
  return [...months].map(([month, planned]) => ({ month, planned }));
}

function statesOf({ plannedStates, skippedStates }: ScheduleCounts): PlannedReport['states'] {
  const codes = new Set([...plannedStates.entries(), ...skippedStates.entries()].map(([code]) => code));
  return [...codes]
    .map((code) => ({
      state: stateName(code),
      pre_scheduled: plannedStates.countOf(code),
      skipped: skippedStates.countOf(code),
    }))
    .sort((a, b) => b.pre_scheduled - a.pre_scheduled || b.skipped - a.skipped);
}

/** The cap of a day of the report's period, by its number; of others the one of all days (Rules 9, caps). */
export function capOfReport({ limits, period, day_caps: caps }: PlannedReport): (day: number) => number {
  const first = parseIsoDay(period?.first ?? '') ?? 0;
  return (day) => caps[day - first] ?? limits.cap;
}

function capsOf(capacity: Capacity, { first, end }: Period): number[] {
  return Array.from({ length: end - first }, (_, i) => capacity.capOn(first + i));
}

/** What days take, and where the configuration that says so comes from. */
export interface ReportedCaps {
  readonly limits: DailyLimits;
  readonly capacity: Capacity;
  readonly origin: PlannedReport['limits']['config'];
}

/** Puts the counted rows of a database into figures. */
export function reportPlanned(
  counts: ScheduleCounts,
  contactCount: number,
  { limits, capacity, origin }: ReportedCaps,
  { wanted, source }: { readonly wanted: ReportPeriod; readonly source: Pick<PlannedReport, 'database' | 'last_run'> },
): PlannedReport {
  const byType = typeRows(counts);
  const sum = (field: 'pre_scheduled' | 'skipped') => byType.reduce((total, type) => total + type[field], 0);
  const period = periodOf(counts, wanted);
  const days = period === null ? [] : daysOf(counts, period);
  const shown = days.reduce((total, { planned }) => total + planned, 0);
  const over = (limitOn: (day: number) => number) =>
    days.filter(({ day, planned, history }) => planned + history > limitOn(parseIsoDay(day) ?? 0)).length;
  return {
    ...source,
    contacts: contactCount,
    limits: { profile: limits.profile, cap: limits.cap, threshold: limits.threshold, config: origin },
    rows: {
      total: counts.rowCount,
      pre_scheduled: sum('pre_scheduled'),
      skipped: sum('skipped'),
      by_type: byType,
      by_status: countsOf(counts.statuses, counts.ofStatus).map(({ text, rows }) => ({ status: text, rows })),
    },
    skip_reasons: countsOf(counts.reasons, counts.ofReason).map(({ text, rows }) => ({ reason: text, rows })),
    states: statesOf(counts),
    moves: counts.moves.entries().map(([daysLater, rows]) => ({ days: daysLater, rows })),
    period:
      period === null
        ? null
        : {
            first: formatIsoDay(period.first),
            end: formatIsoDay(period.end),
            planned_outside: sum('pre_scheduled') - counts.dayless - shown,
          },
    days,
    months: monthsOf(days),
    day_caps: period === null ? [] : capsOf(capacity, period),
    days_over_cap: over((day) => capacity.capOn(day)),
    days_over_threshold: over((day) => capacity.thresholdOn(day)),
    without_day: counts.dayless,
  };
}
