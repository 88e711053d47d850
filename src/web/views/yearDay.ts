import { formatIsoDay } from '../../calendar/iso.js';
import { EMAIL_FATES, type EmailFate } from '../../simulate/dayEmails.js';
import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill, refill, setAttributes } from '../page/dom.js';
import { longDayText, wordsOf } from '../page/format.js';
import { plainRule, plainType } from '../page/plainWords.js';
import { fileStem, nameOfWords } from '../page/savedFile.js';
import { shownAddress, shownName } from '../page/spoofing.js';
import type { PageState, Store } from '../page/state.js';
import { CallError } from '../page/workerClient.js';
import type {
  ListedSimulatedEmail,
  ListedSimulatedEmails,
  SimulatedEmailChoice,
  SimulatedEmailsRequest,
  SimulatedGroup,
} from '../protocol/simulatedEmails.js';
import { choiceOf, kindChoice, kindChoices, stateChoice, stateChoices } from './filterChoice.js';
import { listSaver } from './listSaver.js';
import { pager } from './pager.js';

const PAGE_EMAILS = 50;

const FATE_WORDS: Readonly<Record<EmailFate, string>> = {
  sent: 'sent',
  bounced: 'sent, and bounced',
  failed: 'failed; planned again',
  held: 'held; planned again',
  skipped: 'skipped',
};

/** A list of emails of days that were lived through. */
export interface LivedEmails {
  readonly view: HTMLElement;
  readonly show: (of: SimulatedGroup) => void;
  /** Ends what follows the state. */
  readonly end: () => void;
}

/** A list of emails with what became of each; nothing as long as it is not said of what. @param label what it is called */
export function livedEmails(label: string, actions: Actions, store: Store): LivedEmails {
  const title = element('h3', { attributes: { tabindex: -1 } });
  const body = element('div', { attributes: { 'aria-live': 'polite' } });
  let choice: SimulatedEmailChoice = { of: { day: 0 }, fate: null, kind: null, state: null };
  let asked = 0;
  const saver = listSaver(store, () => {
    const meant = choice;
    return { name: listName(store.state, meant), write: () => actions.exportSimulated(meant) };
  });
  const choose = (part: Partial<SimulatedEmailChoice>) => {
    choice = { ...choice, ...part };
    saver.forget();
    void turn(0);
  };
  const filters = livedFilters(choose);
  const turn = async (start: number) => {
    asked += 1;
    const mine = asked;
    const { current, simulation } = store.state;
    // What a plan says of a contact is of its own database.
    const isSame = current !== null && current.database === simulation?.database;
    const explain = isSame ? (id: number) => void actions.explain(id) : null;
    try {
      const found = await actions.listSimulated({ ...choice, start, end: start + PAGE_EMAILS });
      if (mine !== asked) return;
      if (found === null) fill(body, element('p.empty', {}, 'The emails of a day can be had when all days are over.'));
      else {
        filters.show(found, choice);
        refill(body, ...pageOf(found, { of: choice.of, start }, explain, (next) => void turn(next)));
      }
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!error.isCancelled) fill(body, element('p.wrong', {}, error.message));
    }
  };
  const view = element(
    'section.panel',
    { attributes: { hidden: true, 'aria-label': label } },
    title,
    element('div.controls.filters', {}, ...filters.views, saver.save),
    saver.said,
    body,
  );
  return {
    view,
    show(of) {
      fill(title, 'day' in of ? longDayText(of.day) : `Skipped in the end: ${wordsOf(of.skippedBy).toLowerCase()}`);
      setAttributes(filters.fate, { hidden: 'skippedBy' in of });
      setAttributes(view, { hidden: false });
      title.focus({ preventScroll: true });
      view.scrollIntoView();
      choose({ of });
    },
    end: saver.end,
  };
}

/** The choices of which emails of a day are shown. */
function livedFilters(choose: (part: Partial<SimulatedEmailChoice>) => void) {
  const fate = choiceOf('Emails', 'all', (value) => choose({ fate: EMAIL_FATES.find((one) => one === value) ?? null }));
  const kind = kindChoice((value) => choose({ kind: value }));
  const state = stateChoice((value) => choose({ state: value }));
  const fates = EMAIL_FATES.map((one) => [one, FATE_WORDS[one]] as const);
  fate.show(fates, null);
  return {
    fate: fate.view,
    views: [fate.view, kind.view, state.view],
    show({ kinds, states }: ListedSimulatedEmails, chosen: SimulatedEmailChoice) {
      kind.show(kindChoices(kinds), chosen.kind);
      state.show(stateChoices(states), chosen.state);
    },
  };
}

/** What a list is called as a file: what was lived through, of which day or rule, of which filter. */
function listName({ simulation }: PageState, { of, fate, kind, state }: SimulatedEmailChoice): string {
  const what = 'day' in of ? `on-${formatIsoDay(of.day)}` : `skipped-in-the-end-${of.skippedBy}`;
  const stem = fileStem(simulation?.database.name ?? 'plan');
  return `${stem}-${nameOfWords(['lived-emails', what, fate, kind, state])}.csv`;
}

function pageOf(
  { total, emails }: ListedSimulatedEmails,
  { of, start }: Pick<SimulatedEmailsRequest, 'of' | 'start'>,
  explain: ((contactId: number) => void) | null,
  turn: (start: number) => void,
): HTMLElement[] {
  if (total === 0) return [element('p.empty', {}, 'There are none.')];
  return [
    dataTable(
      'Emails of the lived day',
      ['Contact', 'Name', 'Address', 'State', 'Type', 'What became of it'],
      emails.map((email) => cellsOf(email, 'skippedBy' in of, explain)),
      { style: 'div.scroll.sheet' },
    ),
    pager({ start, shown: emails.length, total, perPage: PAGE_EMAILS }, turn),
  ];
}

function cellsOf(email: ListedSimulatedEmail, isInTheEnd: boolean, explain: ((contactId: number) => void) | null) {
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
    rule === null ? FATE_WORDS[fate] : `skipped: ${isInTheEnd ? wordsOf(rule).toLowerCase() : plainRule(rule)}`,
  ];
}
