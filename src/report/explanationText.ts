import type { ContactExplanation } from '../explain/contactExplanation.js';
import type { RowFacts, RuleFacts, WindowFacts } from '../explain/explanation.js';
import { absenceSentence, isResting, restingText } from './explanationAbsence.js';
import { type EmailTelling, emailSentences, emailTitle } from './explanationEmail.js';
import { counted, dated, listed, paragraph } from './text/prose.js';

const INDENT = '  ';

function contactSentence({ contact_id, as_of, contact }: ContactExplanation): string {
  if (contact === null) return `Contact ${contact_id}, as of ${dated(as_of)}:`;
  const traits = [
    contact.state === null ? 'state unknown' : `in ${contact.state}`,
    contact.birth_date === null ? 'no birth date' : `born ${contact.birth_date}`,
    contact.effective_date === null ? 'no policy date' : `policy effective ${contact.effective_date}`,
    contact.carrier === null ? 'no carrier' : `carrier ${contact.carrier}`,
    ...(contact.failed_underwriting ? ['failed underwriting'] : []),
  ];
  return `Contact ${contact_id}, ${traits.join(', ')}. This is the plan as of ${dated(as_of)}.`;
}

function ruleSentences(rule: RuleFacts | null, state: string | null): string[] {
  if (rule === null) return state === null ? [] : [`${state} excludes no days.`];
  if (rule.kind === 'year_round') return [`${rule.state} excludes every day of the year.`];
  const event = rule.kind === 'birthday_window' ? 'birthday' : 'policy anniversary';
  const anchor = rule.uses_month_start ? `the first day of the month of the ${event}` : `the ${event}`;
  const first = rule.before_days === 0 ? anchor : `${counted(rule.before_days, 'day')} before ${anchor}`;
  const last = rule.after_days === 0 ? 'that day' : `${counted(rule.after_days, 'day')} after it`;
  const buffer =
    rule.buffer_days === 0
      ? ''
      : `, and the organization keeps a buffer of ${counted(rule.buffer_days, 'day')} in front of that`;
  const sentence = `${rule.state} excludes the days from ${first} to ${last}${buffer}.`;
  return rule.anchor_date === null
    ? [
        sentence,
        `The contact lacks that date: nobody knows which days ${rule.state} excludes for it, and none is excluded.`,
      ]
    : [sentence];
}

function windowSentence({ year, first_day, last_day, statutory_first_day }: WindowFacts): string {
  const buffer = first_day < statutory_first_day ? `the buffer from ${dated(first_day)}, ` : '';
  return `Window of ${year}: ${buffer}the state's own part from ${dated(statutory_first_day)} to ${dated(last_day)}.`;
}

function missedParagraph({ email_type, scheduled_send_date: day, row_id, event_year }: RowFacts): string {
  const event = event_year === null ? email_type : `${email_type} of ${event_year}`;
  const planned = `It was to be sent on ${dated(day ?? '')} (row ${row_id}), and was not; by now it is too late for it.`;
  return `${paragraph([`${event}: missed.`])}\n${paragraph([planned], INDENT)}`;
}

function absenceParagraphs(explanation: ContactExplanation): string[] {
  const resting = explanation.absent.filter(isResting);
  const paragraphs = explanation.absent
    .filter((absence) => !isResting(absence))
    .map((absence) => {
      if (absence.reason === 'rejected_contact') return paragraph([absenceSentence(absence)]);
      return `${paragraph([`${absence.email_type}: no email.`])}\n${paragraph([absenceSentence(absence)], INDENT)}`;
    });
  if (resting.length > 0)
    paragraphs.push(paragraph([`Campaigns that do not run today: ${listed(resting.map(restingText))}.`]));
  return paragraphs;
}

/**
 * An explanation as a letter to a colleague: short sentences in lines of at most 100 columns, a paragraph for each email that
 * is planned or missing, ending in a new line.
 *
 * @param how whether the arithmetic of days is told too
 * @example
 * import { explain, explanationText } from 'sendplan';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const [letter] = await explain({ contacts }, { today: '2025-06-13', contacts: [1] });
 * console.log(explanationText(letter).split('\n')[0]); // Contact 1, in TX, born 1960-07-20, no policy date, no carrier. This is the plan as of 2025-06-13
 */
export function explanationText(explanation: ContactExplanation, how: EmailTelling = {}): string {
  const { contact, rule, windows, emails, as_of, issues } = explanation;
  const duplicates = issues.filter((issue) => issue.kind === 'duplicate_id').length;
  const intro = [contactSentence(explanation), ...ruleSentences(rule, contact?.state ?? null)];
  if (duplicates > 0) intro.push(`${counted(duplicates, 'further row')} with this id count for nothing.`);
  const paragraphs = [
    [paragraph(intro), ...windows.map((window) => paragraph([windowSentence(window)], INDENT))].join('\n'),
    ...emails.map(
      (email) => `${paragraph([emailTitle(email)])}\n${paragraph(emailSentences(email, as_of, how), INDENT)}`,
    ),
    ...explanation.missed.map(missedParagraph),
    ...absenceParagraphs(explanation),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}
