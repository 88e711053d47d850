import type { ExportFormat } from '../../export/formats.js';
import { grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { button, element, fill } from '../page/dom.js';
import { byteText } from '../page/format.js';
import type { Store } from '../page/state.js';

const FORMATS: readonly { readonly format: ExportFormat; readonly name: string; readonly text: string }[] = [
  {
    format: 'csv',
    name: 'CSV',
    text: 'The planned rows for spreadsheets and everything else; UTF-8, one line per email.',
  },
  { format: 'parquet', name: 'Parquet', text: 'The planned rows for DuckDB, Spark or pandas; small, with real dates.' },
  { format: 'arrow', name: 'Arrow', text: 'The planned rows as an Arrow IPC file; loads without parsing.' },
];

/** Lets the browser save a file. */
function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = element('a', { attributes: { href: address, download: name } });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** What of the result can be had as a file. */
export function downloadView(store: Store, actions: Actions): HTMLElement {
  const said = element('p.note', { attributes: { role: 'status' } });
  const nameOf = (ending: string) => {
    const { current } = store.state;
    const stem = (current?.databaseName ?? 'plan').replace(/\.(sqlite3?|db)$/i, '');
    return `${stem}-planned-${current?.result.report.as_of ?? ''}.${ending}`;
  };
  const offer = (ending: string, name: string, text: string, make: () => Promise<Blob | null>) => {
    const start = button(`Download ${name}`, async () => {
      const file = await make();
      if (file === null) return;
      save(file, nameOf(ending));
      fill(said, `${nameOf(ending)}, ${byteText(file.size)}, is handed to your browser.`);
    });
    store.follow(['job'], ({ job }) => {
      start.disabled = job !== null;
    });
    return element('li', {}, element('div', {}, element('h3', {}, name), element('p.note', {}, text)), start);
  };
  const count = element('p.note');
  store.follow(['current'], ({ current }) => {
    fill(said, '');
    fill(count, current === null ? '' : `${grouped(current.result.report.rows.total)} planned rows.`);
  });
  return element(
    'div.view',
    {},
    element('header.view-head', {}, element('h2', {}, 'Download'), count),
    element(
      'ul.offers',
      {},
      offer(
        'sqlite3',
        'Database',
        'Your database with the plan in email_schedules, as a SQLite file. Yours stays as it is.',
        () => actions.writeDatabase(),
      ),
      ...FORMATS.map(({ format, name, text }) => offer(format, name, text, () => actions.exportRows(format))),
    ),
    said,
  );
}
