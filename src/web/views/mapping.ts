import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill, labelled, setAttributes } from '../page/dom.js';
import type { Store } from '../page/state.js';
import {
  CONTACT_FIELDS,
  type ContactColumns,
  type ContactField,
  type ContactTable,
} from '../protocol/contactColumns.js';

const FIELDS = Object.keys(CONTACT_FIELDS) as ContactField[];

/** Asks which table and columns hold the contacts, where their names do not say it. */
export function mappingView(store: Store, actions: Actions): HTMLElement {
  const view = element('section.mapping.panel', {
    attributes: { 'aria-label': 'Where the contacts are', hidden: true },
  });
  store.follow(['contacts', 'database'], ({ contacts, database }) => {
    const isShown = contacts?.isAsked === true && database !== null;
    setAttributes(view, { hidden: !isShown });
    fill(view, ...(isShown ? question(contacts.tables, actions) : []));
    if (isShown) view.scrollIntoView({ block: 'nearest' });
  });
  return view;
}

function question(tables: readonly ContactTable[], actions: Actions): HTMLElement[] {
  const hasContacts = tables.length === 1 && tables[0].name.toLowerCase() === 'contacts';
  const table = element(
    'select',
    {},
    ...tables.map(({ name }, i) => element('option', { attributes: { value: i } }, name)),
  );
  const body = element('div');
  const missing = element('p.wrong', { attributes: { role: 'status' } });
  let chosen: { -readonly [Field in ContactField]?: string } = {};
  const show = () => {
    const { columns, suggested, samples } = tables[Number(table.value)];
    chosen = { ...suggested };
    const choose = (field: ContactField, column: string) => {
      if (column === '') delete chosen[field];
      else chosen[field] = column;
      fill(missing);
    };
    fill(
      body,
      element('div.fields', {}, ...FIELDS.map((field) => fieldChoice(field, columns, suggested, choose))),
      samples.length > 0 && element('h4', {}, 'The first rows'),
      samples.length > 0 && dataTable('The first rows', columns, samples),
    );
  };
  table.addEventListener('change', show);
  show();
  const apply = () => {
    const needed = (['id', 'email'] as const).filter((field) => chosen[field] === undefined);
    if (needed.length > 0) {
      fill(missing, `Say which column it is: ${needed.map((field) => CONTACT_FIELDS[field]).join(' and ')}.`);
      return;
    }
    void actions.databases.mapContacts({ table: tables[Number(table.value)].name, columns: chosen });
  };
  return [
    element('h2', {}, hasContacts ? 'Which column is what?' : 'Which table holds the contacts?'),
    element(
      'p.note',
      {},
      hasContacts
        ? 'Some columns of contacts have names that are not read. Say what they are; the copy that is planned gets columns of the known names that stand for them.'
        : 'This database has no table contacts. Say which one it is; the copy that is planned gets a view contacts over it.',
    ),
    !hasContacts ? labelled('Table', table) : element('span'),
    body,
    missing,
    element(
      'div.beside',
      {},
      button('Read it so', apply, { style: 'button.primary' }),
      button('Leave it as it is', () => actions.databases.leaveMapping(), { style: 'button.quiet' }),
    ),
  ];
}

function fieldChoice(
  field: ContactField,
  columns: readonly string[],
  suggested: ContactColumns,
  choose: (field: ContactField, column: string) => void,
): HTMLElement {
  const select = element(
    'select',
    {},
    element('option', { attributes: { value: '' } }, 'none'),
    ...columns.map((column) => element('option', { attributes: { value: column } }, column)),
  );
  select.value = suggested[field] ?? '';
  select.addEventListener('change', () => choose(field, select.value));
  return labelled(CONTACT_FIELDS[field], select);
}
