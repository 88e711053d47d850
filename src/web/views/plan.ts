import { drawReasonChart } from '../../report/charts/barChart.js';
import { kindOfType } from '../../report/charts/series.js';
import { drawStateChart } from '../../report/charts/stateChart.js';
import { grouped, percent } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill } from '../page/dom.js';
import { secondsText, shortDate } from '../page/format.js';
import { plainIssue, plainReason, plainType } from '../page/plainWords.js';
import type { FinishedRun, Store } from '../page/state.js';
import { UNKNOWN_STATE_NAME } from '../protocol/protocol.js';
import { choosableChart } from './chart.js';
import type { DaysLook } from './dayControls.js';
import { reasonFinding, sourceText, stateFinding } from './findings.js';
import { asTable, chartPanel, panel } from './panels.js';
import { type DayPanels, dayPanels } from './planDays.js';

/** The summary of the last run: figures, charts, and what they say as tables. */
export function planView(store: Store, actions: Actions): HTMLElement {
  const view = element('div.view');
  const look: DaysLook = { hidden: new Set(), scale: 'linear' };
  let days: DayPanels | null = null;
  store.follow(['current'], ({ current }) => {
    days?.end();
    days = current === null ? null : dayPanels(current, store, actions, look);
    if (current === null || days === null) fill(view, ...welcome(store, actions));
    else fill(view, ...summary(current, days.view, actions));
  });
  return view;
}

/** What the button of the welcome makes up. */
const EXAMPLE_CONTACTS = 5000;

function welcome(store: Store, actions: Actions): HTMLElement[] {
  const tryIt = async () => {
    await actions.databases.generate({
      contacts: EXAMPLE_CONTACTS,
      seed: 1,
      shape: 'realistic',
      asOf: store.state.asOf,
    });
    await actions.run();
  };
  const start = button(`Try it with ${grouped(EXAMPLE_CONTACTS)} people who do not exist`, () => void tryIt(), {
    style: 'button.primary',
  });
  const point = (title: string, text: string) =>
    element('li', {}, element('strong', {}, title), element('span', {}, text));
  return [
    element(
      'div.welcome',
      {},
      element('h2', {}, 'See who gets which email, and when'),
      element(
        'p.lead',
        {},
        'sendplan reads the contacts of a SQLite database, works out which email goes to whom on which day and which must not, and shows why.',
      ),
      element(
        'ol.points',
        {},
        point('A database', 'Choose yours, or make one up to look around.'),
        point('A day', 'The plan is made as of that day.'),
        point('Plan', 'A second for 50,000 contacts, a few for 750,000.'),
      ),
      start,
      element(
        'p.note',
        {},
        'Everything happens on this machine: this page has no code that sends anything. As a second lock it has your browser refuse connections, forms, frames and images from elsewhere. Browsers have no such lock for connections from peer to peer and for going to another address; this page does neither. Your file is only read; what is planned is yours to download.',
      ),
    ),
  ];
}

type Report = FinishedRun['result']['report'];

function figure(value: string, label: string, note: string | null = null): HTMLElement {
  return element(
    'div.figure',
    {},
    element('dt', {}, label),
    element('dd', {}, value),
    note !== null && element('dd.note', {}, note),
  );
}

function summary(run: FinishedRun, days: readonly HTMLElement[], actions: Actions): HTMLElement[] {
  const { result, number, databaseName } = run;
  const { report } = result;
  return [
    element(
      'header.view-head',
      {},
      element('h2', {}, `Plan as of ${shortDate(report.as_of)}`),
      element('p.note', {}, `Run ${number}, ${databaseName}, profile ${report.limits.profile}`),
      runNameField(run, actions),
    ),
    figuresOf(report),
    ...(report.rows.total === 0
      ? [element('p.empty', {}, 'No email is planned: nobody in this database is due for any.')]
      : []),
    ...days,
    element('div.panels', {}, reasonPanel(run, actions), statePanel(run, actions)),
    element('div.panels', {}, typePanel(report, actions), changesPanel(report)),
  ];
}

/** What the run is called, which tells it from others in Compare and below charts. */
function runNameField({ number, name }: FinishedRun, actions: Actions): HTMLElement {
  const input = element('input.run-name', {
    attributes: {
      value: name,
      maxlength: 60,
      placeholder: 'name this run',
      'aria-label': 'Name of this run',
      autocomplete: 'off',
    },
  });
  input.addEventListener('change', () => actions.nameRun(number, input.value));
  return input;
}

