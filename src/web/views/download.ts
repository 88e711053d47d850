import type { ExportFormat } from '../../export/formats.js';
import { counted, grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { settingLines } from '../page/configFields.js';
import { button, element, fill } from '../page/dom.js';
import { byteText, shortDate } from '../page/format.js';
import { resultFileName, saveFile } from '../page/savedFile.js';
import { staleReasons } from '../page/stale.js';
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

/** What of the result can be had as a file. */
export function downloadView(store: Store, actions: Actions): HTMLElement {
  const said = element('p.note', { attributes: { role: 'status' } });
  const nameOf = (ending: string) => resultFileName(store.state.current, 'planned', ending);
  const offer = (ending: string, name: string, text: string, make: () => Promise<Blob | null>) => {
    const start = button(`Download ${name}`, async () => {
      const file = await make();
      if (file === null) return;
      saveFile(file, nameOf(ending));
      actions.noteSaved();
      fill(said, `${nameOf(ending)}, ${byteText(file.size)}, is handed to your browser.`);
    });
    store.follow(['job'], ({ job }) => {
      start.disabled = job !== null;
    });
    return element('li', {}, element('div', {}, element('h3', {}, name), element('p.note', {}, text)), start);
  };
  const count = element('p.note');
  const what = element('p.what');
  store.follow(['current'], ({ current }) => {
    fill(said, '');
    fill(count, current === null ? '' : `${grouped(current.result.report.rows.total)} planned rows.`);
  });
  store.follow(['current', 'database', 'asOf', 'draft', 'isYamlWrong'], (state) => {
    const { current } = state;
    if (current === null) return;
    const settings = settingLines(current.config).length;
    const own = settings === 0 ? 'the default settings' : `${counted(settings, 'setting')} of its own`;
    const day = shortDate(current.result.report.as_of);
    const isStale = staleReasons(state).length > 0;
    fill(
      what,
      `What you get is run ${current.number}: ${current.databaseName} as of ${day}, with ${own}.`,
      isStale && element('strong.wrong', {}, ' It is not what is set now.'),
    );
  });
  return element(
    'div.view',
    {},
    element('header.view-head', {}, element('h2', {}, 'Download'), count),
    what,
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
