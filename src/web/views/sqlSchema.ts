import type { Actions } from '../page/actions.js';
import { button, element, fill } from '../page/dom.js';
import type { Store } from '../page/state.js';
import type { TableDescription } from '../protocol/protocol.js';

/** A name as SQL takes it: quoted unless it is a plain word. */
function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The tables of the result with their columns. */
export interface SchemaView {
  readonly view: HTMLElement;
  /** Shows what is known by now. */
  readonly refresh: () => Promise<void>;
}

/** The tables and views of the result; one that is chosen becomes a query. @param write takes the query */
export function schemaView(store: Store, actions: Actions, write: (sql: string) => void): SchemaView {
  const summary = element('summary', {}, 'Tables and columns');
  const place = element('div');
  const view = element('details.as-table.schema', {}, summary, place);
  let shown: readonly TableDescription[] | null = null;
  const refresh = async () => {
    const tables = await actions.queries.openResult();
    if (tables === null || tables === shown) return;
    shown = tables;
    fill(summary, `Tables and columns: ${tables.length}`);
    fill(place, ...tables.map((table) => tableView(table, write)));
  };
  view.addEventListener('toggle', () => {
    if (view.open) void refresh();
  });
  store.follow(['current'], () => {
    shown = null;
    view.open = false;
    fill(summary, 'Tables and columns');
    fill(place);
  });
  return { view, refresh };
}

function tableView({ name, kind, columns }: TableDescription, write: (sql: string) => void): HTMLElement {
  const names = columns.map((column) => sqlName(column.name)).join(', ');
  const ask = () => write(`SELECT ${names}\nFROM ${sqlName(name)}\nLIMIT 100`);
  return element(
    'section.schema-table',
    {},
    element(
      'h3',
      {},
      button(name, ask, { style: 'button.link', attributes: { 'aria-label': `Ask for ${name}` } }),
      kind === 'view' && element('span.note', {}, ' view'),
    ),
    element(
      'ul.plain',
      {},
      ...columns.map((column) =>
        element(
          'li',
          {},
          column.name,
          element('span.note', {}, ` ${column.type.toLowerCase()}${column.isKey ? ', key' : ''}`),
        ),
      ),
    ),
  );
}
