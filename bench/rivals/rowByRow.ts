import { parseIsoDay } from '../../src/calendar/iso.js';
import { type DatedContact, type DatedEmail, DatePlanner } from '../kernel/dateObjects.js';
import { insertColumns, openNative } from './nativeSqlite.js';
import { type Rival, StageClock, type StageSeconds } from './rival.js';
import { SUBSET, SUBSET_RULES, type SubsetRule } from './subset.js';

const MS_PER_DAY = 86_400_000;
const RULES = new Map(SUBSET_RULES.map((rule) => [rule.state, rule]));
const TODAY = new Date(SUBSET.today * MS_PER_DAY);

interface ContactRow {
  readonly id: number;
  readonly state: string | null;
  readonly birth_date: string | null;
  readonly effective_date: string | null;
}

interface PostWindowEmail {
  readonly start: Date;
  readonly event: Date;
  readonly anchorYear: number;
}

function dateOf(text: string | null): Date | null {
  const day = text === null ? null : parseIsoDay(text);
  return day === null ? null : new Date(day * MS_PER_DAY);
}

function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * MS_PER_DAY);
}

function anchorIn(year: number, date: Date): Date {
  const anchor = new Date(Date.UTC(year, date.getUTCMonth(), date.getUTCDate()));
  return anchor.getUTCMonth() === date.getUTCMonth() ? anchor : addDays(anchor, -1);
}

/** The emails after the windows that excluded an email, are open, or have just closed. */
function afterWindows(contact: DatedContact, rule: SubsetRule, emails: readonly DatedEmail[]): PostWindowEmail[] {
  const date = rule.kind === 'birthday_window' ? contact.birthDate : contact.effectiveDate;
  if (rule.kind === 'year_round' || date === null) return [];
  const base = rule.startsWithMonth ? new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)) : date;
  const found: PostWindowEmail[] = [];
  for (let year = SUBSET.year - 1; year <= SUBSET.year + 2; year++) {
    const anchor = anchorIn(year, base);
    const [first, last] = [addDays(anchor, -rule.leadDays), addDays(anchor, rule.tailDays)];
    const isOpen = first <= TODAY && TODAY <= addDays(last, 1 + SUBSET.catchUpDays);
    const hasExcluded = emails.some(({ start }) => first <= start && start <= last);
    if (anchor < base || !(isOpen || hasExcluded)) continue;
    const ideal = addDays(last, 1);
    found.push({ start: ideal < TODAY ? TODAY : ideal, event: last, anchorYear: year });
  }
  return found;
}

/**
 * What planners usually do: for every contact a query for the contact, one for what is planned already, then its emails
 * worked out with Date objects and written one by one. All statements are prepared once and served by indexes.
 */
async function planRowByRow(path: string, contactsPerTransaction: number): Promise<StageSeconds> {
  const clock = new StageClock();
  const database = openNative(path);
  const ids = database.prepare('SELECT id FROM contacts ORDER BY id').pluck().all() as number[];
  const selectContact = database.prepare('SELECT id, state, birth_date, effective_date FROM contacts WHERE id = ?');
  const selectRows = database.prepare(
    'SELECT id, email_type, status, event_year FROM email_schedules WHERE contact_id = ?',
  );
  const { names, values } = insertColumns({
    contactId: '?1',
    type: '?2',
    date: '?3',
    skipReason: '?4',
    priority: '?5',
    year: '?6',
    month: '?7',
    day: '?8',
  });
  const insert = database.prepare(`INSERT INTO email_schedules (${names}) VALUES (${values})`);
  const planner = new DatePlanner(SUBSET, RULES);
  const textOf = (date: Date) => date.toISOString().slice(0, 10);
  clock.lap('open');

  for (const [i, id] of ids.entries()) {
    if (i % contactsPerTransaction === 0) database.exec('BEGIN IMMEDIATE');
    const row = selectContact.get(id) as ContactRow;
    // The subset has no history, so that what is found here decides nothing; planners ask all the same.
    selectRows.all(id);
    const contact = {
      id,
      state: row.state,
      birthDate: dateOf(row.birth_date),
      effectiveDate: dateOf(row.effective_date),
    };
    const emails: DatedEmail[] = [];
    planner.plan(contact, emails);
    const rule = RULES.get(row.state ?? '');
    for (const { kind, start, event, isExcluded } of emails) {
      const reason = isExcluded ? `exclusion:${rule?.kind}:${row.state}` : null;
      const parts = [event.getUTCFullYear(), event.getUTCMonth() + 1, event.getUTCDate()];
      insert.run(id, kind, textOf(start), reason, SUBSET.priorities[kind], ...parts);
    }
    for (const { start, event, anchorYear } of rule === undefined ? [] : afterWindows(contact, rule, emails)) {
      const parts = [anchorYear, event.getUTCMonth() + 1, event.getUTCDate()];
      insert.run(id, 'post_window', textOf(start), null, SUBSET.priorities.post_window, ...parts);
    }
    if ((i + 1) % contactsPerTransaction === 0 || i + 1 === ids.length) database.exec('COMMIT');
  }
  clock.lap('contacts');
  database.close();
  clock.lap('close');
  return clock.seconds;
}

/** Row by row, every contact a transaction of its own, as a planner that may stop anywhere does it. */
export const rowByRow: Rival = {
  key: 'rows',
  name: 'row by row, a transaction per contact',
  largest: 10_000,
  run: (path) => planRowByRow(path, 1),
};

/** The same with a thousand contacts a transaction. */
export const rowByRowInBatches: Rival = {
  key: 'batches',
  name: 'row by row, 1,000 contacts a transaction',
  largest: 100_000,
  run: (path) => planRowByRow(path, 1000),
};
