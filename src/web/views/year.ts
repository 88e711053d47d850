import type { Simulation } from '../../simulate/simulation.js';
import type { Actions } from '../page/actions.js';
import { element, fill } from '../page/dom.js';
import type { Store } from '../page/state.js';
import { optionsForm } from './yearOptions.js';
import { type OutcomePanels, simulatedOutcome } from './yearOutcome.js';
import { stageView } from './yearStage.js';

/** A year lived through day by day: what is sent each day becomes history of the next. */
export function yearView(store: Store, actions: Actions): HTMLElement {
  const stage = stageView(store, actions);
  const outcome = element('div');
  let shown: Simulation | null = null;
  let ended: OutcomePanels | null = null;
  store.follow(['simulation'], ({ simulation }) => {
    const result = simulation?.result ?? null;
    if (result === shown && result !== null) return;
    shown = result;
    ended?.end();
    ended = simulation === null || result === null ? null : simulatedOutcome(simulation, result, store, actions);
    fill(outcome, ...(ended?.views ?? []));
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
