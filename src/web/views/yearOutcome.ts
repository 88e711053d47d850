import { drawReasonChart } from '../../report/charts/barChart.js';
import { grouped } from '../../report/text/prose.js';
import { EMAIL_KINDS, type Simulation } from '../../simulate/simulation.js';
import { dataTable, element } from '../page/dom.js';
import { secondsText, shortDate, wordsOf } from '../page/format.js';
import type { SimulationState } from '../page/state.js';
import { chartBox } from './chart.js';
import { chartPanel, panel } from './panels.js';
import { endedFinding, livedSource } from './yearFindings.js';

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

/** What became of all emails, once all days are over: as accounts, by kind and by rule. */
export function simulatedOutcome(state: SimulationState, simulation: Simulation): HTMLElement[] {
  const { accounts, by_kind: kinds, days, seconds, days_over_threshold: over, limits } = simulation;
  const reasons = Object.entries(accounts.skipped).map(([name, count]) => ({ name: wordsOf(name), count }));
  const overText =
    over.length === 0
      ? `No day was over the threshold of ${grouped(limits.threshold)} emails.`
      : `${grouped(over.length)} days were over the threshold of ${grouped(limits.threshold)} emails, the first ${shortDate(over[0].day)}.`;
  return [
    element(
      'div.panels',
      {},
      panel('What became of every email', dataTable('Accounts', ['Outcome', 'Emails'], accountRows(accounts, reasons))),
      panel(
        'By kind',
        dataTable(
          'Volumes by kind',
          ['Kind', 'Sent', 'Caught up', 'Skipped on its day'],
          EMAIL_KINDS.map((kind) => [wordsOf(kind), kinds[kind].sent, kinds[kind].caught_up, kinds[kind].skipped]),
        ),
        element('p.note', {}, overText),
        element(
          'p.note',
          {},
          `${grouped(days.length)} days in ${secondsText(seconds.load + seconds.days + seconds.accounts)}.`,
        ),
      ),
    ),
    chartPanel(
      {
        subject: 'Why emails were skipped in the end',
        finding: endedFinding(simulation),
        source: livedSource({ ...state, days }),
      },
      chartBox((options) =>
        drawReasonChart(
          reasons.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
          options,
        ),
      ),
    ),
  ];
}
