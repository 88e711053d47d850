import * as Plot from '@observablehq/plot';
import { parseIsoDay } from '../../calendar/iso.js';
import type { EmailExplanation, RowFacts, WindowFacts } from '../../explain/explanation.js';
import { dateOfDay } from '../../report/charts/figures.js';
import { type ChartOptions, chartSpace, drawPanel, frameChart } from '../../report/charts/frame.js';
import { shortened } from '../../report/charts/series.js';
import type { ChartColors } from '../../report/charts/theme.js';
import { shortDate } from '../page/format.js';
import { plainReason, plainType, STANDING_WORDS } from '../page/plainWords.js';
import type { ExplainedContact } from '../protocol/protocol.js';

const LANE_HEIGHT = 30;
const LETTER_PIXELS = 7.4;
const LONGEST_NAME = 24;
/** So many days can have a tick a quarter where the screen is narrow. */
const LONGEST_QUARTERS_DAYS = 400;
/** Days of room on both sides. */
const ROOM_DAYS = 12;

function dateOf(text: string): Date {
  return dateOfDay(parseIsoDay(text) ?? 0);
}

/** The midnight after a last day. */
function endOf(text: string): Date {
  return dateOfDay((parseIsoDay(text) ?? 0) + 1);
}

function windowTitle({ year, first_day, statutory_first_day, last_day }: WindowFacts): string {
  const buffer = first_day < statutory_first_day ? `\nbuffer from ${shortDate(first_day)}` : '';
  return `Window of ${year}${buffer}\nno email from ${shortDate(statutory_first_day)} to ${shortDate(last_day)}`;
}

function markTitle(email: EmailExplanation): string {
  const end = email.status === 'skipped' ? `skipped: ${plainReason(email.skip_reason ?? '')}` : 'to be sent';
  return [
    plainType(email.email_type),
    `event ${shortDate(email.event_date)}`,
    `best day ${shortDate(email.ideal_date)}`,
    `start ${shortDate(email.start.date)}`,
    `${end} on ${shortDate(email.scheduled_send_date)}`,
  ].join('\n');
}

/** Windows as bands: the buffer lighter than what the state itself forbids. */
function windowMarks(windows: readonly WindowFacts[], colors: ChartColors): Plot.Markish[] {
  return [
    Plot.rectX(windows, {
      x1: (window: WindowFacts) => dateOf(window.first_day),
      x2: (window: WindowFacts) => dateOf(window.statutory_first_day),
      fill: colors.neutral,
      fillOpacity: 0.22,
      title: windowTitle,
    }),
    Plot.rectX(windows, {
      x1: (window: WindowFacts) => dateOf(window.statutory_first_day),
      x2: (window: WindowFacts) => endOf(window.last_day),
      fill: colors.neutral,
      fillOpacity: 0.5,
      title: windowTitle,
    }),
  ];
}

function asOfMarks(asOf: string, colors: ChartColors): Plot.Markish[] {
  return [
    Plot.ruleX([dateOf(asOf)], { stroke: colors.limit, strokeWidth: 1.5, strokeDasharray: '4 3' }),
    Plot.text([dateOf(asOf)], {
      x: (date: Date) => date,
      text: () => 'as of',
      frameAnchor: 'top',
      dy: -14,
      fill: colors.ink,
    }),
  ];
}

/** Each email in its lane: from its ideal day to the day of sending, and its event. */
function emailMarks(emails: readonly EmailExplanation[], colors: ChartColors): Plot.Markish[] {
  const lanes = emails.map((_, i) => i);
  const email = (i: number) => emails[i];
  const [sent, , skipped] = colors.series;
  return [
    Plot.link(lanes, {
      x1: (i: number) => dateOf(email(i).ideal_date),
      x2: (i: number) => dateOf(email(i).scheduled_send_date),
      y: (i: number) => i,
      stroke: colors.quiet,
      strokeWidth: 2,
    }),
    Plot.tickX(lanes, {
      x: (i: number) => dateOf(email(i).ideal_date),
      y: (i: number) => i,
      stroke: colors.quiet,
      strokeWidth: 2,
      title: (i: number) => markTitle(email(i)),
    }),
    Plot.dot(lanes, {
      x: (i: number) => dateOf(email(i).event_date),
      y: (i: number) => i,
      symbol: 'diamond',
      r: 5,
      fill: colors.ink,
      title: (i: number) => markTitle(email(i)),
    }),
    Plot.dot(lanes, {
      x: (i: number) => dateOf(email(i).scheduled_send_date),
      y: (i: number) => i,
      r: 6,
      fill: (i: number) => (email(i).status === 'skipped' ? colors.surface : sent),
      stroke: (i: number) => (email(i).status === 'skipped' ? skipped : sent),
      strokeWidth: 2.5,
      title: (i: number) => markTitle(email(i)),
    }),
  ];
}

