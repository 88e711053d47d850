import { counted, grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { settingLines } from '../page/configFields.js';
import { dataTable, element, fill, labelled } from '../page/dom.js';
import { shortDate } from '../page/format.js';
import { plainReason } from '../page/plainWords.js';
import { isSameButSuppressions } from '../page/stale.js';
import type { FinishedRun, Store } from '../page/state.js';
import { differencePanel } from './compareDays.js';
import { settingName, settingText } from './settingTexts.js';

/** Two runs of this visit side by side: what was set differently, and what came of it. */
export function compareView(store: Store, actions: Actions): HTMLElement {
  const before = element('select');
  const after = element('select');
  const body = element('div');
  const look = { hidden: new Set<string>() };
  let endChart = () => {};
  const show = () => {
    endChart();
    endChart = () => {};
    const { runs } = store.state;
    const chosen = (select: HTMLSelectElement) => runs.find(({ number }) => String(number) === select.value) ?? null;
    const [first, second] = [chosen(before), chosen(after)];
    if (first === null || second === null || runs.length < 2) {
      fill(
        body,
        element(
          'p.empty',
          {},
          'Plan a day, change a setting, plan again: the two are compared here. Up to eight runs are kept while the page is open.',
        ),
      );
    } else {
      const chart = differencePanel(first, second, store, actions, look);
      endChart = chart.end;
      fill(body, ...compared(first, second, chart.view));
    }
  };
  before.addEventListener('change', show);
  after.addEventListener('change', show);
  store.follow(['runs'], ({ runs }) => {
    const options = () =>
      runs.map((run) => element('option', { attributes: { value: run.number } }, runName(run, runs)));
    fill(before, ...options());
    fill(after, ...options());
    before.value = String(runs.at(-2)?.number ?? '');
    after.value = String(runs.at(-1)?.number ?? '');
    show();
  });
  return element(
    'div.view',
    {},
    element('header.view-head', {}, element('h2', {}, 'Before and after')),
    element('div.controls.wide', {}, labelled('Before', before), labelled('After', after)),
    body,
  );
}

/** What a run's database is called: by its name, and by its content where another one has the same name. */
function databaseText({ databaseName, result }: FinishedRun, runs: readonly FinishedRun[]): string {
  const isShared = runs.some((run) => run.databaseName === databaseName && run.result.digest !== result.digest);
  return isShared ? `${databaseName} (content ${result.digest.slice(0, 6)})` : databaseName;
}

function runName(run: FinishedRun, runs: readonly FinishedRun[]): string {
  const name = run.name === '' ? '' : ` “${run.name}”`;
  return `Run ${run.number}${name}: ${databaseText(run, runs)}, ${shortDate(run.result.report.as_of)}`;
}

function suppressionText({ database: { suppressions } }: FinishedRun): string {
  return suppressions === null
    ? 'as the database has them'
    : `${counted(suppressions.changeCount, 'change')} made here`;
}

/** The settings that are not the same in two runs. */
function differences(before: FinishedRun, after: FinishedRun): (readonly [string, string, string])[] {
  const [first, second] = [before, after].map(
    (run) => new Map(settingLines(run.config).map(({ key, value }) => [key, value])),
  );
  const keys = [...new Set([...first.keys(), ...second.keys()])];
  const all = keys.map((key) => {
    const [one, other] = [settingText(key, first.get(key)), settingText(key, second.get(key))];
    return [settingName(key), one, other] as const;
  });
  const days = ['as of', before.result.report.as_of, after.result.report.as_of] as const;
  const both = [before, after];
  const isSameFile = isSameButSuppressions(before.database, after.database);
  const changes = ['suppressions', suppressionText(before), suppressionText(after)] as const;
  const names = ['database', databaseText(before, both), databaseText(after, both)] as const;
  const isSame = before.result.digest === after.result.digest;
  return [...all, days, ...(isSameFile ? [changes] : isSame ? [] : [names])].filter(([, one, other]) => one !== other);
}

function signed(value: number): string {
  return value === 0 ? 'same' : `${value > 0 ? '+' : '−'}${grouped(Math.abs(value))}`;
}

function compared(before: FinishedRun, after: FinishedRun, chart: HTMLElement): HTMLElement[] {
  const [first, second] = [before.result.report, after.result.report];
  const figures: readonly (readonly [string, number, number])[] = [
    ['Emails to be sent', first.rows.pre_scheduled, second.rows.pre_scheduled],
    ['Skipped', first.rows.skipped, second.rows.skipped],
    ['Daily cap', first.limits.cap, second.limits.cap],
    ['Busiest day', first.busiest_days[0]?.load ?? 0, second.busiest_days[0]?.load ?? 0],
    ['Overloaded days', first.overloaded_days.count, second.overloaded_days.count],
    ['Moved by the cap', first.moves.cap, second.moves.cap],
    ['Moved by smoothing', first.moves.smoothing, second.moves.smoothing],
    ...reasonFigures(before, after),
  ];
  const changed = differences(before, after);
  return [
    element(
      'div.panels',
      {},
      element(
        'section.panel',
        {},
        element('h3', {}, 'What was set differently'),
        changed.length === 0
          ? element('p.note', {}, 'Nothing: day, settings and the content of the database are the same.')
          : dataTable('Settings', ['Setting', 'Before', 'After'], changed),
      ),
      element(
        'section.panel',
        {},
        element('h3', {}, 'What came of it'),
        dataTable(
          'Figures',
          ['Figure', 'Before', 'After', 'Difference'],
          figures.map(([name, one, other]) => [name, one, other, element('span.difference', {}, signed(other - one))]),
          { numbers: [false, true, true, true] },
        ),
      ),
    ),
    chart,
  ];
}

/** The skip reasons of both, the most frequent first. */
function reasonFigures(before: FinishedRun, after: FinishedRun): (readonly [string, number, number])[] {
  const [first, second] = [before, after].map(
    (run) => new Map(run.result.report.skip_reasons.map(({ reason, rows }) => [reason, rows])),
  );
  return [...new Set([...first.keys(), ...second.keys()])]
    .map((reason) => [`skipped: ${plainReason(reason)}`, first.get(reason) ?? 0, second.get(reason) ?? 0] as const)
    .filter(([, one, other]) => one !== other)
    .sort(([, a, b], [, c, d]) => Math.abs(d - c) - Math.abs(b - a))
    .slice(0, 10);
}
