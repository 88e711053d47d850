import { dayFromCivil } from '../../src/calendar/day.js';
import { SUBSET, type SubsetDay } from './subset.js';

/*
 * The subset as one SELECT, the same for SQLite and DuckDB. Days are integers in between; the tables `state_rules` and
 * `calendar` are small and made beforehand. One row per contact holds its events and the anchors of its windows, worked out
 * once; the emails are read off it.
 */

/** How a database says what the two do not say alike. */
export interface Dialect {
  /** The day number of a text `YYYY-MM-DD`. */
  readonly dayOf: (text: string) => string;
}

const { aep, priorities } = SUBSET;

/** What the parts of the SELECT are made of. */
interface Terms extends Dialect, SubsetDay {
  /** The years whose windows can matter. */
  readonly windowYears: readonly number[];
}

function isLeap(y: number): boolean {
  return y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0);
}

/** The day of a month-day such as `02-29` in a year. */
function dayIn({ dayOf }: Terms, y: number, monthDay: string): string {
  const existing = isLeap(y) ? monthDay : `CASE WHEN ${monthDay} = '02-29' THEN '02-28' ELSE ${monthDay} END`;
  return dayOf(`'${y}-' || ${existing}`);
}

/** The next anniversary of a month-day from today on. */
function nextDay(terms: Terms, monthDay: string): string {
  const { year, todayText } = terms;
  const [now, next] = [dayIn(terms, year, monthDay), dayIn(terms, year + 1, monthDay)];
  return `CASE WHEN ${monthDay} >= '${todayText.slice(5)}' THEN ${now} ELSE ${next} END`;
}

function startOf({ today }: Terms, ideal: string): string {
  return `CASE WHEN ${ideal} < ${today} THEN ${today} ELSE ${ideal} END`;
}

function contactsWithDays(terms: Terms): string {
  const { year, todayText, dayOf } = terms;
  const anchors = terms.windowYears.map(
    (y, i) => `CASE WHEN amd IS NOT NULL THEN ${dayIn(terms, y, 'amd')} END AS a${i}`,
  );
  const months = `12 * CAST(substr(effective_date, 1, 4) AS INTEGER) + CAST(substr(effective_date, 6, 2) AS INTEGER)`;
  const eventMonths = `12 * (CASE WHEN emd >= '${todayText.slice(5)}' THEN ${year} ELSE ${year + 1} END) + CAST(substr(emd, 1, 2) AS INTEGER)`;
  return `
  texts AS (
    SELECT c.id, c.state, r.kind, r.lead_days, r.tail_days, r.month_start, c.birth_date, c.effective_date,
      substr(c.birth_date, 6, 5) AS bmd, substr(c.effective_date, 6, 5) AS emd,
      CASE r.kind WHEN 'birthday_window' THEN c.birth_date WHEN 'effective_date_window' THEN c.effective_date END AS anchor
    FROM contacts c LEFT JOIN state_rules r ON r.state = c.state
  ),
  anchored AS (
    SELECT *,
      CASE WHEN month_start = 1 THEN substr(anchor, 6, 3) || '01' ELSE substr(anchor, 6, 5) END AS amd,
      CASE WHEN anchor IS NULL THEN NULL
        ELSE ${dayOf("CASE WHEN month_start = 1 THEN substr(anchor, 1, 8) || '01' ELSE anchor END")} END AS base
    FROM texts
  ),
  days AS MATERIALIZED (
    SELECT id, state, kind, lead_days, tail_days, base, ${anchors.join(',\n      ')},
      ${nextDay(terms, 'bmd')} AS birthday,
      CASE WHEN ${eventMonths} - (${months}) > ${SUBSET.firstEmailMonths} THEN ${nextDay(terms, 'emd')} END AS renewal
    FROM anchored
  )`;
}

/** The anchor year of the window that holds a day; -1 in an all-year state; NULL when the day is free. */
function excludedYear({ windowYears }: Terms, day: string): string {
  const cases = windowYears.map(
    (y, i) => `WHEN a${i} >= base AND ${day} BETWEEN a${i} - lead_days AND a${i} + tail_days THEN ${y}`,
  );
  return `CASE WHEN kind IS NULL THEN NULL WHEN kind = 'year_round' THEN -1 ${cases.join(' ')} END`;
}

function aepEvent({ today, year }: SubsetDay): number {
  const deadline = dayFromCivil(year, aep.deadlineMonth, aep.deadlineDay);
  return dayFromCivil(deadline >= today ? year : year + 1, aep.month, aep.day);
}

/** The post-window emails of one year's window: it excluded an email, or is open now, or has just closed. */
function postWindow(terms: Terms, i: number, starts: readonly string[]): string {
  const inside = (day: string, grace: number) => `${day} BETWEEN a${i} - lead_days AND a${i} + tail_days + ${grace}`;
  const reasons = [...starts.map((start) => inside(start, 0)), inside(String(terms.today), 1 + SUBSET.catchUpDays)];
  return `
  SELECT id, 'post_window' AS type, ${priorities.post_window} AS priority, a${i} + tail_days AS event,
    ${startOf(terms, `a${i} + tail_days + 1`)} AS start, NULL AS skip_reason, ${terms.windowYears[i]} AS anchor_year
  FROM days WHERE a${i} >= base AND (${reasons.map((reason) => `(${reason})`).join(' OR ')})`;
}

/**
 * The emails of the subset: contact_id, type, priority, start and event with their texts and parts, skip_reason,
 * anchor_year.
 *
 * @param day the day that is planned
 */
export function subsetSelect(dialect: Dialect, day: SubsetDay = SUBSET): string {
  const { year, today, todayText } = day;
  const terms = { ...dialect, year, today, todayText, windowYears: [year - 1, year, year + 1, year + 2] };
  const aepDay = String(aepEvent(day));
  const kinds = [
    { type: 'birthday', event: 'birthday', start: startOf(terms, `birthday - ${SUBSET.birthdayDaysBefore}`) },
    { type: 'effective_date', event: 'renewal', start: startOf(terms, `renewal - ${SUBSET.effectiveDaysBefore}`) },
    { type: 'aep', event: aepDay, start: startOf(terms, aepDay) },
  ] as const;
  const yearly = kinds.map(
    ({ type, event, start }) => `
  SELECT id, '${type}' AS type, ${priorities[type]} AS priority, ${event} AS event, ${start} AS start,
    CASE WHEN ${excludedYear(terms, start)} IS NOT NULL THEN 'exclusion:' || kind || ':' || state END AS skip_reason,
    NULL AS anchor_year
  FROM days WHERE ${event} IS NOT NULL`,
  );
  const starts = kinds.map(({ start }) => start);
  const emails = [...yearly, ...terms.windowYears.map((_, i) => postWindow(terms, i, starts))];
  return `
WITH ${contactsWithDays(terms)},
  emails AS (${emails.join('\n  UNION ALL')}
  )
SELECT id AS contact_id, type AS email_type, s.iso AS send_date, skip_reason, priority,
  coalesce(anchor_year, e.year) AS event_year, e.month AS event_month, e.day_of_month AS event_day
FROM emails JOIN calendar s ON s.day = start JOIN calendar e ON e.day = event`;
}
