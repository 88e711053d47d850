import type { EmailExplanation, EventSource, ExclusionFacts, RowStanding } from '../../explain/explanation.js';
import { kindOfType } from '../../report/charts/series.js';
import { counted } from '../../report/text/prose.js';
import { BOUNCED, SKIP_REASONS, suppressionOf, winnerOfConflict } from '../../rules/reasons.js';
import type { IssueKind } from '../../rules/records.js';
import { shortDate } from './format.js';

// The codes of the rulebook in the words of people who do not know it. What is not known here stays as it is.

const KINDS: Readonly<Record<string, string>> = {
  birthday: 'Birthday email',
  effective_date: 'Policy email',
  aep: 'Enrollment email',
  post_window: 'Email after a window',
  followup: 'Follow-up',
};

/** What the contact did since the email that is followed up. */
const FOLLOWUPS: Readonly<Record<string, string>> = {
  followup_1_cold: 'nothing done',
  followup_2_clicked_no_hq: 'clicked',
  followup_3_hq_no_yes: 'answered',
  followup_4_hq_with_yes: 'answered yes',
};

const FORBIDDEN: Readonly<Record<string, string>> = {
  birthday_window: 'forbids days around the birthday',
  effective_date_window: 'forbids days around the policy date',
  year_round: 'forbids every day of the year',
};

const REASONS: Readonly<Record<string, string>> = {
  [SKIP_REASONS.noOpenDay]: 'there is no open day left',
  [SKIP_REASONS.dailyCap]: 'no day has room for it',
  [SKIP_REASONS.frequencyLimit]: 'the contact has enough emails in that period',
  [SKIP_REASONS.underwritingOrganization]: 'the contact failed underwriting',
  [SKIP_REASONS.underwritingCampaign]: 'the contact failed underwriting, which this campaign heeds',
};

/** What became of an email that was there before the run. */
export const STANDING_WORDS: Readonly<Partial<Record<RowStanding, string>>> = {
  on_its_way: 'on its way',
  sent: 'sent',
  ended: 'bounced, failed for good or called off',
};

const ISSUES: Readonly<Record<IssueKind, string>> = {
  invalid_id: 'Contact left out: its id is no number',
  duplicate_id: 'Contact left out: another one has its id',
  invalid_email: 'Contact left out: its address cannot be written to',
  invalid_birth_date: 'Birth date that cannot be read',
  invalid_effective_date: 'Policy date that cannot be read',
  unknown_state: 'State that is not known',
  no_anchor_for_window: "Date missing from which the state's rule counts",
  unknown_campaign_type: 'Campaign of a type that is not there',
  unreadable_campaign: 'Campaign with a date that cannot be read',
  unreadable_trigger: 'Enrollment with a date that cannot be read',
  unknown_target_state: 'Campaign for a state that is none',
  unreadable_suppression: 'Suppression with a number or date that cannot be read',
  unknown_suppression_scope: 'Suppression of a kind of emails that is none',
  expired: 'Campaign email that would come too late',
  outside_active_window: 'Campaign email outside of the days of its campaign',
  refused_by_index: 'Email for which the database has no place',
};

/** What is wrong with a row, in words. */
export function plainIssue(kind: string): string {
  return ISSUES[kind as IssueKind] ?? kind;
}

/** What an email type is called: `birthday` is "Birthday email". */
export function plainType(emailType: string): string {
  const known = KINDS[kindOfType(emailType)];
  const rest = FOLLOWUPS[emailType];
  if (rest !== undefined) return `${KINDS.followup}, ${rest}`;
  if (known !== undefined) {
    const number = /^aep_([0-9]+)$/.exec(emailType)?.[1];
    return number === undefined ? known : `${known} ${number}`;
  }
  return emailType.startsWith('campaign_') ? `Campaign ${emailType.slice('campaign_'.length)}` : emailType;
}

/** Why an email is skipped, as the end of a sentence after "because". */
export function plainReason(reason: string): string {
  const known = REASONS[reason];
  if (known !== undefined) return known;
  const [, kind, state] = /^exclusion:([a-z_]+):(.*)$/.exec(reason) ?? [];
  if (kind !== undefined && FORBIDDEN[kind] !== undefined) return `${state} ${FORBIDDEN[kind]}`;
  const winner = winnerOfConflict(reason);
  if (winner !== null) return `campaign ${winner} goes out on that day`;
  const suppression = suppressionOf(reason);
  if (suppression === BOUNCED) return 'emails to the contact bounce';
  return suppression === null ? reason : `the contact is not to be written to: ${suppression}`;
}

