import { checkConfig, resolveConfig } from '../../rules/config.js';
import { DEFAULT_STATE_RULES } from '../../rules/states.js';
import type { Actions } from '../page/actions.js';
import { type ConfigField, listFields, ruleStates, valueAt, withValue } from '../page/configFields.js';
import { button, dataTable, element, fill, labelled, refill, setAttributes } from '../page/dom.js';
import type { Store } from '../page/state.js';
import { problemAt, valueOfText } from './settingValues.js';
import { choiceText, itemLabel } from './settingWords.js';

type Item = Readonly<Record<string, unknown>>;

const FLAG_WORDS: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

/** The dates of the annual enrolment period; without any of one's own, those that are built in. */
export function aepEditor(store: Store, actions: Actions): HTMLElement {
  const fields = listFields('aep');
  const rows = element('div.rows');
  const standard: readonly Item[] = resolveConfig({}).aep.map((date) => ({ ...date }));
  const datesOf = (draft: unknown): readonly Item[] => {
    const own = valueAt(draft, ['aep']);
    return Array.isArray(own) ? own : standard;
  };
  const set = (dates: readonly Item[]) => actions.setDraft(withValue(store.state.draft, ['aep'], dates));
  const add = button('Add a date', () => set([...datesOf(store.state.draft), { month: 10, day: 15 }]), {
    style: 'button.quiet',
  });
  const back = button('Default dates', () => actions.setDraft(withValue(store.state.draft, ['aep'], undefined)), {
    style: 'button.quiet',
  });
  let shape = '';
  store.follow(['draft'], ({ draft }) => {
    const dates = datesOf(draft);
    const problems = checkConfig(draft);
    const change = (i: number, key: string, value: unknown) =>
      set(datesOf(store.state.draft).map((date, place) => (place === i ? { ...date, [key]: value } : date)));
    // While somebody types the rows stay, so that the keyboard stays where it is.
    const nextShape = String(dates.length);
    if (nextShape !== shape || !rows.contains(document.activeElement)) {
      shape = nextShape;
      refill(
        rows,
        ...dates.map((date, i) =>
          itemRow(
            `Date ${i + 1}`,
            fields,
            date,
            (key, value) => change(i, key, value),
            () => set(datesOf(store.state.draft).filter((_, place) => place !== i)),
          ),
        ),
      );
    }
    dates.forEach((_, i) => {
      showProblems(rows.children[i], fields, (key) => problemAt(problems, ['aep', i, key])?.allowed ?? null);
    });
  });
  return element(
    'fieldset.panel',
    {},
    element('legend', {}, 'Annual enrollment (AEP)'),
    element('p.note', {}, 'The days of the annual enrollment emails, each with the last day on which it may go out.'),
    rows,
    element('div.beside', {}, add, back),
  );
}

/** The rules of states that differ from the rulebook's. */
export function stateRulesEditor(store: Store, actions: Actions): HTMLElement {
  const fields = listFields('state_rules');
  const rows = element('div.rows');
  const states = element(
    'select',
    {},
    ...ruleStates().map((state) => element('option', { attributes: { value: state } }, state)),
  );
  const set = (state: string, rule: Item | null | undefined) =>
    actions.setDraft(withValue(store.state.draft, ['state_rules', state], rule));
  const add = button('Change this state', () => {
    const known: Item = { ...(DEFAULT_STATE_RULES[states.value] ?? { kind: 'birthday_window', before: 0, after: 30 }) };
    set(states.value, known);
  });
  let shape = '';
  store.follow(['draft'], ({ draft }) => {
    const own = (valueAt(draft, ['state_rules']) ?? {}) as Readonly<Record<string, Item | null>>;
    const entries = Object.entries(own);
    const problems = checkConfig(draft);
    const nextShape = entries.map(([state, rule]) => `${state}${rule === null}`).join();
    if (nextShape !== shape || !rows.contains(document.activeElement)) {
      shape = nextShape;
      refill(
        rows,
        ...entries.map(([state, rule]) => {
          const change = (key: string, value: unknown) => {
            const before = valueAt(store.state.draft, ['state_rules', state]) as Item | null;
            set(state, { ...before, [key]: value });
          };
          const free = rule === null ? element('span', {}, 'forbids nothing') : freeing(state, () => set(state, null));
          return itemRow(state, rule === null ? [] : fields, rule ?? {}, change, () => set(state, undefined), free);
        }),
      );
    }
    entries.forEach(([state], i) => {
      showProblems(
        rows.children[i],
        fields,
        (key) => problemAt(problems, ['state_rules', state, key])?.allowed ?? null,
      );
    });
  });
  return element(
    'fieldset.panel',
    {},
    element('legend', {}, 'State rules'),
    element(
      'p.note',
      {},
      `The rulebook has rules for ${Object.keys(DEFAULT_STATE_RULES).join(', ')}. A state that is listed here has the rule given here instead.`,
    ),
    rulebookView(),
    rows,
    element('div.beside', {}, labelled('State', states), add),
  );
}