/** What was sent before, each on its day in a lane below the emails. */
function historyMarks(history: readonly SentBefore[], lane: number, colors: ChartColors): Plot.Markish[] {
  return [
    Plot.dot(history, {
      x: (row: SentBefore) => dateOf(row.day),
      y: () => lane,
      symbol: 'square',
      r: 4,
      fill: (row: SentBefore) => (row.standing === 'ended' ? colors.surface : colors.neutral),
      stroke: colors.neutral,
      strokeWidth: 2,
      title: (row: SentBefore) =>
        `${plainType(row.email_type)}\n${STANDING_WORDS[row.standing] ?? row.standing}, ${shortDate(row.day)}`,
    }),
  ];
}

/** A row of history on its day. */
type SentBefore = RowFacts & { readonly day: string };

/** The rows of the year before a day. */
function yearBefore(history: readonly RowFacts[], asOf: string): SentBefore[] {
  const first = (parseIsoDay(asOf) ?? 0) - 366;
  return history.flatMap((row) => {
    const day = row.sent_date;
    return day === null || (parseIsoDay(day) ?? 0) < first ? [] : [{ ...row, day }];
  });
}

/**
 * Draws a contact's windows and emails on one time line: each email in a lane of its own, from its ideal day to the day it is
 * sent or skipped, over the windows that forbid days (Rules 4, 5 and 7), and below them what was sent in the year before.
 */
export function drawTimeline(explanation: ExplainedContact, options: ChartOptions): SVGSVGElement {
  const space = chartSpace(options);
  const { colors, isNarrow } = space;
  const { emails, windows, as_of } = explanation;
  const title = 'Windows and emails';
  const history = yearBefore(explanation.history, as_of);
  const days = [
    as_of,
    ...history.map(({ day }) => day),
    ...emails.flatMap((email) => [email.event_date, email.ideal_date, email.scheduled_send_date]),
  ];
  const ends = [...days, ...windows.flatMap((window) => [window.first_day, window.last_day])].map(
    (text) => parseIsoDay(text) ?? 0,
  );
  const first = Math.min(...ends) - ROOM_DAYS;
  const last = Math.max(...ends) + ROOM_DAYS;
  const own = emails.map(({ email_type }) => shortened(plainType(email_type), isNarrow ? 15 : LONGEST_NAME));
  const names = history.length === 0 ? own : [...own, 'Sent before'];
  const lanes = names.map((_, i) => i);
  const [sent, , skipped] = colors.series;
  // Where quarters stand, their names run into each other on narrow screens.
  const ticks = !isNarrow ? 8 : last - first > LONGEST_QUARTERS_DAYS ? 'half' : 4;
  const marginLeft = 20 + Math.max(8, ...names.map(({ length }) => length)) * LETTER_PIXELS;
  const panel = drawPanel(space, {
    height: 60 + LANE_HEIGHT * Math.max(1, lanes.length),
    marginLeft,
    marginTop: 22,
    x: { type: 'utc', label: null, domain: [dateOfDay(first), dateOfDay(last)], ticks },
    y: { type: 'band', domain: lanes.length === 0 ? [0] : lanes, label: null, axis: null, padding: 0.3 },
    color: { type: 'identity' },
    marks: [
      Plot.gridX({ stroke: colors.grid, strokeOpacity: 1, ticks }),
      ...windowMarks(windows, colors),
      ...asOfMarks(as_of, colors),
      Plot.axisY({ tickFormat: (i: number) => names[i] ?? '', tickSize: 0, fill: colors.ink }),
      ...emailMarks(emails, colors),
      ...historyMarks(history, emails.length, colors),
    ],
  });
  const note = `${emails.length} ${emails.length === 1 ? 'email' : 'emails'}, ${windows.length} ${windows.length === 1 ? 'window' : 'windows'}. A diamond is the event, the other end of its line the best day, a full circle the day of sending, an empty one the day of a skipped email.`;
  return frameChart(space, options, {
    title,
    note,
    legend: [
      { label: 'to be sent', color: sent },
      { label: 'skipped', color: skipped },
      { label: 'forbidden; lighter: kept free', color: colors.neutral },
      ...(history.length > 0 ? [{ label: 'sent before (■; empty: ended)', color: colors.neutral }] : []),
    ],
    panels: [panel],
  });
}
