import type { UnknownText } from '../columns/scheduleNotes.js';
import type { MissedEmails } from '../plan/missedEmails.js';
import type { ReadingReport } from './readingReport.js';

const MOST_SHOWN = 3;

function listOf(texts: readonly UnknownText[]): string {
  const shown = texts.slice(0, MOST_SHOWN).map(({ value, rows }) => `${value} (${rows})`);
  const more = texts.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function rowsOf(texts: readonly UnknownText[]): string {
  const rows = texts.reduce((sum, text) => sum + text.rows, 0);
  return rows === 1 ? '1 row of email_schedules has' : `${rows} rows of email_schedules have`;
}

/** Suppressions that are there and suppress nobody, in a sentence (Rules 2). */
function suppressionWarnings(found: ReadingReport['suppressions']): string[] {
  if (found === null || found.contacts > 0) return [];
  if (found.rows > 0) {
    const rows =
      found.rows === 1 ? 'The 1 row of suppressions is' : `None of the ${found.rows} rows of suppressions is`;
    return [`${rows}${found.rows === 1 ? ' not' : ''} for a contact, or holds on this day: it suppresses nobody.`];
  }
  return [
    "The table or view suppressions has no rows, so that nobody is suppressed. For SQLite a text such as Y or true is no condition that holds: a view over a flag of texts needs one like `WHERE lower(trim(opted_out)) IN ('1', 'y', 'yes', 't', 'true', 'on')`.",
  ];
}

/** What counts for nothing in `email_schedules`, a sentence each with its counts and an example (Rules 1). */
export function readingWarnings({ rows, suppressions }: ReadingReport): string[] {
  const { unknown_statuses: statuses, unknown_types: types, unreadable_days: days } = rows;
  const told = suppressionWarnings(suppressions);
  if (statuses.length > 0) {
    told.push(
      `${rowsOf(statuses)} a status that no rule knows, ${listOf(statuses)}: they are ignored, and their emails are planned again. Known are pre-scheduled and skipped; scheduled, processing, accepted, deferred, sent and delivered; bounced, dropped and cancelled.`,
    );
  }
  if (types.length > 0) {
    told.push(
      `${rowsOf(types)} an email type that no run plans, ${listOf(types)}: they are no reason not to send that email again. Planned are birthday, effective_date, aep, post_window, followup_... and campaign_<type>_<instance>.`,
    );
  }
  if (days.rows > 0) {
    const have = days.rows === 1 ? '1 row of email_schedules was' : `${days.rows} rows of email_schedules were`;
    told.push(
      `${have} sent on no day that can be read, such as ${days.example}: without an event_year they are no reason not to send the email again. Read is YYYY-MM-DD, or what \`reading.dates\` in the configuration says.`,
    );
  }
  return told;
}

/** The emails that missed their deadline, in a sentence; none when there are none (Rules 12.7). */
export function missedWarnings({ rows, by_type: types, example }: MissedEmails, lastDay: string | null): string[] {
  if (rows === 0 || example === null) return [];
  const since = lastDay === null ? 'since they were planned' : `since the last run, of ${lastDay}`;
  const were = rows === 1 ? '1 email was' : `${rows} emails were`;
  const list = types.map((type) => `${type.rows} ${type.email_type}`).join(', ');
  return [
    `${were} not sent until the deadline had passed, ${since}: ${list}. One of them: ${example.email_type} of contact ${example.contact_id}, planned for ${example.send_day}.`,
  ];
}
