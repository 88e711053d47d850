import type {
  CapFacts,
  EmailExplanation,
  ExclusionFacts,
  FrequencyFacts,
  FullDayFacts,
  RowFacts,
  SmoothingFacts,
  StartFacts,
  SuppressionFacts,
} from '../explain/explanation.js';
import { SKIP_REASONS } from '../rules/reasons.js';
import { counted, dated, grouped, listed } from './text/prose.js';

/** How many days that were full a letter tells of one by one. */
const MOST_FULL_DAYS = 3;

/** How many email types of a full day a letter names. */
const MOST_KINDS = 4;

const STANDINGS: Readonly<Record<RowFacts['standing'], string>> = {
  'pre-scheduled': 'pre-scheduled',
  skipped: 'skipped',
  on_its_way: 'on its way',
  sent: 'sent',
  ended: 'bounced, dropped or cancelled',
  other: 'of another status',
};

/** A row of `email_schedules` in words. */
export function rowText({ row_id, email_type, standing, sent_date, scheduled_send_date }: RowFacts): string {
  const id = row_id === null ? 'a row without id' : `row ${row_id}`;
  const day = sent_date ?? scheduled_send_date;
  return `${id} (${email_type}, ${STANDINGS[standing]}${day === null ? '' : ` on ${day}`})`;
}

function rowName(row: RowFacts): string {
  return row.row_id === null ? 'a row without id' : `row ${row.row_id}`;
}

/** The heading of an email's paragraph. */
export function emailTitle(email: EmailExplanation): string {
  const { email_type, status, scheduled_send_date, skip_reason } = email;
  if (status === 'pre-scheduled') return `${email_type}: to be sent on ${dated(scheduled_send_date)}.`;
  return `${email_type}: not sent, skipped on ${dated(scheduled_send_date)} as ${skip_reason}.`;
}

/** How much is told of an email. */
export interface EmailTelling {
  /** With the arithmetic by which days are spread, for whoever follows the rules by hand; left out, only what came of it. */
  readonly detail?: boolean;
}

/** Everything about an email, sentence by sentence in the order of the rules. */
export function emailSentences(email: EmailExplanation, asOf: string, how: EmailTelling = {}): string[] {
  const { start, exclusion, smoothing, daily_cap, conflict, frequency, overloaded_day, place_taken_by } = email;
  const sentences = [...eventSentences(email), ...startSentences(email, start, asOf, how)];
  if (exclusion !== null) {
    const isTold = start.catch_up?.excluded?.date === exclusion.date;
    sentences.push(isTold ? 'So the email is skipped.' : `${exclusionText(exclusion)}, so the email is skipped.`);
  }
  if (!email.respects_windows) sentences.push('The campaign does not look at windows.');
  if (smoothing !== null) sentences.push(...smoothingSentences(smoothing, how));
  if (daily_cap !== null) sentences.push(...capSentences(email, daily_cap));
  if (conflict !== null) {
    const when = conflict.pass === 'after_balancing' ? 'After the days are balanced, ' : '';
    sentences.push(
      `${when}${conflict.email_type} goes out on ${dated(conflict.date)} too. A contact gets one campaign a day, the one of the smallest priority and then instance id: that one has priority ${conflict.priority}, this one ${email.priority}.`,
    );
  }
  if (frequency !== null) sentences.push(...frequencySentences(frequency));
  if (overloaded_day !== null) {
    const { emails, threshold } = overloaded_day;
    sentences.push(
      `That day ends over its threshold of ${grouped(threshold)} with ${counted(emails, 'email')}: up to their last days there are not seats enough for all.`,
    );
  }
  if (place_taken_by !== null) {
    sentences.push(
      `But ${rowText(place_taken_by)} holds this contact, type and day already: where the table has its unique index, this email gets no row (refused_by_index).`,
    );
  }
  return sentences;
}

const DECISIONS = {
  nothing: 'has done nothing',
  clicked: 'has clicked',
  answered: 'has answered health questions',
  answered_yes: 'has answered health questions and told of a condition',
} as const;