function figuresOf({ rows, contacts, limits, busiest_days, seconds }: Report): HTMLElement {
  const busiest = busiest_days.at(0);
  return element(
    'dl.figures',
    {},
    figure(grouped(rows.pre_scheduled), 'Emails to be sent', `${rows.per_contact.toFixed(2)} rows per contact`),
    figure(grouped(rows.skipped), 'Skipped', `planned emails that a rule stops: ${percent(rows.skipped, rows.total)}`),
    figure(
      grouped(contacts.planned),
      'Contacts planned',
      contacts.rejected === 0 ? 'none left out' : `${grouped(contacts.rejected)} left out`,
    ),
    busiest === undefined
      ? figure('–', 'Busiest day')
      : figure(grouped(busiest.load), 'Busiest day', `${shortDate(busiest.day)}, cap ${grouped(limits.cap)}`),
    figure(secondsText(seconds), 'Planned in', `${grouped(Math.round(contacts.rows / seconds))} contacts/s`),
  );
}

function reasonPanel(run: FinishedRun, actions: Actions): HTMLElement {
  const { skip_reasons, rows } = run.result.report;
  const counts = skip_reasons.map(({ reason, rows: count }) => ({ name: plainReason(reason), code: reason, count }));
  const show = (reason: string) => actions.showEmails(null, { status: 'skipped', reason });
  return chartPanel(
    { subject: 'Why emails are skipped', finding: reasonFinding(run.result), source: sourceText(run) },
    choosableChart((options) => drawReasonChart(counts, options), 'data-code', show),
    element('p.note', {}, 'Click a reason to see whose emails it stops.'),
    asTable('Skip reasons', () =>
      dataTable(
        'Skip reasons',
        ['Because', 'Emails', 'Of skipped', 'Code'],
        counts.map(({ name, code, count }) => [
          button(name, () => show(code), { style: 'button.link' }),
          count,
          percent(count, rows.skipped),
          code,
        ]),
      ),
    ),
  );
}

function statePanel(run: FinishedRun, actions: Actions): HTMLElement {
  const { states } = run.result;
  const show = (state: string) => actions.showEmails(null, { state });
  const counts = states.map(({ state, scheduled, skipped }) => ({ state, toBeSent: scheduled, skipped }));
  const map = (measure: 'toBeSent' | 'skippedShare') =>
    choosableChart((options) => drawStateChart(counts, { ...options, measure }), 'data-state', show);
  return chartPanel(
    { subject: 'States', finding: stateFinding(run.result), source: sourceText(run) },
    element('h4', {}, 'Emails to be sent'),
    map('toBeSent'),
    element('h4', {}, 'Share of emails that is skipped'),
    map('skippedShare'),
    element('p.note', {}, 'Click a state to see its emails.'),
    asTable('States', () =>
      dataTable(
        'States',
        ['State', 'Contacts', 'To be sent', 'Skipped', 'Share skipped'],
        states.map((count) => [
          button(count.state ?? 'unknown', () => show(count.state ?? UNKNOWN_STATE_NAME), { style: 'button.link' }),
          count.contacts,
          count.scheduled,
          count.skipped,
          percent(count.skipped, count.scheduled + count.skipped),
        ]),
      ),
    ),
  );
}

function typePanel({ rows }: Report, actions: Actions): HTMLElement {
  const show = (type: string) => actions.showEmails(null, { kind: kindOfType(type) });
  return panel(
    'By type of email',
    dataTable(
      'Emails by type',
      ['Type', 'To be sent', 'Skipped'],
      rows.by_type.map((type) => [
        button(plainType(type.email_type), () => show(type.email_type), { style: 'button.link' }),
        type.pre_scheduled,
        type.skipped,
      ]),
    ),
    asTable('Codes of the types', () =>
      dataTable(
        'Codes of the types',
        ['Type', 'Code'],
        rows.by_type.map(({ email_type }) => [plainType(email_type), email_type]),
      ),
    ),
  );
}

function changesPanel({ changes, issues, warnings, migration, stages }: Report): HTMLElement {
  return panel(
    'What this changes in the database',
    dataTable(
      'Changes',
      ['Rows of email_schedules', 'Number'],
      Object.entries(changes).map(([name, count]) => [name, count]),
    ),
    ...issuesOf(issues),
    ...warnings.map((warning) => element('p.warning', {}, warning)),
    migration.length > 0 &&
      element(
        'details.as-table',
        {},
        element('summary', {}, `Added to the schema: ${migration.length}`),
        element('ul.plain', {}, ...migration.map((step) => element('li.note', {}, step))),
      ),
    asTable('Stages', () =>
      dataTable(
        'Stages',
        ['Stage', 'Took'],
        stages.map(({ stage, seconds }) => [stage, secondsText(seconds)]),
      ),
    ),
  );
}

function issuesOf(issues: Report['issues']): HTMLElement[] {
  const entries = Object.entries(issues);
  if (entries.length === 0) return [];
  return [
    element('h4', {}, 'Issues with contacts'),
    dataTable(
      'Issues',
      ['Issue', 'Number'],
      entries.map(([kind, count]) => [element('span', { attributes: { title: kind } }, plainIssue(kind)), count]),
    ),
  ];
}
