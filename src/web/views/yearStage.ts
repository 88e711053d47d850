import { parseIsoDay } from '../../calendar/iso.js';
import { drawCalendarChart } from '../../report/charts/calendarChart.js';
import { capOfDays } from '../../report/charts/capOfDays.js';
import { seriesScale } from '../../report/charts/series.js';
import { PAGE_COLORS } from '../../report/charts/theme.js';
import { drawVolumeChart } from '../../report/charts/volumeChart.js';
import type { DayRange } from '../../report/charts/volumeLayers.js';
import { counted, grouped } from '../../report/text/prose.js';
import { EMAIL_KINDS, type SimulatedDay } from '../../simulate/simulation.js';
import type { Actions } from '../page/actions.js';
import { element, fill, setAttributes } from '../page/dom.js';
import { longDayText } from '../page/format.js';
import { settingsKey } from '../page/ownSettings.js';
import type { SimulationState, Store } from '../page/state.js';
import { type DayChoice, dayChart } from './chart.js';
import { type DaysLook, rangeControls, scaleChoice, seriesChoice, within } from './dayControls.js';
import { monthFinding } from './findings.js';
import { chartPanel } from './panels.js';
import { player } from './player.js';
import { livedEmails } from './yearDay.js';
import { livedSource, sentFinding } from './yearFindings.js';

/** The days that are lived through, as they come and again: figures, charts, and the emails of a day that is chosen. */
export function stageView(store: Store, actions: Actions): HTMLElement {
  const view = element('div');
  const look: DaysLook = { hidden: new Set(), scale: 'linear' };
  let stage: Stage | null = null;
  store.follow(['simulation'], ({ simulation }) => {
    // Another one begins without days.
    if (simulation === null || simulation.days.length === 0) {
      stage?.end();
      stage = simulation === null ? null : stageOf(simulation, store, actions, look);
      fill(view, ...(stage?.views ?? []));
      setAttributes(view, { hidden: true });
      return;
    }
    setAttributes(view, { hidden: false });
    stage?.show(simulation);
  });
  return view;
}

/** The panels of one simulation. */
interface Stage {
  readonly views: readonly HTMLElement[];
  readonly show: (simulation: SimulationState) => void;
  /** Ends what follows the state. */
  readonly end: () => void;
}

function stageOf(first: SimulationState, store: Store, actions: Actions, look: DaysLook): Stage {
  const whole: DayRange = { start: first.startDay, end: first.endDay };
  const texts = stageTexts(whole.start);
  const series = element('div');
  let state = first;
  let days: readonly SimulatedDay[] = [];
  const emails = livedEmails('Emails of a day that was lived through', actions, store);
  const charts = livedCharts(() => ({ state, days }), whole, look, store, {
    onChoose: (day) => emails.show({ day }),
    onRange: (range) => actions.setRange(range),
  });
  const redraw = () => {
    charts.volume.redraw();
    charts.calendar.redraw();
  };
  const controls = rangeControls(store, actions, whole);
  const endRange = store.follow(['range'], redraw);
  let labels = '';
  const play = player((dayCount) => {
    days = state.days.slice(0, dayCount);
    if (dayCount === 0) return;
    texts.show(state, days);
    const drawn = seriesScale(days.flatMap(countsOf), PAGE_COLORS).series.map(({ label }) => label);
    if (drawn.join() !== labels) {
      labels = drawn.join();
      fill(series, drawn.length > 1 && seriesChoice(drawn, look, charts.volume.redraw));
    }
    redraw();
  });
  return {
    views: [
      staleNote(store),
      texts.day,
      texts.figures,
      chartPanel(
        { subject: 'Emails sent per day', finding: texts.sent, source: texts.sources[0] },
        element('div.controls.chart-controls', {}, ...controls.view, scaleChoice(look, charts.volume.redraw)),
        series,
        charts.volume.view,
        element('p.note', {}, 'Click a day to see its emails; drag a mouse over days to look at those.'),
        play.view,
      ),
      emails.view,
      chartPanel(
        { subject: 'The year as a calendar', finding: texts.month, source: texts.sources[1] },
        charts.calendar.view,
      ),
    ],
    show(simulation) {
      state = simulation;
      play.follow(simulation.days.length, simulation.endDay - simulation.startDay);
    },
    end() {
      endRange();
      emails.end();
      controls.end();
    },
  };
}

/** What is said of the days that are shown. */
function stageTexts(firstDay: number) {
  const [day, figures] = [element('h3.lived-day'), element('dl.figures')];
  const [sent, month] = [element('span'), element('span')];
  const sources = [element('span'), element('span')] as const;
  return {
    day,
    figures,
    sent,
    month,
    sources,
    show(state: SimulationState, days: readonly SimulatedDay[]) {
      fill(day, `Up to ${longDayText(firstDay + days.length - 1)}`);
      fill(figures, ...figuresOf(days));
      fill(sent, sentFinding(days));
      fill(
        month,
        monthFinding(
          firstDay,
          days.map((lived) => lived.sent + lived.bounced),
        ),
      );
      for (const source of sources) fill(source, livedSource({ ...state, days }));
    },
  };
}

/** The days so far as bars and as a calendar. */
function livedCharts(
  shown: () => { readonly state: SimulationState; readonly days: readonly SimulatedDay[] },
  whole: DayRange,
  look: DaysLook,
  store: Store,
  choice: Pick<DayChoice, 'onChoose' | 'onRange'>,
) {
  const range = () => within(store.state.range, whole);
  const dayChoice: DayChoice = {
    ...choice,
    days: () => range() ?? whole,
    describe: (day) => {
      const lived = shown().days[day - whole.start];
      const words = lived === undefined ? 'not over yet' : `${counted(lived.sent + lived.bounced, 'email')} sent`;
      return `${longDayText(day)}: ${words}`;
    },
  };
  const volume = dayChart((options) => {
    const { state, days } = shown();
    const cap = state.result === null ? undefined : capOfDays(state.result);
    return drawVolumeChart(days.flatMap(countsOf), { ...options, ...look, cap, days: range() ?? whole });
  }, dayChoice);
  const calendar = dayChart((options) => {
    const counts = shown().days.map(({ sent, bounced }, i) => ({ day: whole.start + i, count: sent + bounced }));
    const days = range();
    return drawCalendarChart(counts, { ...options, startDay: days?.start ?? whole.start, days });
  }, dayChoice);
  return { volume, calendar };
}

/** Says when the days are not those of what is set now. */
function staleNote(store: Store): HTMLElement {
  const note = element('p.warning', { attributes: { role: 'status' } });
  store.follow(['simulation', 'database', 'draft'], ({ simulation, database, draft }) => {
    const isStale =
      simulation !== null &&
      (simulation.database !== database || settingsKey(simulation.config) !== settingsKey(draft));
    fill(
      note,
      isStale &&
        `These days are of ${simulation.database.name} with other settings, or another database, than is set now.`,
    );
  });
  return note;
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
