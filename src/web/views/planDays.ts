import { formatIsoDay } from '../../calendar/iso.js';
import { drawCalendarChart } from '../../report/charts/calendarChart.js';
import { seriesScale } from '../../report/charts/series.js';
import { PAGE_COLORS } from '../../report/charts/theme.js';
import { drawVolumeChart } from '../../report/charts/volumeChart.js';
import type { DayRange } from '../../report/charts/volumeLayers.js';
import { grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { button, dataTable, element, fill } from '../page/dom.js';
import { longDayText } from '../page/format.js';
import type { FinishedRun, Store } from '../page/state.js';
import { dayCounts, dayKindCounts } from '../protocol/volume.js';
import { type DayChoice, dayChart } from './chart.js';
import { type DaysLook, rangeControls, scaleChoice, seriesChoice, within } from './dayControls.js';
import { calendarFinding, sourceText, volumeFinding } from './findings.js';
import { asTable, chartPanel } from './panels.js';

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
  const source = sourceText(run);
  return {
    view: [
      chartPanel(
        { subject: 'Emails per day', finding: volumeFinding(run.result), source },
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
      chartPanel({ subject: 'The year as a calendar', finding: calendarFinding(run.result), source }, calendar.view),
    ],
    end() {
      end();
      controls.end();
    },
  };
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
