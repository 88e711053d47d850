import type { Actions } from '../page/actions.js';
import { button, element, fill, labelled, setAttributes } from '../page/dom.js';
import type { Store } from '../page/state.js';
import { CallError } from '../page/workerClient.js';
import type { QueryOrder, QueryRequest } from '../protocol/protocol.js';
import { rowsView } from './sqlRows.js';
import { schemaView } from './sqlSchema.js';

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

/** How many queries of a visit can be had again. */
const MOST_EARLIER = 30;
const LONGEST_TITLE = 70;

/** A choice of texts that are put where SQL is typed. */
interface TextChoice {
  readonly view: HTMLElement;
  readonly show: (texts: readonly { readonly title: string; readonly sql: string }[]) => void;
}

function textChoice(label: string, first: string, choose: (sql: string) => void): TextChoice {
  const select = element('select');
  let shown: readonly { readonly title: string; readonly sql: string }[] = [];
  select.addEventListener('change', () => {
    const chosen = shown[Number(select.value)];
    if (select.value !== '' && chosen !== undefined) choose(chosen.sql);
    select.value = '';
  });
  const view = labelled(label, select);
  return {
    view,
    show(texts) {
      shown = texts;
      const options = texts.map(({ title }, i) => element('option', { attributes: { value: i } }, title));
      fill(select, element('option', { attributes: { value: '' } }, first), ...options);
      setAttributes(view, { hidden: texts.length === 0 });
    },
  };
}

/** The first words of a query, on one line. */
function titleOf(sql: string): string {
  const line = sql.trim().replace(/\s+/g, ' ');
  return line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE - 1)}…` : line;
}

/** SQL on the result, which is opened when it is first asked. */
export function sqlView(store: Store, actions: Actions): HTMLElement {
  const text = element('textarea.sql', {
    attributes: { rows: 8, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' },
  });
  text.value = EXAMPLES[0].sql;
  const write = (sql: string) => {
    text.value = sql;
    text.focus();
  };
  const body = element('div', { attributes: { 'aria-live': 'polite' } });
  let earlier: readonly string[] = [];
  const examples = textChoice('Examples', 'Choose one', write);
  const history = textChoice('Earlier queries', 'Take one again', write);
  examples.show(EXAMPLES);
  history.show([]);
  const schema = schemaView(store, actions, write);

  /** Shows what comes of asking; what was shown before goes at once, and what is wrong with the SQL stands in its place. */
  const ask = async (work: () => Promise<readonly HTMLElement[] | null>) => {
    body.setAttribute('aria-busy', 'true');
    try {
      const shown = await work();
      if (shown !== null) fill(body, ...shown);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      fill(body, element('p.wrong', { attributes: { role: 'alert' } }, error.message));
    } finally {
      body.removeAttribute('aria-busy');
    }
  };
  const show = (request: QueryRequest) =>
    ask(async () => {
      const result = await actions.query(request);
      if (result === null) return null;
      void schema.refresh();
      const order = (next: QueryOrder) => void show({ ...request, order: next });
      const asFile = () => actions.exportQuery(request);
      return rowsView(result, request, { order, asFile, run: store.state.current });
    });
  const run = () => {
    const sql = text.value;
    if (sql.trim() === '') return;
    fill(body, element('p.empty', {}, 'Asking…'));
    earlier = [sql, ...earlier.filter((known) => known !== sql)].slice(0, MOST_EARLIER);
    history.show(earlier.map((known) => ({ title: titleOf(known), sql: known })));
    void show({ sql, order: null });
  };
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    }
  });
  text.addEventListener('input', () => {
    if (body.querySelector('.wrong') !== null) fill(body);
  });
  const start = button('Run SQL', run, { style: 'button.primary' });
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
  });
  return element(
    'div.view',
    {},
    element(
      'header.view-head',
      {},
      element('h2', {}, 'SQL'),
      element('p.note', {}, 'Ask the result anything. SQLite may only read it; tables of your own can be TEMP.'),
    ),
    element('div.controls.wide', {}, examples.view, history.view),
    labelled('Query', text, 'Control and Enter run it.'),
    element('div.controls', {}, start),
    body,
    schema.view,
  );
}
