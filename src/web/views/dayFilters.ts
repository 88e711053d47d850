import { kindOfType } from '../../report/charts/series.js';
import type { Actions } from '../page/actions.js';
import { element, labelled } from '../page/dom.js';
import { plainReason } from '../page/plainWords.js';
import type { FinishedRun, Store } from '../page/state.js';
import type { EmailFilter } from '../protocol/protocol.js';
import { type Choice, choiceOf, kindChoice, kindChoices, stateChoice, stateChoices } from './filterChoice.js';

const STATUSES: readonly Choice[] = [
  ['any', 'to be sent and skipped'],
  ['pre-scheduled', 'to be sent'],
  ['skipped', 'skipped'],
];

function kindsOf({ result }: FinishedRun): Choice[] {
  return kindChoices(new Set(result.report.rows.by_type.map(({ email_type }) => kindOfType(email_type))));
}

function reasonsOf({ result }: FinishedRun): Choice[] {
  return result.report.skip_reasons.map(({ reason }) => [reason, plainReason(reason)]);
}

/** The choices of which emails are shown. */
export function filterControls(store: Store, actions: Actions): HTMLElement[] {
  const set = (part: Partial<EmailFilter>) => actions.setFilter({ ...store.state.filter, ...part });
  const kind = kindChoice((value) => set({ kind: value }));
  const state = stateChoice((value) => set({ state: value }));
  const reason = choiceOf('Skipped because', 'any reason, or none', (value) =>
    set(value === null ? { reason: null } : { reason: value, status: 'skipped' }),
  );
  const status = element(
    'select',
    {},
    ...STATUSES.map(([value, words]) => element('option', { attributes: { value } }, words)),
  );
  status.addEventListener('change', () => {
    const chosen = status.value as EmailFilter['status'];
    set(chosen === 'skipped' ? { status: chosen } : { status: chosen, reason: null });
  });
  store.follow(['current', 'filter'], ({ current, filter }) => {
    if (current === null) return;
    status.value = filter.status;
    kind.show(kindsOf(current), filter.kind);
    state.show(stateChoices(current.result.states.map((row) => row.state)), filter.state);
    reason.show(reasonsOf(current), filter.reason);
  });
  return [kind.view, labelled('Status', status), state.view, reason.view];
}
