import { grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill, labelled } from '../page/dom.js';
import { secondsText } from '../page/format.js';
import type { Store } from '../page/state.js';
import { CallError } from '../page/workerClient.js';
import type { QueryResult, ShownValue, TableDescription } from '../protocol/protocol.js';

const EXAMPLES: readonly { readonly title: string; readonly sql: string }[] = [
  {
    title: 'Emails by type and status',
    sql: 'SELECT email_type, status, count(*) AS emails\nFROM email_schedules\nGROUP BY email_type, status\nORDER BY emails DESC',
  },
  {
    title: 'Busiest days',
    sql: "SELECT scheduled_send_date AS day, count(*) AS emails\nFROM email_schedules\nWHERE status = 'pre-scheduled'\nGROUP BY day\nORDER BY emails DESC\nLIMIT 20",
  },
  {
    title: 'Contacts with no email to come',
    sql: "SELECT c.id, c.email, c.state\nFROM contacts AS c\nWHERE NOT EXISTS (\n  SELECT 1 FROM email_schedules AS s\n  WHERE s.contact_id = c.id AND s.status = 'pre-scheduled')\nLIMIT 100",
  },
  { title: 'Issues with contacts', sql: 'SELECT * FROM scheduler_contact_issues LIMIT 100' },
];

/** SQL on the result, which is opened when it is first asked. */
export function sqlView(store: Store, actions: Actions): HTMLElement {
  const text = element('textarea', {
    attributes: { rows: 8, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' },
  });
  text.value = EXAMPLES[0].sql;
  const body = element('div', { attributes: { 'aria-live': 'polite' } });
  const tables = element('div');
  const run = async () => {
    try {
      const result = await actions.query(text.value);
      const described = result === null ? null : await actions.openResult();
      if (result === null) return;
      fill(body, ...shownResult(result));
      if (described !== null) fill(tables, tablesView(described));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      fill(body, element('p.wrong', { attributes: { role: 'alert' } }, error.message));
    }
  };
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void run();
    }
  });
  const start = button('Run SQL', () => void run(), { style: 'button.primary' });
  const examples = element(
    'select',
    {},
    ...EXAMPLES.map(({ title }, i) => element('option', { attributes: { value: i } }, title)),
  );
  examples.addEventListener('change', () => {
    text.value = EXAMPLES[Number(examples.value)].sql;
  });
  store.follow(['current', 'job'], ({ job }) => {
    start.disabled = job !== null;
  });
  store.follow(['current'], () => {
    fill(
      body,
      element(
        'p.empty',
        {},
        'The rows appear here, each value as SQLite has it. The first query opens the result, which takes a moment for large ones.',
      ),
    );
    fill(tables);
  });
  return element(
    'div.view',
    {},
    element(
      'header.view-head',
      {},
      element('h2', {}, 'SQL'),
      element('p.note', {}, 'Ask the result anything. It is a copy that is only read.'),
    ),
    element('div.controls', {}, labelled('Examples', examples)),
    labelled('Query', text, 'Control and Enter run it.'),
    element('div.controls', {}, start),
    body,
    tables,
  );
}

function shownResult({ columns, rows, isCut, seconds }: QueryResult): HTMLElement[] {
  if (columns.length === 0)
    return [element('p.empty', {}, `Done in ${secondsText(seconds)}; there are no rows to show.`)];
  const count = `${isCut ? 'The first ' : ''}${grouped(rows.length)} ${rows.length === 1 ? 'row' : 'rows'} in ${secondsText(seconds)}`;
  const shown = rows.map((row) =>
    row.map(({ kind, text }) => (kind === 'null' || kind === 'blob' ? element('span.null', {}, text) : text)),
  );
  const isNumber = ({ kind }: ShownValue) => kind === 'integer' || kind === 'real' || kind === 'null';
  const numbers = columns.map((_, i) => rows.length > 0 && rows.every((row) => isNumber(row[i])));
  return [
    element('p.note', {}, count),
    dataTable('Rows of the query', columns, shown, { style: 'div.scroll.sheet', numbers }),
  ];
}

function tablesView(tables: readonly TableDescription[]): HTMLElement {
  return element(
    'details.as-table',
    {},
    element('summary', {}, `${tables.length} tables`),
    element(
      'dl.tables',
      {},
      ...tables.flatMap(({ name, columns }) => [element('dt', {}, name), element('dd', {}, columns.join(', '))]),
    ),
  );
}
