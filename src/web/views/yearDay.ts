import { EMAIL_FATES, type EmailFate } from '../../simulate/dayEmails.js';
import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill, labelled, refill, setAttributes } from '../page/dom.js';
import { longDayText } from '../page/format.js';
import { plainRule, plainType } from '../page/plainWords.js';
import { shownAddress, shownName } from '../page/spoofing.js';
import type { Store } from '../page/state.js';
import { CallError } from '../page/workerClient.js';
import type { ListedSimulatedEmail, ListedSimulatedEmails } from '../protocol/protocol.js';
import { pager } from './pager.js';

const PAGE_EMAILS = 50;

const FATE_WORDS: Readonly<Record<EmailFate, string>> = {
  sent: 'sent',
  bounced: 'sent, and bounced',
  failed: 'failed; planned again',
  held: 'held; planned again',
  skipped: 'skipped',
};

/** The emails of a day that was lived through. */
export interface LivedEmails {
  readonly view: HTMLElement;
  readonly show: (day: number) => void;
}

/** A list of the emails of one lived day, with what became of each; nothing as long as no day is chosen. */
export function livedEmails(actions: Actions, store: Store): LivedEmails {
  const title = element('h3', { attributes: { tabindex: -1 } });
  const body = element('div', { attributes: { 'aria-live': 'polite' } });
  const fates = element(
    'select',
    {},
    element('option', { attributes: { value: '' } }, 'all'),
    ...EMAIL_FATES.map((fate) => element('option', { attributes: { value: fate } }, FATE_WORDS[fate])),
  );
  let shown = 0;
  let asked = 0;
  const turn = async (start: number) => {
    asked += 1;
    const mine = asked;
    const fate = EMAIL_FATES.find((one) => one === fates.value) ?? null;
    const { current, simulation } = store.state;
    // What a plan says of a contact is of its own database.
    const isSame = current !== null && current.database === simulation?.database;
    const explain = isSame ? (id: number) => void actions.explain(id) : null;
    try {
      const found = await actions.listSimulated({ day: shown, fate, start, end: start + PAGE_EMAILS });
      if (mine !== asked) return;
      if (found === null) fill(body, element('p.empty', {}, 'The emails of a day can be had when all days are over.'));
      else refill(body, ...pageOf(found, start, explain, (next) => void turn(next)));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!error.isCancelled) fill(body, element('p.wrong', {}, error.message));
    }
  };
  fates.addEventListener('change', () => void turn(0));
  const view = element(
    'section.panel',
    { attributes: { hidden: true, 'aria-label': 'Emails of a day that was lived through' } },
    title,
    element('div.controls', {}, labelled('Emails', fates)),
    body,
  );
  return {
    view,
    show(day) {
      shown = day;
      fill(title, longDayText(day));
      setAttributes(view, { hidden: false });
      title.focus({ preventScroll: true });
      view.scrollIntoView();
      void turn(0);
    },
  };
}

function pageOf(
  { total, emails }: ListedSimulatedEmails,
  start: number,
  explain: ((contactId: number) => void) | null,
  turn: (start: number) => void,
): HTMLElement[] {
  if (total === 0) return [element('p.empty', {}, 'There are none.')];
  return [
    dataTable(
      'Emails of the lived day',
      ['Contact', 'Name', 'Address', 'State', 'Type', 'What became of it'],
      emails.map((email) => cellsOf(email, explain)),
      { style: 'div.scroll.sheet' },
    ),
    pager({ start, shown: emails.length, total, perPage: PAGE_EMAILS }, turn),
  ];
}

function cellsOf(email: ListedSimulatedEmail, explain: ((contactId: number) => void) | null) {
  const { contactId, name, address, state, emailType, fate, rule } = email;
  const id = String(contactId);
  return [
    explain === null
      ? id
      : button(id, () => explain(contactId), {
          style: 'button.link',
          attributes: { 'aria-label': `Explain contact ${id}` },
        }),
    shownName(name),
    shownAddress(address),
    state,
    element('span', { attributes: { title: emailType } }, plainType(emailType)),
    rule === null ? FATE_WORDS[fate] : `skipped: ${plainRule(rule)}`,
  ];
}
