import type { Actions } from '../page/actions.js';
import { button, element, fill, setAttributes } from '../page/dom.js';
import { staleReasons } from '../page/stale.js';
import type { Store, View } from '../page/state.js';

/** The views that show a plan. */
const OF_PLAN: readonly View[] = ['plan', 'day', 'contact', 'sql', 'download'];

/** Says when the plan that is shown is not the one that is set, and what can be done about it. */
export function staleView(store: Store, actions: Actions): HTMLElement {
  const words = element('div');
  const again = button('Plan again', () => void actions.run());
  const view = element(
    'section.stale',
    { attributes: { role: 'status', hidden: true } },
    words,
    element(
      'div.beside',
      {},
      again,
      button('Back to what this plan was made with', () => actions.matchPlan(), { style: 'button.quiet' }),
    ),
  );
  store.follow(['current', 'database', 'asOf', 'draft', 'isYamlWrong', 'view', 'job'], (state) => {
    const reasons = staleReasons(state);
    setAttributes(view, { hidden: reasons.length === 0 || !OF_PLAN.includes(state.view) });
    again.disabled = state.job !== null || state.isYamlWrong;
    fill(
      words,
      element('strong', {}, 'This plan is not the one that is set now'),
      ...reasons.map((reason) => element('p', {}, reason)),
    );
  });
  return view;
}