/** What rules are called that skip emails for different reasons. */
const RULES: Readonly<Record<string, string>> = {
  suppressed: 'the contact is not to be written to',
  exclusion: 'the state forbids emails on that day',
  conflict: 'another campaign goes out on that day',
};

/** Why a rule skips an email, as the end of a sentence after "because". @param rule what skip reasons begin with */
export function plainRule(rule: string): string {
  return RULES[rule] ?? plainReason(rule);
}

/** The heading of an email: what it is and what becomes of it. */
export function emailHeading({ email_type, status, scheduled_send_date, skip_reason }: EmailExplanation): string {
  const type = plainType(email_type);
  if (status === 'pre-scheduled') return `${type}: goes out on ${shortDate(scheduled_send_date)}`;
  return `${type}: not sent on ${shortDate(scheduled_send_date)}, because ${plainReason(skip_reason ?? '')}`;
}

const EVENTS: Readonly<Record<EventSource['from'], string>> = {
  birth_date: 'the birthday',
  effective_date: 'the anniversary of the policy',
  aep_date: 'the enrollment date',
  active_start_date: "the campaign's first day",
  today: 'the campaign, which has no date of its own',
  window: 'the end of a window that kept an email from the contact',
  spread: "the contact's day of the campaign, which is spread over several",
  trigger_date: 'the date that sets the campaign off',
  initial_email: 'an email that was sent',
};

function exclusionSentence({ date, part, window }: ExclusionFacts): string {
  const day = shortDate(date);
  if (window === null) return `On ${day}, as on every day, the state forbids emails.`;
  const own = `the state forbids emails from ${shortDate(window.statutory_first_day)} to ${shortDate(window.last_day)}`;
  if (part === 'statutory') return `${day} is forbidden: ${own}.`;
  return `${day} is kept free: ${own}, and the organization keeps the days from ${shortDate(window.first_day)} on free before that.`;
}

function startSentence({ start, ideal_date }: EmailExplanation): string | null {
  if (start.date === ideal_date) return null;
  const day = shortDate(start.date);
  switch (start.step) {
    case 'kept_planned_day':
    case 'kept_send_day':
      return `That day has passed; an earlier plan gave it ${day}, which is kept.`;
    case 'catch_up':
      return `That day has passed, so it catches up on ${day}; late emails are spread over several days.`;
    default:
      return start.closed === null
        ? `Another email holds that day, so it starts on ${day}.`
        : `${shortDate(start.closed.date)} is a closed day, so it starts on ${day}.`;
  }
}

/** What became of an email, in a few sentences without codes and arithmetic. */
export function plainSentences(email: EmailExplanation): string[] {
  const { event, event_date, ideal_date, deadline, exclusion, smoothing, daily_cap, conflict, frequency } = email;
  const sentences: (string | null)[] = [
    `It is for ${EVENTS[event.from]}, ${shortDate(event_date)}. Its best day is ${shortDate(ideal_date)}${deadline === null ? '' : `, its last ${shortDate(deadline)}`}.`,
  ];
  const isStopped = email.start.step === 'suppressed' || email.start.step === 'underwriting';
  if (!isStopped) sentences.push(startSentence(email));
  if (exclusion !== null) sentences.push(exclusionSentence(exclusion));
  if (smoothing !== null && smoothing.obstacle === null) {
    sentences.push(
      `${counted(smoothing.emails, 'policy email')} start on ${shortDate(smoothing.date)}, so they are spread; this one moves to ${shortDate(smoothing.target_date)}.`,
    );
  }
  const [full] = daily_cap?.full_days ?? [];
  if (full !== undefined) {
    const others = (daily_cap?.full_days.length ?? 0) - 1;
    const after = others === 0 ? ' was full' : ` and ${counted(others, 'day')} after it were full`;
    sentences.push(`${shortDate(full.date)}${after}, which held it up.`);
  }
  if (conflict !== null) {
    sentences.push(
      `${plainType(conflict.email_type)} goes out on ${shortDate(conflict.date)}, and a contact gets one campaign a day.`,
    );
  }
  if (frequency !== null) {
    const most = counted(frequency.max_emails, 'email');
    sentences.push(
      `From ${shortDate(frequency.first_day)} to ${shortDate(frequency.last_day)} the contact gets ${most} already, which is the most.`,
    );
  }
  if (email.place_taken_by !== null) sentences.push('Another row holds this contact, type and day, so it gets no row.');
  return sentences.filter((sentence) => sentence !== null);
}
