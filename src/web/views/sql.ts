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

/** Where SQL is typed, with examples and earlier queries. */
interface Editor {
  readonly view: readonly HTMLElement[];
  readonly start: HTMLButtonElement;
  readonly write: (sql: string) => void;
}

/** Makes the editor. @param run takes a query that is to be asked @param onInput is told when it is typed */
function editor(run: (sql: string) => void, onInput: () => void): Editor {
  const text = element('textarea.sql', {
    attributes: { rows: 8, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' },
  });
  text.value = EXAMPLES[0].sql;
  const write = (sql: string) => {
    text.value = sql;
    text.focus();
    onInput();
  };
  let earlier: readonly string[] = [];
  const examples = textChoice('Examples', 'Choose one', write);
  const history = textChoice('Earlier queries', 'Take one again', write);
  examples.show(EXAMPLES);
  history.show([]);
  const ask = () => {
    const sql = text.value;
    if (sql.trim() === '') return;
    earlier = [sql, ...earlier.filter((known) => known !== sql)].slice(0, MOST_EARLIER);
    history.show(earlier.map((known) => ({ title: titleOf(known), sql: known })));
    run(sql);
  };
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      ask();
    }
  });
  text.addEventListener('input', onInput);
  const start = button('Run SQL', ask, { style: 'button.primary' });
  return {
    view: [
      element('div.controls.wide', {}, examples.view, history.view),
      labelled('Query', text, 'Control and Enter run it.'),
      element('div.controls', {}, start),
    ],
    start,
    write,
  };
}

/** SQL on the result, which is opened when it is first asked. */
export function sqlView(store: Store, actions: Actions): HTMLElement {
  const body = element('div', { attributes: { 'aria-live': 'polite' } });
  const forgetError = () => {
    if (body.querySelector('.wrong') !== null) fill(body);
  };
  /** Asks, and shows the rows, or what is wrong with the SQL. */
  const show = async (request: QueryRequest) => {
    body.setAttribute('aria-busy', 'true');
    try {
      const result = await actions.queries.query(request);
      if (result === null) {
        fill(body, element('p.empty', {}, 'Stopped before there were any rows.'));
        return;
      }
      void schema.refresh();
      const order = (next: QueryOrder) => void show({ ...request, order: next });
      const asFile = () => actions.queries.exportQuery(request);
      fill(body, ...rowsView(result, request, { order, asFile, run: store.state.current }));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      fill(body, element('p.wrong', { attributes: { role: 'alert' } }, error.message));
    } finally {
      body.removeAttribute('aria-busy');
    }
  };
  const run = (sql: string) => {
    fill(body, element('p.empty', {}, 'Asking…'));
    void show({ sql, order: null });
  };
  const { view, start, write } = editor(run, forgetError);
  const schema = schemaView(store, actions, write);
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
    ...view,
    body,
    schema.view,
  );
}
