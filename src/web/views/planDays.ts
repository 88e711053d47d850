import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import { drawCalendarChart } from '../../report/charts/calendarChart.js';
import { seriesScale } from '../../report/charts/series.js';
import { PAGE_COLORS } from '../../report/charts/theme.js';
import { drawVolumeChart } from '../../report/charts/volumeChart.js';
import type { DayRange } from '../../report/charts/volumeLayers.js';
import { grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill, labelled, setAttributes } from '../page/dom.js';
import { longDayText } from '../page/format.js';
import type { FinishedRun, Store } from '../page/state.js';
import { dayCounts, dayKindCounts } from '../protocol/volume.js';
import { type DayChoice, dayChart } from './chart.js';
import { calendarFinding, volumeFinding } from './findings.js';
import { asTable, chartPanel } from './planPanels.js';

/** How the days are drawn, from plan to plan. */
export interface DaysLook {
  /** The series that are not drawn, by their labels. */
  hidden: ReadonlySet<string>;
  scale: 'linear' | 'log';
}

/** The panels of the days of a plan. */
export interface DayPanels {
  readonly view: readonly HTMLElement[];
  /** Ends what follows the state, once the plan is no longer shown. */
  readonly end: () => void;
}

/** The days of a plan as bars and as a calendar; a click on one shows its emails, a range holds for all charts. */
export function dayPanels(run: FinishedRun, store: Store, actions: Actions, look: DaysLook): DayPanels {
  const { volume, report } = run.result;
  const { limits, moves } = report;
  const whole: DayRange = { start: volume.firstDay, end: volume.firstDay + volume.dayCount };
  const range = () => within(store.state.range, whole);
  const counts = dayKindCounts(volume);
  const choice: DayChoice = {
    days: () => range() ?? whole,
    describe: (day) => {
      const count = volume.total[day - volume.firstDay] ?? 0;
      return `${longDayText(day)}: ${grouped(count)} ${count === 1 ? 'email' : 'emails'}`;
    },
    onChoose: (day) => actions.showDay(day),
    onRange: (days) => actions.setRange(days),
  };
  const capOf = (day: number) => volume.caps[day - volume.firstDay] ?? 0;
  const bars = dayChart(
    (options) => drawVolumeChart(counts, { ...options, ...look, cap: capOf, days: range() ?? whole }),
    choice,
  );
  const calendar = dayChart((options) => {
    const days = range();
    return drawCalendarChart(dayCounts(volume), { ...options, startDay: days?.start ?? volume.firstDay, days });
  }, choice);
  const labels = seriesScale(counts, PAGE_COLORS).series.map(({ label }) => label);
  const table = element('div');
  const end = store.follow(['range'], () => {
    bars.redraw();
    calendar.redraw();
    fill(
      table,
      asTable('Emails per day', () => volumeTable(run, range() ?? whole, actions)),
    );
  });
  const controls = rangeControls(store, actions, whole);
  return {
    view: [
      chartPanel(
        run,
        'Emails per day',
        volumeFinding(run.result),
        element('div.controls.chart-controls', {}, ...controls.view, scaleChoice(look, bars.redraw)),
        labels.length > 1 && seriesChoice(labels, look, bars.redraw),
        bars.view,
        element(
          'p.note',
          {},
          `A day over ${grouped(limits.threshold)} emails is cut back to the cap of ${grouped(limits.cap)}; ${grouped(moves.cap)} emails were moved by that, ${grouped(moves.smoothing)} by smoothing policy anniversaries. Click a day to see its emails; drag a mouse over days to look at those.`,
        ),
        table,
      ),
      chartPanel(run, 'The year as a calendar', calendarFinding(run.result), calendar.view),
    ],
    end() {
      end();
      controls.end();
    },
  };
}

/** The days of a range that a plan has; null when it has none of them, or all. */
export function within(range: DayRange | null, whole: DayRange): DayRange | null {
  if (range === null) return null;
  const [start, end] = [Math.max(range.start, whole.start), Math.min(range.end, whole.end)];
  return start >= end || (start === whole.start && end === whole.end) ? null : { start, end };
}

/** From which day to which the charts go. */
function rangeControls(store: Store, actions: Actions, whole: DayRange) {
  const [from, to] = [0, 1].map(() =>
    element('input', {
      attributes: { type: 'date', min: formatIsoDay(whole.start), max: formatIsoDay(whole.end - 1) },
    }),
  );
  const all = button('All days', () => actions.setRange(null), { style: 'button.quiet' });
  const set = () => {
    const [start, last] = [parseIsoDay(from.value) ?? whole.start, parseIsoDay(to.value) ?? whole.end - 1];
    if (start <= last) actions.setRange({ start, end: last + 1 });
  };
  from.addEventListener('change', set);
  to.addEventListener('change', set);
  const end = store.follow(['range'], ({ range }) => {
    const days = within(range, whole);
    from.value = formatIsoDay((days ?? whole).start);
    to.value = formatIsoDay((days ?? whole).end - 1);
    all.disabled = days === null;
  });
  return { view: [labelled('From', from), labelled('To', to), all], end };
}

function scaleChoice(look: DaysLook, redraw: () => void): HTMLElement {
  const select = element(
    'select',
    {},
    element('option', { attributes: { value: 'linear' } }, 'even'),
    element('option', { attributes: { value: 'log' } }, 'logarithmic'),
  );
  select.value = look.scale;
  select.addEventListener('change', () => {
    look.scale = select.value === 'log' ? 'log' : 'linear';
    redraw();
  });
  return labelled('Scale', select);
}

/** Buttons that draw a series or leave it out. */
function seriesChoice(labels: readonly string[], look: DaysLook, redraw: () => void): HTMLElement {
  const buttons = labels.map((label) => {
    const one = button(
      label,
      () => {
        const hidden = new Set(look.hidden);
        if (!hidden.delete(label)) hidden.add(label);
        look.hidden = hidden;
        setAttributes(one, { 'aria-pressed': String(!hidden.has(label)) });
        redraw();
      },
      { style: 'button.toggle', attributes: { 'aria-pressed': String(!look.hidden.has(label)) } },
    );
    return one;
  });
  return element('div.toggles', { attributes: { role: 'group', 'aria-label': 'Series that are drawn' } }, ...buttons);
}

function volumeTable({ result: { volume } }: FinishedRun, { start, end }: DayRange, actions: Actions): HTMLElement {
  const days = dayCounts(volume).filter(({ day, count }) => count > 0 && day >= start && day < end);
  const rows = days.map(({ day, count }) => {
    const place = day - volume.firstDay;
    return [
      button(formatIsoDay(day), () => actions.showDay(day), { style: 'button.link' }),
      ...volume.kinds.map(({ emails }) => emails[place]),
      count,
      volume.caps[place],
    ];
  });
  return dataTable('Emails per day', ['Day', ...volume.kinds.map(({ kind }) => kind), 'All', 'Cap'], rows);
}