function eventText({ event, event_date }: EmailExplanation): string {
  const day = dated(event_date);
  switch (event.from) {
    case 'birth_date':
      return `The birthday is on ${day}.`;
    case 'effective_date':
      return `The policy, effective since ${event.date}, has its anniversary on ${day}.`;
    case 'aep_date':
      return `The AEP date is ${day}.`;
    case 'active_start_date':
      return `There is no trigger date, so the campaign counts from its first day, ${day}.`;
    case 'today':
      return `The campaign has neither a trigger date nor a first day, so it counts from today, ${day}.`;
    case 'spread':
      return `The campaign is spread evenly over ${dated(event.first_day)} to ${dated(event.last_day)}; the contact's id falls on ${day}, ${counted(event.offset_days, 'day')} after the first.`;
    case 'trigger_date':
      if (event.trigger_dates.length === 1) return `The trigger date is ${day}.`;
      return `Of the trigger dates ${listed(event.trigger_dates)}, ${day} counts.`;
    case 'window': {
      const reasons = [
        ...(event.excludes.length > 0 ? [`it excludes ${listed(event.excludes)}`] : []),
        ...(event.is_open ? ['it is open or has just closed'] : []),
      ];
      return `The window of ${event.window.year} ends on ${day}, and an email makes up for it, because ${reasons.join(', and ')}.`;
    }
    case 'initial_email': {
      const since = event.decided_on === null ? '' : `, last on ${dated(event.decided_on)}`;
      return `It follows up ${rowText(event.row)}. Since then the contact ${DECISIONS[event.decided_by]}${since}.`;
    }
  }
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function eventSentences(email: EmailExplanation): string[] {
  const { passed_over, event_date, ideal_date, deadline } = email;
  const before = daysBetween(ideal_date, event_date);
  const distance = before > 0 ? `${counted(before, 'day')} before` : `${counted(-before, 'day')} after`;
  const ideal = before === 0 ? 'that day' : `${distance}, on ${dated(ideal_date)}`;
  const end = deadline === event_date && before !== 0 ? 'the day itself' : dated(String(deadline));
  return [
    ...passed_over.map(
      ({ event_date: past, rows }) => `History has the email for ${dated(past)} already: ${listed(rows.map(rowText))}.`,
    ),
    eventText(email),
    `Ideally it goes out ${before === 0 ? 'on ' : ''}${ideal}, ${deadline === null ? 'and it has no deadline' : `and no later than ${end}`}.`,
  ];
}

function startSentences(email: EmailExplanation, start: StartFacts, asOf: string, how: EmailTelling): string[] {
  return [...stepSentences(email, start, asOf, how), ...heldSentences(start), ...closedSentences(start)];
}

function stepSentences(email: EmailExplanation, start: StartFacts, asOf: string, how: EmailTelling): string[] {
  const { skip_reason, exclusion, suppression, planned_send_date } = email;
  const { step, step_date, owned_row } = start;
  switch (step) {
    case 'suppressed':
      return suppression === null ? [] : [suppressionText(suppression)];
    case 'underwriting':
      return skip_reason === SKIP_REASONS.underwritingOrganization
        ? ['The contact failed underwriting, and the organization then sends nothing but AEP emails.']
        : ['The contact failed underwriting, and this campaign skips such contacts.'];
    case 'ideal':
      return [
        exclusion !== null || start.closed !== null
          ? 'That day has not passed.'
          : 'That day has not passed, so the email starts on it.',
      ];
    case 'kept_planned_day':
      return [
        `That day has passed; an earlier run planned ${dated(step_date)} (${owned_row === null ? '' : rowName(owned_row)}), and that plan is kept.`,
      ];
    case 'kept_send_day':
      return [
        `That day has passed; ${owned_row === null ? '' : rowName(owned_row)} was to be sent on ${dated(step_date)}, and that day is kept.`,
        ...(planned_send_date < asOf ? [`It was planned for ${dated(planned_send_date)}, which its row keeps.`] : []),
      ];
    case 'catch_up':
      return catchUpSentences(email.kind, start, asOf, how);
  }
}

function catchUpSentences(
  kind: EmailExplanation['kind'],
  { step_date: stepDate, owned_row: row, catch_up: facts }: StartFacts,
  asOf: string,
  { detail = false }: EmailTelling,
): string[] {
  if (facts === null) return [];
  const lost = row === null ? 'and no earlier plan is there to keep' : `and the plan of ${rowName(row)} cannot be kept`;
  const passed = `That day has passed ${lost}, so the email catches up`;
  if (kind === 'followup') {
    return [`${passed}${stepDate === asOf ? ' today, its last day' : ` tomorrow, ${dated(stepDate)}`}.`];
  }
  const { spread_days: n, mix, remainder, aimed_date, excluded } = facts;
  const spread = `Catching up is spread over ${counted(n ?? 0, 'day')}`;
  const arithmetic = detail
    ? `${spread}: this contact's mix, ${mix}, is ${remainder} modulo ${n}, and ${dated(aimed_date)} is the first day from today on that is so too.`
    : `${spread}, and this contact's day is ${dated(aimed_date)}.`;
  const sentences = [`${passed}.`, n === 1 ? 'Only today is left for it.' : arithmetic];
  if (excluded === null) return sentences;
  const instead =
    stepDate === aimed_date
      ? 'and no day from today to it is free'
      : `and the last free day before it is ${dated(stepDate)}`;
  return [...sentences, `${exclusionText(excluded)}, ${instead}.`];
}

/** Why an email is suppressed. */
function suppressionText(suppression: SuppressionFacts): string {
  if (suppression.by === 'bounces') {
    const { bounces, most_bounces } = suppression;
    return `${counted(bounces, 'email')} of the contact bounced since the last delivery, and from ${most_bounces} on it gets none.`;
  }
  const { reason, scope, starts_on, ends_on } = suppression;
  const what = scope === null ? 'everything' : listed(scope);
  const since = starts_on === null ? '' : ` since ${dated(starts_on)}`;
  const until = ends_on === null ? '' : ` up to ${dated(ends_on)}`;
  return `The contact is suppressed${since}${until}, for ${what}, by ${reason}.`;
}

const CLOSED_BY = {
  weekday: 'on that weekday nothing is sent',
  closed: 'it is one of the closed days',
  federal_holiday: 'a federal holiday is observed',
} as const;

function closedSentences({ closed, date }: StartFacts): string[] {
  if (closed === null) return [];
  const day = `${dated(closed.date)} is closed: ${CLOSED_BY[closed.closed_by]}`;
  if (closed.moved_to === null) return [`${day}. There is no open day that it could move to, so the email is skipped.`];
  const which = date > closed.date ? 'next' : 'last';
  return [`${day}. So it starts on ${dated(date)}, the ${which} open day that is free for it.`];
}

function heldSentences({ held, date }: StartFacts): string[] {
  if (held.length === 0) return [];
  const days = held.map(
    (one) => `${dated(one.date)} by ${one.row_id === null ? 'a row without id' : `row ${one.row_id}`}`,
  );
  return [
    `Rows that a run does not own hold days of this type: ${listed(days)}. So the start moves to ${dated(date)}.`,
  ];
}

/** Why a day is excluded, as the beginning of a sentence. */
export function exclusionText({ date, part, window }: ExclusionFacts): string {
  if (window === null) return `${dated(date)} is excluded as every day is in this state`;
  if (part === 'statutory') {
    return `${dated(date)} lies in the part of the window of ${window.year} that the state forbids, ${window.statutory_first_day} to ${window.last_day}`;
  }
  return `${dated(date)} lies in the buffer in front of the window of ${window.year}, which begins on ${window.first_day} and gives way to the state's own part on ${window.statutory_first_day}`;
}

const OBSTACLES = {
  no_offset: 'and its own share is to stay',
  before_today: 'but that day has passed, so it stays',
  after_deadline: 'but that is after its deadline, so it stays',
  closed: 'but that day is closed, so it stays',
  excluded: 'but that day is excluded, so it stays',
} as const;

function smoothingSentences(facts: SmoothingFacts, { detail = false }: EmailTelling): string[] {
  const { date, emails, limit, window_days, mix, offset_days, target_date, obstacle } = facts;
  const crowd = `${counted(emails, 'policy anniversary email')} start on ${dated(date)}, more than ${grouped(limit)}, so they are spread over ${counted(window_days, 'day')}`;
  const arithmetic = detail ? ` (mix ${mix} modulo ${window_days}, minus ${Math.floor(window_days / 2)})` : '';
  const share = `this one by ${offset_days > 0 ? '+' : ''}${counted(offset_days, 'day')}${arithmetic}`;
  if (obstacle === null) return [`${crowd}: ${share}, to ${dated(target_date)}.`];
  if (obstacle === 'no_offset') return [`${crowd}: ${share}, ${OBSTACLES.no_offset}.`];
  return [`${crowd}: ${share}, to ${dated(target_date)}, ${OBSTACLES[obstacle]}.`];
}

function capSentences(email: EmailExplanation, { full_days, last_date }: CapFacts): string[] {
  const { booked_date, scheduled_send_date: sendDate, status, skip_reason } = email;
  const sentences = full_days.slice(0, MOST_FULL_DAYS).map((day) => `${fullDayText(day)}. ${wentText(day)}.`);
  const rest = full_days.slice(MOST_FULL_DAYS);
  const last = rest.at(-1);
  if (last !== undefined) {
    const days =
      rest.length === 1 ? 'was the open day after,' : `were the ${counted(rest.length, 'open day')} after, to`;
    sentences.push(`So ${days} ${dated(last.date)}, when ${counted(last.waiting, 'email')} waited.`);
  }
  if (skip_reason === SKIP_REASONS.dailyCap) {
    return [...sentences, `That was the last day on which it could go out, so the email is skipped.`];
  }
  const isPromised = status === 'pre-scheduled' && booked_date !== null;
  const promise = !isPromised
    ? ''
    : booked_date === sendDate
      ? ', the day that an earlier run promised it'
      : `; an earlier run had promised it ${dated(booked_date)}`;
  const end =
    last_date === sendDate ? 'That is the last day on which it can' : `It can go out up to ${dated(last_date)}`;
  return [...sentences, `So the email goes out on ${dated(sendDate)}${promise}. ${end}.`];
}

function fullDayText({ date, waiting, history, cap, seats }: FullDayFacts): string {
  const past =
    history === 0 ? '' : ` (its cap is ${grouped(cap)}, and ${grouped(history)} were sent or are on their way)`;
  return `On ${dated(date)} ${counted(waiting, 'email')} ${waiting === 1 ? 'waits' : 'wait'} for ${counted(seats, 'seat')}${past}`;
}

function wentText({ went, more_important, promised, had_to_go, went_by_type }: FullDayFacts): string {
  if (went === 0) return 'None of them goes';
  const types = went_by_type.slice(0, MOST_KINDS).map((one) => `${grouped(one.emails)} ${one.email_type}`);
  const others = went_by_type.slice(MOST_KINDS).reduce((sum, one) => sum + one.emails, 0);
  if (others > 0) types.push(counted(others, 'other'));
  const before = went - more_important - promised - had_to_go;
  const reasons = [
    ...(more_important > 0 ? [`${grouped(more_important)} more important`] : []),
    ...(promised > 0 ? [`${grouped(promised)} as important and promised this day`] : []),
    ...(before > 0 ? [`${grouped(before)} as important and first in order`] : []),
    ...(had_to_go > 0 ? [`${grouped(had_to_go)} less important that had to go so as not to miss their last days`] : []),
  ];
  return `${grouped(went)} ${went === 1 ? 'other goes' : 'others go'}, ${listed(types)}: ${listed(reasons)}`;
}

function frequencySentences({
  pass,
  date,
  max_emails,
  period_days,
  first_day,
  last_day,
  emails,
}: FrequencyFacts): string[] {
  const when = pass === 'after_balancing' ? 'After the days are balanced, ' : '';
  const taken = emails.map((email) => {
    const place =
      email.row_id === null && email.priority === null
        ? 'history'
        : email.priority === null
          ? `row ${email.row_id}`
          : `priority ${email.priority}`;
    return `${email.email_type} on ${email.date} (${place})`;
  });
  return [
    `${when}${dated(date)} lies in ${counted(period_days, 'day')} that are full, ${first_day} to ${last_day}: ${listed(taken)}. A contact gets at most ${counted(max_emails, 'email')} in ${counted(period_days, 'day')}, and these come first.`,
  ];
}
