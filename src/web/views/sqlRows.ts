import { counted, grouped } from '../../report/text/prose.js';
import { button, type Child, dataTable, element, fill } from '../page/dom.js';
import { byteText, secondsText } from '../page/format.js';
import { resultFileName, saveFile } from '../page/savedFile.js';
import type { FinishedRun } from '../page/state.js';
import type { QueryOrder, QueryRequest, QueryResult, ShownValue } from '../protocol/protocol.js';

/** What can be done with the rows of a query. */
export interface RowsActions {
  readonly order: (order: QueryOrder) => void;
  readonly asFile: () => Promise<Blob | null>;
  readonly run: FinishedRun | null;
}

const MARKS = { up: ' ↑', down: ' ↓' } as const;

/** The name of a column; where the rows can be had in another order, a button that orders them by it. */
function heading(name: string, column: number, { isOrderable, rows }: QueryResult, by: OrderBy): Child {
  if (!isOrderable || rows.length < 2) return name;
  const own = by.order?.column === column ? by.order.direction : null;
  const next = own === 'up' ? 'down' : 'up';
  const words = next === 'up' ? 'from the least' : 'from the greatest';
  return button(`${name}${own === null ? '' : MARKS[own]}`, () => by.choose({ column, direction: next }), {
    style: 'button.link',
    attributes: { 'aria-label': `${name}, order by it ${words}` },
  });
}

interface OrderBy {
  readonly order: QueryOrder | null;
  readonly choose: (order: QueryOrder) => void;
}

/** The rows that a query gave, each value as SQLite has it, with a way to have them ordered and as a file. */
export function rowsView(result: QueryResult, { order }: QueryRequest, actions: RowsActions): HTMLElement[] {
  const { columns, rows, isCut, seconds } = result;
  if (columns.length === 0)
    return [element('p.empty', {}, `Done in ${secondsText(seconds)}; there are no rows to show.`)];
  const count = `${isCut ? 'The first ' : ''}${counted(rows.length, 'row')} in ${secondsText(seconds)}`;
  const shown = rows.map((row) =>
    row.map(({ kind, text }) => (kind === 'null' || kind === 'blob' ? element('span.null', {}, text) : text)),
  );
  const isNumber = ({ kind }: ShownValue) => kind === 'integer' || kind === 'real' || kind === 'null';
  const numbers = columns.map((_, i) => rows.length > 0 && rows.every((row) => isNumber(row[i])));
  const heads = columns.map((name, i) => heading(name, i, result, { order, choose: actions.order }));
  const said = element('p.note', { attributes: { role: 'status' } });
  const save = async () => {
    const file = await actions.asFile();
    if (file === null) return;
    const name = resultFileName(actions.run, 'query', 'csv');
    saveFile(file, name);
    fill(said, `${name}, ${byteText(file.size)}, is handed to your browser.`);
  };
  const all = isCut
    ? 'All rows as CSV'
    : rows.length === 1
      ? 'This row as CSV'
      : `These ${grouped(rows.length)} as CSV`;
  return [
    element(
      'div.beside.rows-bar',
      {},
      element('p.note', {}, count),
      button(all, () => void save()),
      said,
    ),
    dataTable('Rows of the query', heads, shown, { style: 'div.scroll.sheet', numbers }),
  ];
}
