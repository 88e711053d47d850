import { drawReasonChart } from '../../report/charts/barChart.js';
import { grouped } from '../../report/text/prose.js';
import type { SkipRule } from '../../simulate/ledger.js';
import { EMAIL_KINDS, type Simulation } from '../../simulate/simulation.js';
import type { Actions } from '../page/actions.js';
import { button, type Child, dataTable, element } from '../page/dom.js';
import { secondsText, shortDate, wordsOf } from '../page/format.js';
import type { SimulationState, Store } from '../page/state.js';
import { choosableChart } from './chart.js';
import { chartPanel, panel } from './panels.js';
import { livedEmails } from './yearDay.js';
import { endedFinding, livedSource } from './yearFindings.js';

/** How many emails a rule skipped in the end. */
interface SkipCount {
  readonly name: string;
  readonly code: SkipRule;
  readonly count: number;
}

/** Panels that follow the state until they are ended. */
export interface OutcomePanels {
  readonly views: readonly HTMLElement[];
  readonly end: () => void;
}

function skipCounts({ skipped }: Simulation['accounts']): SkipCount[] {
  const rules = Object.keys(skipped) as SkipRule[];
  return rules.map((code) => ({ name: wordsOf(code), code, count: skipped[code] }));
}

function accountRows(
  accounts: Simulation['accounts'],
  reasons: readonly SkipCount[],
  show: (rule: SkipRule) => void,
): readonly (readonly [Child, number])[] {
  return [
    ['Expected', accounts.expected],
    ['Sent', accounts.sent],
    ['Bounced', accounts.bounced],
    ...reasons.map(({ name, code, count }) => {
      const words = `Skipped in the end: ${name.toLowerCase()}`;
      return [count === 0 ? words : button(words, () => show(code), { style: 'button.link' }), count] as const;
    }),
    ['Follow-ups ended by a newer email', accounts.superseded],
    ['Not sent until the deadline had passed', accounts.unsent],
    ['Still open after the last day', accounts.open],
    ['Lost', accounts.lost.count],
    ['Sent more than once', accounts.repeated.count],
  ];
}

/** What became of all emails, once all days are over: as accounts, by kind and by rule. */
export function simulatedOutcome(
  state: SimulationState,
  simulation: Simulation,
  store: Store,
  actions: Actions,
): OutcomePanels {
  const { accounts, by_kind: kinds, days, seconds, days_over_threshold: over, limits } = simulation;
  const reasons = skipCounts(accounts);
  const skipped = livedEmails('Emails that were skipped in the end', actions, store);
  const show = (rule: SkipRule) => skipped.show({ skippedBy: rule });
  const overText =
    over.length === 0
      ? `No day was over the threshold of ${grouped(limits.threshold)} emails.`
      : `${grouped(over.length)} days were over the threshold of ${grouped(limits.threshold)} emails, the first ${shortDate(over[0].day)}.`;
  const views = [
    element(
      'div.panels',
      {},
      panel(
        'What became of every email',
        dataTable('Accounts', ['Outcome', 'Emails'], accountRows(accounts, reasons, show)),
      ),
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
      choosableChart(
        (options) =>
          drawReasonChart(
            reasons.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
            options,
          ),
        'data-code',
        (code) => {
          const meant = reasons.find((reason) => reason.code === code);
          if (meant !== undefined) show(meant.code);
        },
      ),
      element('p.note', {}, 'Click a rule to see whose emails it stopped.'),
    ),
    skipped.view,
  ];
  return { views, end: skipped.end };
}
