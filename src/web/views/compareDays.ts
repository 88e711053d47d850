import { formatIsoDay } from '../../calendar/iso.js';
import { differenceLabels, drawDifferenceChart } from '../../report/charts/differenceChart.js';
import type { DayRange } from '../../report/charts/volumeLayers.js';
import { counted, grouped } from '../../report/text/prose.js';
import type { Actions } from '../page/actions.js';
import { element } from '../page/dom.js';
import { shortDate } from '../page/format.js';
import type { FinishedRun, Store } from '../page/state.js';
import { dayCounts } from '../protocol/volume.js';
import { dayChart } from './chart.js';
import { type DaysLook, rangeControls, seriesChoice, within } from './dayControls.js';
import { sourceText } from './findings.js';
import { chartPanel } from './panels.js';

/** A panel that follows the state until it is ended. */
export interface DifferencePanel {
  readonly view: HTMLElement;
  readonly end: () => void;
}

/** What the two runs send day by day; the range of days is the one of the plan's charts. */
export function differencePanel(
  before: FinishedRun,
  after: FinishedRun,
  store: Store,
  actions: Actions,
  look: Pick<DaysLook, 'hidden'>,
): DifferencePanel {
  const volumes = [before.result.volume, after.result.volume];
  const whole: DayRange = {
    start: Math.min(...volumes.map(({ firstDay }) => firstDay)),
    end: Math.max(...volumes.map(({ firstDay, dayCount }) => firstDay + dayCount)),
  };
  const days = () => within(store.state.range, whole) ?? whole;
  const counts = [dayCounts(volumes[0]), dayCounts(volumes[1])] as const;
  const [beforeName, afterName] = [lineName(before, after), lineName(after, before)];
  const chart = dayChart(
    (options) => drawDifferenceChart(...counts, { ...options, ...look, beforeName, afterName, days: days() }),
    {
      days,
      describe: (day) => dayDifference(before, after, day),
      onChoose: (day) => actions.showDay(day),
      onRange: (range) => actions.setRange(range),
    },
  );
  const labels = [...new Set([beforeName, afterName, ...differenceLabels(...counts)])];
  const controls = rangeControls(store, actions, whole);
  const end = store.follow(['range'], chart.redraw);
  return {
    view: chartPanel(
      {
        subject: 'Emails per day',
        finding: differenceFinding(before, after),
        source: element('span', {}, sourceText(before), ' ', sourceText(after)),
      },
      element('div.controls.chart-controls', {}, ...controls.view),
      seriesChoice(labels, look, chart.redraw),
      chart.view,
      element('p.note', {}, 'Click a day to see its emails; drag a mouse over days to look at those.'),
    ),
    end() {
      end();
      controls.end();
    },
  };
}

/** What the line of a run is called: by its name, unless the other one has the same. */
function lineName(run: FinishedRun, other: FinishedRun): string {
  return run.name === '' || run.name === other.name ? `run ${run.number}` : run.name;
}

/** What the two charts show, as a sentence. */
function differenceFinding(before: FinishedRun, after: FinishedRun): string {
  const [one, other] = [before, after].map(
    ({ result }) => new Map(dayCounts(result.volume).map(({ day, count }) => [day, count])),
  );
  const days = [...new Set([...one.keys(), ...other.keys()])];
  const differing = days.filter((day) => (one.get(day) ?? 0) !== (other.get(day) ?? 0)).length;
  if (differing === 0)
    return `Run ${before.number} and run ${after.number} send the same number of emails on every day`;
  const change = after.result.report.rows.pre_scheduled - before.result.report.rows.pre_scheduled;
  const sum =
    change === 0 ? 'as many emails' : `${counted(Math.abs(change), 'email')} ${change > 0 ? 'more' : 'fewer'}`;
  return `Run ${after.number} sends ${sum} in all; ${counted(differing, 'day')} differ`;
}

function dayDifference(before: FinishedRun, after: FinishedRun, day: number): string {
  const countOf = ({ result: { volume } }: FinishedRun) => volume.total[day - volume.firstDay] ?? 0;
  return `${shortDate(formatIsoDay(day))}: ${grouped(countOf(before))} before, ${grouped(countOf(after))} after`;
}