/** A button that takes a state's rule away, once somebody has said yes to sending on days that its law forbids. */
function freeing(state: string, free: () => void): HTMLElement {
  const place = element('span.beside');
  const isLaw = DEFAULT_STATE_RULES[state] !== undefined;
  const ask = () => {
    if (!isLaw) return free();
    const no = button('Keep the rule', () => start(), { style: 'button.quiet' });
    fill(
      place,
      element(
        'span.wrong',
        { attributes: { role: 'alert' } },
        `The law of ${state} forbids emails: ${ruleWords(state)}.`,
      ),
      button(`Send in ${state} all the same`, free),
      no,
    );
    no.focus();
  };
  const start = () => fill(place, button('Forbid nothing', ask, { style: 'button.quiet' }));
  start();
  return place;
}

/** What the rulebook's rule of a state forbids, in words. */
function ruleWords(state: string): string {
  const rule = DEFAULT_STATE_RULES[state];
  if (rule === undefined) return 'nothing';
  if (rule.kind === 'year_round') return 'every day of the year';
  const event = rule.kind === 'birthday_window' ? 'the birthday' : 'the policy anniversary';
  const anchor = rule.use_month_start ? `the first of the month of ${event}` : event;
  return `from ${rule.before} days before to ${rule.after} days after ${anchor}`;
}

/** The rules that hold where nothing is changed. */
function rulebookView(): HTMLElement {
  const rows = Object.keys(DEFAULT_STATE_RULES).map((state) => [state, ruleWords(state)]);
  return element(
    'details.as-table',
    {},
    element('summary', {}, 'The rules as they come'),
    dataTable('Rules of the states', ['State', 'Forbids'], rows),
  );
}

/** One entry of a list: its fields side by side and a way to take it out. */
function itemRow(
  name: string,
  fields: readonly ConfigField[],
  item: Item,
  change: (key: string, value: unknown) => void,
  remove: () => void,
  more: HTMLElement | null = null,
): HTMLElement {
  return element(
    'div.row',
    { attributes: { role: 'group', 'aria-label': name } },
    element('strong', {}, name),
    ...fields.map((field) => itemField(name, field, item, change)),
    more,
    button('Remove', remove, { style: 'button.quiet', attributes: { 'aria-label': `Remove ${name}` } }),
  );
}

function itemField(
  name: string,
  field: ConfigField,
  item: Item,
  change: (key: string, value: unknown) => void,
): HTMLElement {
  const [key] = field.path;
  const value = item[key];
  const label = itemLabel(key);
  const options = field.kind === 'flag' ? ['true', 'false'] : field.choices;
  const attributes = { 'aria-label': `${name}, ${label}`, 'data-item': key };
  const control =
    field.kind === 'flag' || field.kind === 'choice'
      ? element(
          'select',
          { attributes },
          ...options.map((option) =>
            element('option', { attributes: { value: option } }, FLAG_WORDS[option] ?? choiceText(option)),
          ),
        )
      : element('input.short', {
          attributes: {
            ...attributes,
            inputmode: 'numeric',
            placeholder: field.standard === null ? '' : String(field.standard),
          },
        });
  control.value =
    value === undefined || value === null ? (field.kind === 'flag' ? String(field.standard) : '') : String(value);
  control.addEventListener('input', () => {
    change(key, field.kind === 'flag' ? control.value === 'true' : valueOfText(control.value, field));
  });
  return element(
    'span.item-field',
    {},
    element('span.item-label', { attributes: { 'aria-hidden': 'true' } }, label),
    control,
    element('span.wrong'),
  );
}

function showProblems(
  row: Element | undefined,
  fields: readonly ConfigField[],
  allowedAt: (key: string) => string | null,
): void {
  if (row === undefined) return;
  for (const { path } of fields) {
    const control = row.querySelector(`[data-item="${path[0]}"]`);
    const allowed = allowedAt(path[0]);
    if (control === null) continue;
    setAttributes(control, { 'aria-invalid': allowed === null ? null : 'true' });
    const place = control.nextElementSibling;
    if (place !== null) fill(place, allowed !== null && `${itemLabel(path[0])}: ${allowed}.`);
  }
}
