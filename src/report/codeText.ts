import { SendplanError, type SendplanErrorCode } from '../errors.js';
import { SKIP_REASONS, suppressionOf, winnerOfConflict } from '../rules/reasons.js';
import type { IssueKind } from '../rules/records.js';
import type { StateRuleKind } from '../rules/states.js';
import { nearestName } from '../rules/suggest.js';
import { FINDING_KINDS, type FindingKind, sentenceOf } from '../verify/kinds.js';

/*
 * What every code means that a program or a person meets: skip reasons of rows, kinds of issues and of findings, codes of errors.
 */

const WINDOWS: Readonly<Record<StateRuleKind, (state: string) => string>> = {
  birthday_window: (state) =>
    `${state} forbids emails around the contact's birthday, and the email would have gone out on such a day.`,
  effective_date_window: (state) =>
    `${state} forbids emails around the policy's anniversary, and the email would have gone out on such a day.`,
  year_round: (state) => `${state} forbids these emails all year round.`,
};

const REASONS: Readonly<Record<string, string>> = {
  [SKIP_REASONS.noOpenDay]: 'No open day is left on which the email still makes sense (calendar).',
  [SKIP_REASONS.dailyCap]:
    'Up to its last day there was no seat for it under the daily limits, and load_balancing.excess is skip.',
  [SKIP_REASONS.frequencyLimit]:
    'The contact would get more emails in a period than frequency.max_emails_per_period allows; others went first.',
  [SKIP_REASONS.underwritingOrganization]:
    'The contact failed underwriting, and the organization writes to nobody who did but for aep (organization.exclude_failed_underwriting_global).',
  [SKIP_REASONS.underwritingCampaign]: 'The contact failed underwriting, and the campaign skips those who did.',
};

const ISSUES: Readonly<Record<IssueKind, string>> = {
  invalid_id: 'The contact has no id that is a whole number from 1 on: it is left out.',
  duplicate_id: 'The id is that of an earlier row of contacts: this row counts for nothing.',
  invalid_email: 'The contact has no address that emails can go to: it is left out.',
  invalid_birth_date: 'The birth date cannot be read: the contact is planned as if it had none.',
  invalid_effective_date: 'The policy date cannot be read: the contact is planned as if it had none.',
  unknown_state: 'Neither state nor ZIP code tells a state.',
  unknown_campaign_type: 'The campaign is of a type that campaign_types does not have: it does not run.',
  unreadable_campaign: 'The days of the campaign cannot be read: it does not run.',
  unreadable_trigger: 'The trigger date of an enrolment cannot be read: it counts as none.',
  unknown_target_state: 'A campaign names a state that is none.',
  unreadable_suppression: 'A suppression has a day that cannot be read: it holds without it.',
  unknown_suppression_scope: 'A suppression has a scope that is none: it holds for all emails.',
  no_anchor_for_window: 'The state has windows around a date that the contact lacks: nothing is excluded for it.',
  expired: 'A campaign email whose last day has passed: there is no row for it.',
  outside_active_window: "A campaign email that lies outside of the campaign's days: there is no row for it.",
  refused_by_index:
    'A unique index of email_schedules holds another row in the place of this one, which was not written.',
};

const ERRORS: Readonly<Record<SendplanErrorCode, string>> = {
  bad_config: 'The configuration is not what it has to be; sendplan config --check FILE tells all of it.',
  bad_input: 'What the command was given is not what it takes.',
  bad_book: 'The folder is no book in parts, or its parts do not fit together.',
  not_a_database: 'The file is no SQLite database.',
  file_not_found: 'There is no such file.',
  file_busy: 'Another program is writing to the database, or has not finished.',
  file_changed: 'Another program changed the file meanwhile; nothing was written. Start again.',
  file_too_large: 'The file is larger than can be handled this way.',
  file_unwritable: 'The file, its folder or the disk does not allow writing.',
  missing_table: 'The database lacks a table that is needed.',
  missing_column: 'A table lacks a column that is needed.',
  unsupported_schema: 'A table is such that it cannot be read or written as it has to be.',
  database_error: 'SQLite refused, or the file is damaged.',
  driver_missing: 'The optional package libsql is not installed.',
  package_missing: 'An optional package that this needs is not installed.',
  memory_limit: 'The run would need more memory than it may have.',
  kernel_error: 'The organization does not fit into the memory of the engine.',
  held_back: 'A guard held the run back; nothing was written. --force passes it.',
  nothing_to_undo: 'No run was kept that could be undone (run --keep).',
  process_died:
    'The process that planned a book ended without an answer; the book is as it was, or as SQLite plays it back.',
  redis_unreachable: 'Redis does not answer (--redis, SENDPLAN_REDIS).',
  redis_error: 'Redis refused what the fleet asked of it.',
  window_closed: 'The book had not begun when the window of the night closed (fleet work --until).',
  interrupted: 'The command was interrupted; what was there is as it was.',
};

function exclusionSentence(code: string): string | null {
  const [word, kind, state] = code.split(':');
  if (word !== 'exclusion' || !Object.hasOwn(WINDOWS, kind) || state === undefined) return null;
  return WINDOWS[kind as StateRuleKind](state === 'null' ? 'The unknown state' : state);
}

function reasonSentence(code: string): string | null {
  const suppression = suppressionOf(code);
  if (suppression !== null)
    return `The contact is suppressed: the table suppressions, or its bounces, say ${JSON.stringify(suppression)}.`;
  const winner = winnerOfConflict(code);
  if (winner !== null) return `A contact gets one campaign a day, and that of campaign instance ${winner} goes first.`;
  return exclusionSentence(code) ?? (Object.hasOwn(REASONS, code) ? REASONS[code] : null);
}

/** What a code is, and a sentence about it. */
export interface CodeMeaning {
  readonly code: string;
  readonly is: 'skip reason' | 'issue' | 'finding of verify' | 'error';
  readonly meaning: string;
}

/** Everything that has a code of its own, but for the skip reasons that name something. */
function knownCodes(): string[] {
  return [...Object.keys(REASONS), ...Object.keys(ISSUES), ...FINDING_KINDS, ...Object.keys(ERRORS)];
}

/**
 * What a skip reason, an issue, a finding or an error code means.
 *
 * @throws SendplanError `bad_input` when nothing has that code
 */
export function meaningOfCode(code: string): CodeMeaning {
  const reason = reasonSentence(code);
  if (reason !== null) return { code, is: 'skip reason', meaning: reason };
  if (Object.hasOwn(ISSUES, code)) return { code, is: 'issue', meaning: ISSUES[code as IssueKind] };
  if (FINDING_KINDS.includes(code as FindingKind)) {
    return { code, is: 'finding of verify', meaning: sentenceOf(code as FindingKind) };
  }
  if (Object.hasOwn(ERRORS, code)) return { code, is: 'error', meaning: ERRORS[code as SendplanErrorCode] };
  const nearest = nearestName(code, knownCodes());
  throw new SendplanError(
    'bad_input',
    `No skip reason, issue, finding or error has the code ${JSON.stringify(code)}.`,
    {
      hint:
        nearest !== null
          ? `Did you mean ${nearest}?`
          : `Skip reasons that name something are such as exclusion:year_round:NY, suppressed:unsubscribed and conflict:campaign:7; the others: ${knownCodes().join(', ')}.`,
    },
  );
}

/** A code's meaning in a line. */
export function codeText({ code, is, meaning }: CodeMeaning): string {
  return `${code} (${is}): ${meaning}\n`;
}
