import { counted, grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { button, type Child, dataTable, element, fill, labelled, refill, setAttributes } from '../page/dom.js';
import { shortDate } from '../page/format.js';
import { shownAddress } from '../page/spoofing.js';
import { isSameButSuppressions } from '../page/stale.js';
import type { ChosenDatabase, Store } from '../page/state.js';
import { CallError } from '../page/workerClient.js';
import type {
  ChangedSuppressions,
  ListedSuppression,
  SuppressionChange,
  SuppressionsPage,
} from '../protocol/suppressions.js';
import { pager } from './pager.js';
import { suppressionForm } from './suppressionForm.js';
import { scopeText } from './suppressionWords.js';

const PAGE_ROWS = 20;
/** What is typed is looked for when nothing more has been typed for so long. */
const TYPING_MS = 150;

/** Who must not be written to: a list of what the database has, where it can be added to, changed and taken out of. */
export function suppressionsEditor(store: Store, actions: Actions): HTMLElement {
  const search = element('input', { attributes: { type: 'search', autocomplete: 'off', spellcheck: 'false' } });
  const count = element('p.note', { attributes: { role: 'status' } });
  const list = element('div');
  const back = button('Take all changes back', () => actions.databases.restoreSuppressions(), {
    style: 'button.quiet',
  });
  const form = suppressionForm({
    onSave: (row, rowid) => void change(rowid === null ? { kind: 'add', row } : { kind: 'change', rowid, row }),
    onLeave: () => form.show(null),
  });
  const change = async (wanted: SuppressionChange) => {
    try {
      const changed = await actions.databases.changeSuppressions(wanted);
      if (changed === null) return;
      form.show(null);
      form.say(outcomeText(wanted, changed), changed.contacts === 0);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      form.say(`The database does not take it: ${error.message}`, true);
    }
  };
  const edit = (row: ListedSuppression) => {
    form.show(row);
    form.say('', false);
    form.view.querySelector('input')?.focus();
  };
  let asked = 0;
  const turn = async (start: number) => {
    asked += 1;
    const mine = asked;
    try {
      const found = await actions.databases.listSuppressions({ text: search.value, start, end: start + PAGE_ROWS });
      if (mine !== asked || found === null) return;
      form.offer(found.campaigns);
      setAttributes(form.view, { hidden: found.source === 'fixed' });
      fill(count, countText(found));
      refill(
        list,
        ...rowsOf(found, edit, (wanted) => void change(wanted)),
        pagerOf(found, start, (next) => void turn(next)),
      );
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      fill(list, element('p.wrong', {}, error.message));
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void turn(0), TYPING_MS);
  });
  let listed: ChosenDatabase | null = null;
  store.follow(['database', 'view'], ({ database, view }) => {
    const isSame = listed !== null && database !== null && isSameButSuppressions(listed, database);
    if (database === null || (listed !== database && !isSame)) {
      search.value = '';
      form.show(null);
      form.say('', false);
    }
    listed = database;
    setAttributes(back, { hidden: (database?.suppressions ?? null) === null });
    if (database !== null && view === 'settings') void turn(0);
  });
  return framed(store, [element('div.controls.find', {}, labelled('Find', search), back), count, list, form.view]);
}

/** The parts of the editor, which are there with a database alone. */
function framed(store: Store, parts: readonly HTMLElement[]): HTMLElement {
  const body = element('div', {}, ...parts);
  const none = element('p.empty', {}, 'Choose a database first: suppressions are rows of it.');
  store.follow(['database'], ({ database }) => {
    setAttributes(none, { hidden: database !== null });
    setAttributes(body, { hidden: database === null });
  });
  return element(
    'fieldset.panel',
    { attributes: { tabindex: -1 } },
    element('legend', {}, 'Suppressions'),
    element(
      'p.note',
      {},
      'Who gets no emails, or not all kinds of them. They are rows of the table suppressions in the copy that is planned; your file stays as it is, and what you download has them.',
    ),
    none,
    body,
  );
}

function outcomeText({ kind }: SuppressionChange, { contacts }: ChangedSuppressions): string {
  const done = { add: 'Added', change: 'Changed', remove: 'Removed' }[kind];
  if (contacts === null) return `${done}.`;
  return contacts === 0
    ? `${done}, but no contact of this database has that number or address.`
    : `${done}; it is for ${counted(contacts, 'contact')}.`;
}

function countText({ source, count, foundCount }: SuppressionsPage): string {
  if (source === 'none') return 'This database has none.';
  const all = `${counted(count, 'suppression')}${foundCount === count ? '' : `, ${grouped(foundCount)} found`}.`;
  if (source === 'fixed') return `${all} They are in a form that cannot be changed here.`;
  return source === 'view' ? `${all} Those of a view stay as they are; what you add counts before them.` : all;
}

function pagerOf(
  { rows, foundCount }: SuppressionsPage,
  start: number,
  turn: (start: number) => void,
): HTMLElement | null {
  if (foundCount <= PAGE_ROWS) return null;
  return pager({ start, shown: rows.length, total: foundCount, perPage: PAGE_ROWS }, turn);
}

function rowsOf(
  { rows, source }: SuppressionsPage,
  edit: (row: ListedSuppression) => void,
  change: (change: SuppressionChange) => void,
): HTMLElement[] {
  if (rows.length === 0) return [];
  const whom = ({ contact_id: contact, email }: ListedSuppression): Child =>
    element(
      'span',
      {},
      contact !== null && `Contact ${contact}`,
      contact !== null && email !== null && ', ',
      shownAddress(email),
    );
  const cells = rows.map((row) => [
    whom(row),
    scopeText(row.scope),
    row.reason ?? 'unsubscribed',
    row.starts_on === null ? '' : shortDate(row.starts_on),
    row.ends_on === null ? '' : shortDate(row.ends_on),
    actionsOf(row, source, edit, change),
  ]);
  return [
    dataTable('Suppressions', ['Who', 'Covers', 'Reason', 'From', 'To', 'Change'], cells, {
      style: 'div.scroll.sheet',
    }),
  ];
}

function actionsOf(
  row: ListedSuppression,
  source: SuppressionsPage['source'],
  edit: (row: ListedSuppression) => void,
  change: (change: SuppressionChange) => void,
): Child {
  const { rowid } = row;
  if (rowid === null) return source === 'view' ? 'of a view' : null;
  const name = row.contact_id === null ? (row.email ?? '') : `contact ${row.contact_id}`;
  const act = (label: string, onClick: () => void) =>
    button(label, onClick, { style: 'button.link', attributes: { 'aria-label': `${label} suppression of ${name}` } });
  return element(
    'span.beside',
    {},
    act('Change', () => edit(row)),
    act('Remove', () => change({ kind: 'remove', rowid })),
  );
}
