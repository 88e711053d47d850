import { parseIsoDay } from '../../calendar/iso.js';
import { drawReasonChart } from '../../report/charts/barChart.js';
import { drawCalendarChart } from '../../report/charts/calendarChart.js';
import { capOfDays } from '../../report/charts/capOfDays.js';
import { drawVolumeChart } from '../../report/charts/volumeChart.js';
import { grouped } from '../../report/text/prose.js';
import { EMAIL_KINDS, type SimulatedDay, type Simulation } from '../../simulate/simulation.js';
import type { Actions } from '../page/actions.js';
import { dataTable, element, fill, freshId, labelled, setAttributes } from '../page/dom.js';
import { longDayText, secondsText, shortDate, wordsOf } from '../page/format.js';
import { settingsKey } from '../page/ownSettings.js';
import type { SimulationState, Store } from '../page/state.js';
import { changingChart, chartBox } from './chart.js';
import { player } from './player.js';
import { obstacleOf } from './setup.js';

/** A year lived through day by day: what is sent each day becomes history of the next. */
export function yearView(store: Store, actions: Actions): HTMLElement {
  const stage = stageView(store);
  const outcome = element('div');
  let shown: Simulation | null = null;
  store.follow(['simulation'], ({ simulation }) => {
    const result = simulation?.result ?? null;
    if (result === shown && result !== null) return;
    shown = result;
    fill(outcome, ...(result === null ? [] : outcomeOf(result)));
  });
  return element(
    'div.view',
    {},
    element(
      'header.view-head',
      {},
      element('h2', {}, 'A year, day by day'),
      element('p.note', {}, 'Plans every day, sends what is due, and goes on from there. Nothing is written.'),
    ),
    optionsForm(store, actions),
    stage,
    outcome,
  );
}

/** A field for a share in percent. */
interface RateField {
  readonly view: HTMLElement;
  /** The share; null when what stands there is none, which the field then says. */
  readonly read: () => number | null;
}

function rateField(name: string): RateField {
  const id = freshId('rate');
  const problem = element('p.wrong', { attributes: { id: `${id}-problem` } });
  const input = element('input', { attributes: { inputmode: 'decimal', value: '0', autocomplete: 'off' } });
  const view = labelled(`${name}, %`, input);
  input.setAttribute('aria-describedby', problem.id);
  view.append(problem);
  const read = () => {
    const text = input.value.trim().replace(/\s*%$/, '').replace(',', '.');
    const percent = text === '' ? 0 : Number(text);
    const isRight = percent >= 0 && percent <= 100;
    setAttributes(input, { 'aria-invalid': isRight ? null : 'true' });
    fill(problem, !isRight && `${name}: 0 to 100 %.`);
    return isRight ? percent / 100 : null;
  };
  // While it is typed, so that nothing moves under a pointer that is about to press.
  input.addEventListener('input', () => {
    if (input.getAttribute('aria-invalid') !== null) read();
  });
  return { view, read };
}

function optionsForm(store: Store, actions: Actions): HTMLElement {
  const from = element('input', { attributes: { type: 'date' } });
  const to = element('input', { attributes: { type: 'date' } });
  const weekends = element('input', { attributes: { type: 'checkbox', id: freshId('weekends') } });
  const outages = rateField('Days of outage');
  const bounces = rateField('Emails that bounce');
  const failures = rateField('Emails that fail');
  const wrongDays = element('p.wrong', { attributes: { role: 'status' } });
  const start = element('button.primary', { attributes: { type: 'submit' } }, 'Live through it');
  const why = element('p.help', { attributes: { role: 'status' } });
  store.follow(['asOf'], ({ asOf }) => {
    from.value = asOf;
    const first = parseIsoDay(asOf);
    if (first !== null) to.value = new Date((first + 364) * 86_400_000).toISOString().slice(0, 10);
  });
  store.follow(['database', 'job', 'draft', 'isYamlWrong'], (state) => {
    const reason = obstacleOf(state) ?? '';
    start.disabled = reason !== '' || state.job !== null;
    fill(why, reason);
  });
  return element(
    'form.controls',
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          const [outageRate, bounceRate, failureRate] = [outages.read(), bounces.read(), failures.read()];
          if (outageRate === null || bounceRate === null || failureRate === null) return;
          const rates = { outageRate, bounceRate, failureRate };
          const days = { from: from.value, to: to.value };
          const isRange = (parseIsoDay(days.from) ?? Number.NaN) <= (parseIsoDay(days.to) ?? Number.NaN);
          fill(wrongDays, !isRange && 'Last day: not before the first day, and both are set.');
          if (isRange) void actions.simulate({ ...days, ...rates, skipWeekends: weekends.checked });
        },
      },
    },
    labelled('First day', from),
    labelled('Last day', to),
    outages.view,
    bounces.view,
    failures.view,
    element('label.check', {}, weekends, 'Nothing on weekends'),
    start,
    wrongDays,
    why,
  );
}

