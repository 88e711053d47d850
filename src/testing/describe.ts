import { formatIsoDay } from '../calendar/iso.js';
import type { ContactDifference, RowDifference } from './contactDifference.js';
import type { ExpectedFacts } from './expectedFacts.js';
import { comparedText, type ScheduledRow } from './rows.js';
import { whyAbsent, whyPlanned } from './why.js';

/** What differs in all, and the text of the first contacts. */
export function describeSchedules(
  contacts: readonly ContactDifference[],
  { expectedCount, actualCount }: { readonly expectedCount: number; readonly actualCount: number },
  shownContacts: number,
): string {
  const found = `${count(expectedCount, 'row')} expected, ${actualCount} found`;
  if (contacts.length === 0) return `The schedules are equal: ${found}.`;
  const names = { missing: 'missing', unexpected: 'not expected', different: 'different' } as const;
  const kinds = (['missing', 'unexpected', 'different'] as const)
    .map((kind) => ({ kind, rows: contacts.reduce((sum, contact) => sum + contact[kind].length, 0) }))
    .filter(({ rows }) => rows > 0)
    .map(({ kind, rows }) => `${rows} ${names[kind]}`)
    .join(', ');
  const shown = contacts.slice(0, shownContacts);
  const more = contacts.length - shown.length;
  return [
    `The schedules differ for ${count(contacts.length, 'contact')}: ${kinds} (${found}).`,
    ...shown.map((contact) => contact.text),
    ...(more > 0 ? [`... and ${count(more, 'more contact')}.`] : []),
  ].join('\n\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/**
 * One contact's difference in lines, with what is known of the contact and of each expected email.
 *
 * @param facts null when only rows were given to compare with
 */
export function describeContact(difference: Omit<ContactDifference, 'text'>, facts: ExpectedFacts | null): string {
  const { missing, unexpected, different } = difference;
  return [
    headline(difference.contactId, facts),
    ...different.flatMap((row) => [
      `  ${row.expected.email_type} is different:`,
      ...valueTable(row),
      ...reasons(whyExpected(row.expected, facts)),
    ]),
    ...missing.flatMap((row) => [
      `  ${row.email_type} is missing: ${outline(row)}`,
      ...reasons(whyExpected(row, facts)),
    ]),
    ...unexpected.flatMap((row) => [
      `  ${comparedText(row.email_type)} is not expected: ${outline(row)}`,
      ...reasons(facts === null ? [] : whyAbsent(row, facts)),
    ]),
  ].join('\n');
}

function headline(contactId: number | null, facts: ExpectedFacts | null): string {
  const name = contactId === null ? 'rows without a contact id' : `contact ${contactId}`;
  const contact = facts?.contact ?? null;
  if (contact === null) return name;
  const born = contact.birthDay === null ? 'no birth date' : `born ${formatIsoDay(contact.birthDay)}`;
  const policy = contact.effectiveDay === null ? 'no policy' : `policy of ${formatIsoDay(contact.effectiveDay)}`;
  return `${name} ${contact.state === null ? 'of unknown state' : `in ${contact.state}`}, ${born}, ${policy}`;
}

/** A row in few words: its status, day and reason, as far as it has them. */
function outline(row: ScheduledRow): string {
  const status = comparedText(row.status) ?? 'status NULL';
  const reason = comparedText(row.skip_reason);
  const sendDay = comparedText(row.scheduled_send_date);
  return [status, sendDay === null ? '' : ` on ${sendDay}`, reason === null ? '' : `, ${reason}`].join('');
}

function valueTable({ expected, actual, columns }: RowDifference): string[] {
  const shown = (value: string | null) => value ?? 'NULL';
  const lines = [
    ['', 'expected', 'found'],
    ...columns.map((column) => [column, shown(comparedText(expected[column])), shown(comparedText(actual[column]))]),
  ];
  const widths = [0, 1].map((column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map(([name, left, right]) => `    ${name.padEnd(widths[0])}  ${left.padEnd(widths[1])}  ${right}`);
}

/** Why an expected row is as it is, a sentence each; none when nothing is known of its contact (Rules 5 to 10). */
export function whyExpected(row: ScheduledRow, facts: ExpectedFacts | null): string[] {
  const candidate = facts?.candidates.find(
    (one) =>
      one.emailType === row.email_type &&
      one.eventYear === row.event_year &&
      formatIsoDay(one.sendDay) === row.scheduled_send_date,
  );
  return facts === null || candidate === undefined ? [] : whyPlanned(candidate, facts);
}

function reasons(sentences: readonly string[]): string[] {
  return sentences.map((sentence) => `    - ${sentence}`);
}
