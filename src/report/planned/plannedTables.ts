import { parseIsoDay } from '../../calendar/iso.js';
import { counted, grouped, percent } from '../text/prose.js';
import { type Cell, table } from '../text/textTable.js';
import { capOfReport, type PlannedReport } from './plannedReport.js';

/** One table of a report. */
export interface PlannedTable {
  /** Which chart shows the same; null for a table without one. */
  readonly chart: 'volume' | 'months' | 'reasons' | 'states' | 'moves' | null;
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const MOST_TYPES = 30;

/** The first rows, and the sums of what is behind them as one more. */
function cut(rows: readonly (readonly Cell[])[], most: number): readonly (readonly Cell[])[] {
  if (rows.length <= most) return rows;
  const rest = rows.slice(most);
  const sum = (column: number) => rest.reduce((total, row) => total + Number(row[column]), 0);
  return [
    ...rows.slice(0, most),
    rows[0].map((cell, i) => (i === 0 ? `${rest.length} more` : typeof cell === 'number' ? sum(i) : '')),
  ];
}

/** Which file and which of its runs a report is of. */
function sourceSentence({ database, last_run: run }: PlannedReport): string {
  const name = JSON.stringify(database);
  if (run === null) return `This is what stands in ${name}, which tells of no run.`;
  const day = run.as_of === null ? '' : ` as of ${run.as_of}`;
  const time = run.completed_at === null ? '' : `, done at ${run.completed_at}`;
  return `This is what stands in ${name}, whose last run was${day === '' ? ' of no day that it tells' : day}${time}.`;
}

/** The sentences at the head of a report. */
export function plannedSentences(report: PlannedReport): string[] {
  const { rows, period, limits } = report;
  const configs = {
    given: 'the given configuration',
    database: "the last run's configuration",
    defaults: 'the default configuration',
  };
  const sentences = [
    `${counted(rows.pre_scheduled, 'email')} to be sent and ${grouped(rows.skipped)} skipped, for ${counted(report.contacts, 'contact')}.`,
  ];
  if (period !== null) {
    const over =
      report.days_over_cap === 0
        ? 'no day is over it'
        : `${counted(report.days_over_cap, 'day')} ${report.days_over_cap === 1 ? 'is' : 'are'} over it, ${grouped(report.days_over_threshold)} of them over the threshold of ${grouped(limits.threshold)}`;
    sentences.push(
      `The daily cap is ${grouped(limits.cap)} (profile ${limits.profile}, ${configs[limits.config]}); ${over}.`,
    );
    if (period.planned_outside > 0) {
      sentences.push(
        `${counted(period.planned_outside, 'email')} to be sent on days outside of those that are told of.`,
      );
    }
  }
  if (report.without_day > 0) {
    sentences.push(`${counted(report.without_day, 'email')} to be sent on no day that can be read.`);
  }
  sentences.push(sourceSentence(report));
  return sentences;
}

/** The fullest days, the fullest first. */
function busiestTable(report: PlannedReport, most: number): PlannedTable {
  const capOf = capOfReport(report);
  const busiest = [...report.days]
    .sort((a, b) => b.planned + b.history - a.planned - a.history || (a.day < b.day ? -1 : 1))
    .slice(0, most);
  return {
    chart: 'volume',
    title: 'The fullest days',
    head: ['day', 'to be sent', 'sent or on its way', 'of the daily cap'],
    rows: busiest.map(({ day, planned, history }) => {
      const cap = capOf(parseIsoDay(day) ?? 0);
      return [day, planned, history, percent(planned + history, cap)];
    }),
  };
}

/** Why emails are skipped, and how far the others are moved. */
function reasonTables({ rows, skip_reasons, moves }: PlannedReport, most: number): PlannedTable[] {
  const reasons = skip_reasons.map(({ reason, rows: count }) => [
    reason || '(none)',
    count,
    percent(count, rows.skipped),
  ]);
  const moved = moves
    .filter(({ days }) => days !== 0)
    .map(({ days, rows: count }) => [String(days), count, percent(count, rows.pre_scheduled)]);
  return [
    {
      chart: 'reasons',
      title: 'Why emails are skipped',
      head: ['reason', 'emails', 'of skipped'],
      rows: cut(reasons, most),
    },
    {
      chart: 'moves',
      title: 'How far emails are moved from the day they start on',
      head: ['days later', 'emails', 'of those to be sent'],
      rows: cut(moved, most),
    },
  ];
}

/** A report as tables. @param most the most rows of a table; the rest is summed up in one more */
export function plannedTables(report: PlannedReport, most: number): PlannedTable[] {
  const types = report.rows.by_type.map((type) => [
    type.email_type,
    type.pre_scheduled,
    type.skipped,
    type.history,
    type.ended,
    type.other,
  ]);
  const states = report.states.map(({ state, pre_scheduled, skipped }) => [state ?? 'unknown', pre_scheduled, skipped]);
  const [reasons, moves] = reasonTables(report, most);
  const statuses = report.rows.by_status.map(({ status, rows: count }) => [status || '(none)', count]);
  const tables: PlannedTable[] = [
    {
      chart: null,
      title: 'Emails by type',
      head: ['email type', 'to be sent', 'skipped', 'sent or on its way', 'ended', 'other'],
      rows: cut(types, Math.max(most, MOST_TYPES)),
    },
    busiestTable(report, most),
    {
      chart: 'months',
      title: 'Emails to be sent, by month',
      head: ['month', 'to be sent'],
      rows: report.months.map(({ month, planned }) => [month, planned]),
    },
    reasons,
    { chart: 'states', title: 'Emails by state', head: ['state', 'to be sent', 'skipped'], rows: cut(states, most) },
    moves,
    { chart: null, title: 'Rows by status', head: ['status', 'rows'], rows: cut(statuses, most) },
  ];
  return tables.filter((found) => found.rows.length > 0);
}

const MOST_ROWS = 12;

/**
 * A report as text for people, without colour, ending in a new line.
 *
 * @example
 * import { plannedText, reportFile } from 'sendplan/node';
 * console.log(plannedText(await reportFile('book.sqlite3')).split('\n')[0]); // 1,188 emails to be sent and 392 skipped, for 300 contacts.
 */
export function plannedText(report: PlannedReport): string {
  const tables = plannedTables(report, MOST_ROWS).map(({ title, head, rows }) => `${title}\n${table(head, rows)}`);
  return `${[plannedSentences(report).join('\n'), ...tables].join('\n\n')}\n`;
}