/** The chart and figures of the days so far, and the player that goes through them again. */
function stageView(store: Store): HTMLElement {
  const chart = changingChart();
  const figures = element('dl.figures');
  const title = element('h3');
  let state: SimulationState | null = null;
  const controls = player((dayCount) => {
    if (state === null || dayCount === 0) return;
    const days = state.days.slice(0, dayCount);
    const { startDay, endDay, result } = state;
    fill(title, longDayText(startDay + dayCount - 1));
    fill(figures, ...figuresOf(days));
    // The whole period is on the axis from the start.
    const ends = [startDay, endDay - 1].map((day) => ({ day, kind: 'birthday', count: 0 }));
    const counts = [...ends, ...days.flatMap(countsOf)];
    chart.draw((options) =>
      drawVolumeChart(counts, {
        ...options,
        cap: result === null ? undefined : capOfDays(result),
        title: 'Emails sent per day',
      }),
    );
  });
  const stale = element('p.warning', { attributes: { role: 'status' } });
  store.follow(['simulation', 'database', 'draft'], ({ simulation, database, draft }) => {
    const isStale =
      simulation !== null &&
      (simulation.database !== database || settingsKey(simulation.config) !== settingsKey(draft));
    fill(
      stale,
      isStale &&
        `These days are of ${simulation.database.name} with other settings, or another database, than is set now.`,
    );
  });
  const view = element(
    'section.panel',
    { attributes: { hidden: true, 'aria-label': 'Days' } },
    stale,
    title,
    figures,
    element('div.chart', {}, chart.view),
    controls.view,
  );
  store.follow(['simulation'], ({ simulation }) => {
    state = simulation;
    setAttributes(view, { hidden: simulation === null || simulation.days.length === 0 });
    if (simulation !== null) controls.follow(simulation.days.length, simulation.endDay - simulation.startDay);
  });
  return view;
}

function countsOf({ day, by_kind: kinds }: SimulatedDay) {
  const number = parseIsoDay(day) ?? 0;
  return EMAIL_KINDS.map((kind) => ({ day: number, kind, count: kinds[kind].sent + kinds[kind].bounced })).filter(
    ({ count }) => count > 0,
  );
}

function figuresOf(days: readonly SimulatedDay[]): HTMLElement[] {
  const sum = (of: (day: SimulatedDay) => number) => days.reduce((total, day) => total + of(day), 0);
  const figure = (label: string, value: number, note: string) =>
    element(
      'div.figure',
      {},
      element('dt', {}, label),
      element('dd', {}, grouped(value)),
      element('dd.note', {}, note),
    );
  const last = days[days.length - 1];
  const today = last.held_by === null ? `${grouped(last.sent)} on this day` : `nothing: ${last.held_by}`;
  return [
    figure(
      'Sent so far',
      sum(({ sent }) => sent),
      today,
    ),
    figure(
      'Caught up',
      sum((day) => day.caught_up),
      'of those sent, on a later day',
    ),
    figure(
      'Bounced',
      sum(({ bounced }) => bounced),
      'count as had',
    ),
    figure(
      'Failed or held',
      sum(({ failed, held }) => failed + held),
      'planned again',
    ),
    figure(
      'Skipped on its day',
      sum(({ skipped }) => skipped),
      'by a rule; some are planned again later',
    ),
  ];
}

function accountRows(
  accounts: Simulation['accounts'],
  reasons: readonly { readonly name: string; readonly count: number }[],
): readonly (readonly [string, number])[] {
  return [
    ['Expected', accounts.expected],
    ['Sent', accounts.sent],
    ['Bounced', accounts.bounced],
    ...reasons.map(({ name, count }) => [`Skipped in the end: ${name.toLowerCase()}`, count] as const),
    ['Follow-ups ended by a newer email', accounts.superseded],
    ['Not sent until the deadline had passed', accounts.unsent],
    ['Still open after the last day', accounts.open],
    ['Lost', accounts.lost.count],
    ['Sent more than once', accounts.repeated.count],
  ];
}

function outcomeOf(simulation: Simulation): HTMLElement[] {
  const { accounts, by_kind: kinds, days, seconds, days_over_threshold: over, limits } = simulation;
  const first = parseIsoDay(simulation.from) ?? 0;
  const reasons = Object.entries(accounts.skipped).map(([name, count]) => ({ name: wordsOf(name), count }));
  return [
    element(
      'section.panel',
      {},
      element('h3', {}, 'The year as a calendar'),
      chartBox((options) =>
        drawCalendarChart(
          days.map(({ day, sent, bounced }) => ({ day: parseIsoDay(day) ?? 0, count: sent + bounced })),
          { ...options, startDay: first },
        ),
      ),
    ),
    element(
      'div.panels',
      {},
      element(
        'section.panel',
        {},
        element('h3', {}, 'What became of every email'),
        dataTable('Accounts', ['Outcome', 'Emails'], accountRows(accounts, reasons)),
      ),
      element(
        'section.panel',
        {},
        element('h3', {}, 'By kind'),
        dataTable(
          'Volumes by kind',
          ['Kind', 'Sent', 'Caught up', 'Skipped on its day'],
          EMAIL_KINDS.map((kind) => [wordsOf(kind), kinds[kind].sent, kinds[kind].caught_up, kinds[kind].skipped]),
        ),
        element(
          'p.note',
          {},
          over.length === 0
            ? `No day was over the threshold of ${grouped(limits.threshold)} emails.`
            : `${grouped(over.length)} days were over the threshold of ${grouped(limits.threshold)} emails, the first ${shortDate(over[0].day)}.`,
        ),
        element(
          'p.note',
          {},
          `${grouped(days.length)} days in ${secondsText(seconds.load + seconds.days + seconds.accounts)}.`,
        ),
      ),
    ),
    element(
      'section.panel',
      {},
      element('h3', {}, 'Why emails were skipped in the end'),
      chartBox((options) =>
        drawReasonChart(
          reasons.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
          options,
        ),
      ),
    ),
  ];
}
