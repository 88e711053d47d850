import { kindOfType } from '../../report/charts/series.js';
import type { Actions } from '../page/actions.js';
import { element, fill, labelled } from '../page/dom.js';
import { plainReason, plainType } from '../page/plainWords.js';
import type { FinishedRun, Store } from '../page/state.js';
import { type EmailFilter, UNKNOWN_STATE_NAME } from '../protocol/protocol.js';

type Choice = readonly [value: string, words: string];

const STATUSES: readonly Choice[] = [
  ['any', 'to be sent and skipped'],
  ['pre-scheduled', 'to be sent'],
  ['skipped', 'skipped'],
];

function kindsOf({ result }: FinishedRun): Choice[] {
  const kinds = new Set(result.report.rows.by_type.map(({ email_type }) => kindOfType(email_type)));
  return Array.from(kinds, (kind) => [kind, plainType(kind)]);
}

function statesOf({ result }: FinishedRun): Choice[] {
  return result.states
    .map(({ state }): Choice => [state ?? UNKNOWN_STATE_NAME, state ?? 'not known'])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function reasonsOf({ result }: FinishedRun): Choice[] {
  return result.report.skip_reasons.map(({ reason }) => [reason, plainReason(reason)]);
}

/** A choice of one part of the filter; what the address asks for stands in it even when the plan knows no such thing. */
function choiceOf(label: string, every: string, choose: (value: string | null) => void) {
  const select = element('select');
  select.addEventListener('change', () => choose(select.value === '' ? null : select.value));
  return {
    view: labelled(label, select),
    show(choices: readonly Choice[], value: string | null) {
      const isKnown = value === null || choices.some(([known]) => known === value);
      const all: readonly Choice[] = [['', every], ...choices, ...(isKnown ? [] : [[value, value] as const])];
      fill(select, ...all.map(([key, words]) => element('option', { attributes: { value: key } }, words)));
      select.value = value ?? '';
    },
  };
}

/** The choices of which emails are shown. */
export function filterControls(store: Store, actions: Actions): HTMLElement[] {
  const set = (part: Partial<EmailFilter>) => actions.setFilter({ ...store.state.filter, ...part });
  const kind = choiceOf('Kind', 'all kinds', (value) => set({ kind: value }));
  const state = choiceOf('State', 'all states', (value) => set({ state: value }));
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
    state.show(statesOf(current), filter.state);
    reason.show(reasonsOf(current), filter.reason);
  });
  return [kind.view, labelled('Status', status), state.view, reason.view];
}
