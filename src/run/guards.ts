import { formatIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import type { Config } from '../rules/config.js';
import type { DateOrder } from '../rules/dates.js';
import { alikeText } from '../store/schema/alikeColumns.js';
import type { ReadColumn, ReadColumnName, ReadingReport } from './readingReport.js';

/** The guards by the names of their keys (docs/rules.md, guards). */
export const GUARDS = ['unreadable', 'removed', 'ahead', 'backwards', 'other_config'] as const;

/** One of `GUARDS`. */
export type GuardName = (typeof GUARDS)[number];

/** What the guards look at. */
export interface GuardSituation {
  readonly guards: Config['guards'];
  readonly reading: ReadingReport;
  /** How many emails were to be sent from today on, and how many of them the run takes back. */
  readonly withdrawn: { readonly found: number; readonly withdrawn: number };
  readonly today: number;
  /** The day of the run before; null when that is not known. */
  readonly lastDay: number | null;
  /** Whether the run before had another configuration. */
  readonly isOtherConfig: boolean;
}

/** A guard that would hold the run back, or warns, and why, a sentence. */
export interface GuardFinding {
  readonly guard: GuardName;
  /** Whether the configuration has the guard hold the run back. */
  readonly holds: boolean;
  readonly told: string;
}

/** From where on a guard warns that the configuration does not set. */
const WARN_FROM = { unreadable: 0.2, removed: 0.2, ahead: 14 } as const;

/**
 * Fewer unreadable values than these are a few slips in a small book, whatever their share, unless no value at all can be read and
 * there are some.
 */
const FEWEST_UNREADABLE = { some: 25, all: 5 } as const;

const COLUMN_WORDS: Readonly<Record<ReadColumnName, string>> = {
  id: 'ids',
  email: 'email addresses',
  state: 'states or ZIP codes',
  birth_date: 'birth dates',
  effective_date: 'effective dates',
};

const DATES_READ: Readonly<Record<DateOrder, string>> = {
  iso: 'Read is YYYY-MM-DD.',
  mdy: 'Read are YYYY-MM-DD and, by `reading.dates: mdy`, month, day and year.',
  dmy: 'Read are YYYY-MM-DD and, by `reading.dates: dmy`, day, month and year.',
};

/** What can be read, or what to do, by column, but for dates. */
const READABLE: Readonly<Record<Exclude<ReadColumnName, 'birth_date' | 'effective_date'>, string>> = {
  id: 'Read are whole numbers from 1 to 2^53-1; a view can give every contact a number.',
  email: 'Read is one address a contact, without a name around it.',
  state: 'Read are two letters, US-TX, English names, and ZIP codes.',
};

function shareText(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

/** What of a column can be read, or would be with another setting. */
function wayText({ column, read_as: dates, readable_as: setting }: ReadColumn): string {
  const readable =
    column === 'birth_date' || column === 'effective_date' ? DATES_READ[dates ?? 'iso'] : READABLE[column];
  if (setting === null) return readable;
  const instead = dates === 'iso' ? '' : ` in the place of ${dates}`;
  return `With \`reading: {dates: ${setting.dates}}\` in the configuration${instead} ${setting.rows} of them are read.`;
}

/** A column's unreadable values in a sentence or two. */
export function unreadableText(read: ReadColumn): string {
  const { column, filled, unreadable, commonest } = read;
  const share = `${unreadable} of ${filled} ${COLUMN_WORDS[column]} that are not blank cannot be read (${shareText(unreadable, filled)})`;
  const common = commonest === null ? '' : `, most often ${commonest.value} (${commonest.rows})`;
  return `${share}${common}. ${wayText(read)}`;
}

function findUnreadable({ guards, reading }: GuardSituation): GuardFinding[] {
  const { unreadable: limit } = guards;
  const found = reading.columns.filter(({ filled, unreadable }) => {
    const isPattern =
      unreadable >= FEWEST_UNREADABLE.some || (unreadable === filled && filled >= FEWEST_UNREADABLE.all);
    return filled > 0 && isPattern && unreadable > (limit ?? WARN_FROM.unreadable) * filled;
  });
  const findings = found.map(
    (column) => ({ guard: 'unreadable', holds: limit !== null, told: unreadableText(column) }) as const,
  );
  const { alike_columns: alike } = reading;
  if (alike.length === 0) return findings;
  // Of the others a run makes less: no column of dates or places is lost unread.
  const isLost = alike.some(({ meant }) => ['birth_date', 'effective_date', 'state', 'zip_code'].includes(meant));
  const told = `The table contacts has columns that are not read: ${alikeText(alike)} A view can rename them.`;
  return [...findings, { guard: 'unreadable', holds: limit !== null && limit < 1 && isLost, told }];
}

function findRemoved({ guards, withdrawn }: GuardSituation): GuardFinding[] {
  const { found, withdrawn: lost } = withdrawn;
  if (found === 0 || lost <= (guards.removed ?? WARN_FROM.removed) * found) return [];
  if (guards.removed === null && lost < FEWEST_UNREADABLE.some) return [];
  const told = `${lost} of ${found} emails that were to be sent from today on would go or be skipped (${shareText(lost, found)}).`;
  return [{ guard: 'removed', holds: guards.removed !== null, told }];
}

function findDay({ guards, today, lastDay }: GuardSituation): GuardFinding[] {
  if (lastDay === null || lastDay === today) return [];
  const days = Math.abs(today - lastDay);
  const apart = `${days} day${days === 1 ? '' : 's'}`;
  const last = `the last run's, ${formatIsoDay(lastDay)}`;
  if (today < lastDay) {
    const told = `The run's day, ${formatIsoDay(today)}, is ${apart} before ${last}: emails that were planned since then are planned anew.`;
    return [{ guard: 'backwards', holds: guards.backwards, told }];
  }
  if (days <= (guards.ahead ?? WARN_FROM.ahead)) return [];
  const told = `The run's day, ${formatIsoDay(today)}, is ${apart} after ${last}: emails that were due meanwhile are caught up with or lost.`;
  return [{ guard: 'ahead', holds: guards.ahead !== null, told }];
}

function findConfig({ guards, isOtherConfig }: GuardSituation): GuardFinding[] {
  if (!isOtherConfig) return [];
  const told = 'The configuration is another one than the last run used, so that the book is planned anew by it.';
  return [{ guard: 'other_config', holds: guards.other_config, told }];
}

/** What the guards have to say of a run, whether they hold it back or not. */
export function findGuards(situation: GuardSituation): GuardFinding[] {
  return [...findUnreadable(situation), ...findRemoved(situation), ...findDay(situation), ...findConfig(situation)];
}

/**
 * Holds a run back when a guard does that is not passed.
 *
 * @throws SendplanError `held_back`, naming each guard and how to go on
 */
export function requirePassed(findings: readonly GuardFinding[], passed: readonly GuardName[]): void {
  const holding = findings.filter(({ guard, holds }) => holds && !passed.includes(guard));
  if (holding.length === 0) return;
  const names = [...new Set(holding.map(({ guard }) => guard))];
  const told = holding.map(({ guard, told: text }) => `guards.${guard}: ${text}`).join('\n  ');
  throw new SendplanError('held_back', `Held back, nothing was written.\n  ${told}`, {
    hint: `If it is meant so, go on with ${names.map((name) => `--force ${name}`).join(' ')}, or set guards.${names.join(' and guards.')} in the configuration otherwise.`,
  });
}
