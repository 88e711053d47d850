import { counted } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { button, element, fill, freshId, labelled, setAttributes } from '../page/dom.js';
import { byteText } from '../page/format.js';
import type { ChosenDatabase, Store } from '../page/state.js';
import { CONTACT_FIELDS, type ContactField, type ContactMapping } from '../protocol/contactColumns.js';

const SIZES = [1_000, 5_000, 20_000, 50_000, 100_000, 250_000, 750_000];

/** The database to plan: chosen, dropped, gone back to or made up, with what is to be known of it. */
export function databaseStep(store: Store, actions: Actions): HTMLElement {
  const input = element('input.unseen', {
    attributes: {
      type: 'file',
      id: 'database-file',
      multiple: true,
      accept: '.sqlite3,.sqlite,.db,.db-wal,.sqlite-wal,.sqlite3-wal,application/vnd.sqlite3',
    },
    on: {
      change: () => {
        const files = Array.from(input.files ?? []);
        if (files.length > 0) actions.databases.offer(files, 'choice');
        input.value = '';
      },
    },
  });
  const words = element('label.drop-words', { attributes: { for: 'database-file' } });
  const zone = element('div.drop', { attributes: { 'data-testid': 'drop' } }, input, words);
  const note = element('p.help', { attributes: { role: 'status' } });
  acceptDrops(zone, (files) => actions.databases.offer(files, 'drop'));
  store.follow(['database', 'awaited'], ({ database, awaited }) => {
    zone.classList.toggle('full', database !== null);
    if (database === null) {
      const again = awaited?.fileName ?? null;
      fill(
        words,
        element('strong.file-name', {}, again === null ? 'Choose a SQLite file' : `Choose ${again} again`),
        element(
          'span',
          {},
          again === null ? 'or drop it anywhere here' : 'to go on where you were: files are not kept',
        ),
      );
    } else {
      const kind = database.made === null ? 'yours' : 'made up';
      fill(
        words,
        element('strong.file-name', {}, database.name),
        element('span', {}, `${byteText(database.file.size)}, ${kind}. Choose another`),
      );
    }
  });
  store.follow(['isWal', 'database'], ({ isWal, database }) => {
    if (database === null) fill(note);
    else if (database.log !== null) fill(note, logText(database.name, database.log));
    else {
      fill(
        note,
        isWal &&
          `This database is in WAL mode: what was written last may lie in a file ${database.name}-wal beside it. If there is one, choose it too.`,
        isWal && button(`Choose ${database.name}-wal`, () => input.click(), { style: 'button.quiet' }),
      );
    }
  });
  return element(
    'div',
    {},
    zone,
    note,
    copyView(store),
    filesView(store, actions),
    memoryView(store, actions),
    generateForm(store, actions),
  );
}

/** What was read of the log beside a database. */
function logText(name: string, { transactions, pages, framesLeftOut }: NonNullable<ChosenDatabase['log']>): string {
  const left =
    framesLeftOut === 0
      ? ''
      : ` ${counted(framesLeftOut, 'frame')} behind the last commit ${framesLeftOut === 1 ? 'is' : 'are'} left out: not finished, left over or damaged.`;
  if (transactions === 0) return `${name}-wal holds no finished change, so the database is read as it is.${left}`;
  return `Read with ${name}-wal: ${counted(transactions, 'transaction')}, ${counted(pages, 'page')}.${left}`;
}

/** The databases of this visit, to go back to one. */
function filesView(store: Store, actions: Actions): HTMLElement {
  const select = element('select');
  select.addEventListener('change', () => {
    const chosen = store.state.files[Number(select.value)];
    if (chosen !== undefined) actions.databases.choose(chosen);
  });
  const view = labelled('Files of this visit', select);
  store.follow(['files', 'database'], ({ files, database }) => {
    setAttributes(view, { hidden: files.length < 2 });
    fill(select, ...files.map(({ name }, i) => element('option', { attributes: { value: i } }, name)));
    select.value = String(database === null ? -1 : files.indexOf(database));
  });
  return view;
}

