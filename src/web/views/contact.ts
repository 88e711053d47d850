import type { Absence } from '../../explain/absenceFacts.js';
import type { ContactExplanation } from '../../explain/contactExplanation.js';
import type { EmailExplanation, RowFacts } from '../../explain/explanation.js';
import { absenceSentence } from '../../report/explanationAbsence.js';
import { emailSentences, emailTitle } from '../../report/explanationEmail.js';
import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill, labelled } from '../page/dom.js';
import { shortDate } from '../page/format.js';
import { emailHeading, plainSentences, plainType, STANDING_WORDS } from '../page/plainWords.js';
import { shownAddress, shownName } from '../page/spoofing.js';
import type { Store } from '../page/state.js';
import type { ExplainedContact, FoundContacts } from '../protocol/protocol.js';
import { chartBox } from './chart.js';
import { asTable } from './panels.js';
import { drawTimeline } from './timeline.js';

/** Finds a contact and tells why it gets what it gets. */
export function contactView(store: Store, actions: Actions): HTMLElement {
  const input = element('input', {
    attributes: { type: 'search', autocomplete: 'off', spellcheck: 'false', maxlength: 200 },
  });
  const form = element(
    'form.controls.search',
    {
      attributes: { role: 'search' },
      on: {
        submit: (event) => {
          event.preventDefault();
          void actions.findContacts(input.value);
        },
      },
    },
    labelled('Contact', input, 'An id opens that contact; a part of a name or address finds all who have it.'),
    element('button.primary', { attributes: { type: 'submit' } }, 'Search'),
  );
  const list = element('div', { attributes: { 'aria-live': 'polite' } });
  const letter = element('div');
  store.follow(['found', 'explanation', 'current'], ({ found, explanation }) => {
    fill(list, found !== null && foundView(found, explanation !== null, actions));
    if (explanation !== null) fill(letter, ...explained(explanation));
    else
      fill(
        letter,
        found === null && element('p.empty', {}, 'Search for somebody to read why they get which email, and why not.'),
      );
  });
  return element('div.view', {}, element('header.view-head', {}, element('h2', {}, 'Contact')), form, list, letter);
}

/** Who was found; when one of them is explained, folded up. */
function foundView(found: FoundContacts, isExplained: boolean, actions: Actions): HTMLElement | null {
  if (!isExplained) return foundList(found, actions);
  if (found.contacts.length < 2) return null;
  return element('details', {}, element('summary', {}, `${found.contacts.length} found`), foundList(found, actions));
}

function foundList({ contacts, isCut }: FoundContacts, actions: Actions): HTMLElement {
  if (contacts.length === 0) return element('p.empty', {}, 'Nobody is found by that.');
  const rows = contacts.map(({ id, name, address, state }) => [
    button(String(id), () => void actions.explain(id), {
      style: 'button.link',
      attributes: { 'aria-label': `Explain contact ${id}` },
    }),
    shownName(name),
    shownAddress(address),
    state,
  ]);
  return element(
    'div',
    {},
    dataTable('Contacts found', ['Id', 'Name', 'Address', 'State'], rows, { style: 'div.scroll.sheet' }),
    isCut && element('p.note', {}, `There are more than these ${contacts.length}; search for a longer part.`),
  );
}

function traits({ contact }: ContactExplanation): string {
  if (contact === null) return 'This contact was left out of planning.';
  return [
    contact.state === null ? 'state unknown' : `in ${contact.state}`,
    contact.birth_date === null ? 'no birth date' : `born ${shortDate(contact.birth_date)}`,
    contact.effective_date === null ? 'no policy date' : `policy effective ${shortDate(contact.effective_date)}`,
    contact.carrier === null ? 'no carrier' : `carrier ${contact.carrier}`,
    ...(contact.failed_underwriting ? ['failed underwriting'] : []),
  ].join(', ');
}

function ruleText({ rule, contact }: ContactExplanation): string {
  if (rule === null) return contact?.state == null ? '' : `${contact.state} forbids no days.`;
  if (rule.kind === 'year_round') return `${rule.state} forbids every day of the year.`;
  const event = rule.kind === 'birthday_window' ? 'the birthday' : 'the policy anniversary';
  const anchor = rule.uses_month_start ? `the first of the month of ${event}` : event;
  return `${rule.state} forbids the days from ${rule.before_days} before to ${rule.after_days} after ${anchor}; the organization keeps ${rule.buffer_days} more free in front.`;
}

/** An email in plain words; its codes and arithmetic are folded up. */
function emailCard(email: EmailExplanation, asOf: string): HTMLElement {
  const isSkipped = email.status === 'skipped';
  return element(
    isSkipped ? 'li.email.skipped' : 'li.email',
    {},
    element('h4', {}, emailHeading(email)),
    element('p', {}, plainSentences(email).join(' ')),
    element(
      'details.codes',
      {},
      element('summary', {}, 'By the rulebook, with codes and arithmetic'),
      element('p', {}, emailTitle(email)),
      element('p', {}, emailSentences(email, asOf).join(' ')),
    ),
  );
}

/** Why an email is not planned, with days and types as they are called here. */
function plainAbsence(absence: Absence): string {
  return absenceSentence(absence)
    .replace(/([0-9]{4}-[0-9]{2}-[0-9]{2}) \([A-Z][a-z]{2}\)/g, (_, date: string) => shortDate(date))
    .replaceAll(absence.email_type, () => plainType(absence.email_type));
}

/** What the contact got before, the latest first. */
function historyView(history: readonly RowFacts[]): HTMLElement {
  return asTable('What was sent before', () =>
    dataTable(
      'What was sent before',
      ['Day', 'Type', 'What became of it'],
      [...history]
        .reverse()
        .map(({ sent_date: day, email_type, standing }) => [
          day === null ? 'not known' : shortDate(day),
          plainType(email_type),
          STANDING_WORDS[standing] ?? standing,
        ]),
    ),
  );
}

function explained(explanation: ExplainedContact): HTMLElement[] {
  const { contact_id, name, address, history, emails, absent, as_of, windows } = explanation;
  return [
    element(
      'section.letter',
      { attributes: { 'aria-label': `Explanation of contact ${contact_id}` } },
      element('h3', {}, `Contact ${contact_id}`),
      (name !== null || address !== null) &&
        element('p.file-name', {}, shownName(name), name !== null && address !== null && ', ', shownAddress(address)),
      element('p.note', {}, `${traits(explanation)}. ${ruleText(explanation)}`),
      (emails.length > 0 || windows.length > 0 || history.length > 0) &&
        chartBox((options) => drawTimeline(explanation, options)),
      history.length > 0 && historyView(history),
      emails.length > 0 && element('ul.emails', {}, ...emails.map((email) => emailCard(email, as_of))),
      absent.length > 0 && element('h4', {}, 'What is not planned, and why'),
      absent.length > 0 &&
        element(
          'ul.absent',
          {},
          ...absent.map((absence) =>
            element(
              'li',
              { attributes: { title: absence.email_type } },
              element('strong', {}, `${plainType(absence.email_type)}: `),
              plainAbsence(absence),
            ),
          ),
        ),
    ),
  ];
}