/** Asks whether the file and what is looked at are kept for the next visit. */
function memoryView(store: Store, actions: Actions): HTMLElement {
  const box = element('input', { attributes: { type: 'checkbox', id: freshId('session') } });
  const said = element('p.help', { attributes: { role: 'status' } });
  const view = element('div.memory', {}, element('label.check', {}, box, 'Remember this file in this browser'), said);
  box.addEventListener('change', () => void actions.setSessionMemory(box.checked));
  store.follow(['sessionMemory', 'database'], ({ sessionMemory, database }) => {
    setAttributes(view, { hidden: database === null && sessionMemory === 'off' });
    box.checked = sessionMemory === 'on';
    fill(
      said,
      sessionMemory === 'on' && 'A copy lies in the storage of this browser, on this machine, until you untick this.',
      sessionMemory === 'refused' && 'This browser does not keep it: there is no room, or its settings forbid it.',
    );
  });
  return view;
}

/** What the copy that is planned has and the file has not. */
function copyView(store: Store): HTMLElement {
  const view = element('div', { attributes: { role: 'status' } });
  store.follow(['database'], ({ database }) => {
    const mapping = database?.mapping ?? null;
    const count = database?.suppressions?.changeCount ?? 0;
    const changed = `${counted(count, 'change')} of suppressions ${count === 1 ? 'is' : 'are'} in the copy that is planned and downloaded.`;
    fill(
      view,
      mapping !== null && element('p.help', {}, mappingText(mapping)),
      count > 0 && element('p.help', {}, changed),
    );
  });
  return view;
}

/** What contacts are read from, where that is not their own names. */
function mappingText({ table, columns }: ContactMapping): string {
  const fields = (Object.keys(CONTACT_FIELDS) as ContactField[]).filter((field) => (columns[field] ?? field) !== field);
  const list = fields.map((field) => `${field} is ${columns[field]}`).join(', ');
  return `Contacts are read from ${table}: ${list}. What you download tells of that: it has a view or columns of these names.`;
}

/** Takes files that are dropped on an element, or anywhere beside it on the page. */
function acceptDrops(zone: HTMLElement, take: (files: readonly File[]) => void): void {
  const mark = (isOver: boolean) => zone.classList.toggle('over', isOver);
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    const files = Array.from(event.dataTransfer?.files ?? []);
    if (files.length > 0) take(files);
  });
}

function generateForm(store: Store, actions: Actions): HTMLElement {
  const contacts = element(
    'select',
    {},
    ...SIZES.map((size) => element('option', { attributes: { value: size } }, size.toLocaleString('en-US'))),
  );
  contacts.value = '5000';
  const shape = element(
    'select',
    {},
    element('option', { attributes: { value: 'realistic' } }, 'realistic, with a year of history'),
    element('option', { attributes: { value: 'seed' } }, 'plain, dates and states only'),
  );
  const seed = element('input', {
    attributes: { inputmode: 'numeric', value: '1', maxlength: 10, autocomplete: 'off' },
  });
  const make = button(
    'Make it up',
    () =>
      void actions.databases.generate({
        contacts: Number(contacts.value),
        seed: /^[0-9]+$/.test(seed.value) ? Number(seed.value) : Number.NaN,
        shape: shape.value === 'seed' ? 'seed' : 'realistic',
        asOf: store.state.asOf,
      }),
  );
  store.follow(['job'], ({ job }) => {
    make.disabled = job !== null;
  });
  return element(
    'details.generate',
    {},
    element('summary', {}, 'Or make a database up'),
    element(
      'div.fields',
      {},
      labelled('Contacts', contacts),
      labelled('Kind', shape),
      labelled('Seed', seed, 'The same number gives the same people.'),
      make,
    ),
  );
}
