import { stringify } from 'yaml';
import { checkConfig } from '../../rules/config.js';
import { parseConfig } from '../../rules/configText.js';
import type { Actions } from '../page/actions.js';
import { type ConfigField, configSections, valueAt, withValue } from '../page/configFields.js';
import { button, element, fill, freshId, setAttributes } from '../page/dom.js';
import { wordsOf } from '../page/format.js';
import type { Draft, Store } from '../page/state.js';
import { aepEditor, stateRulesEditor } from './settingsLists.js';
import { problemUnder, textOfValue, valueOfText } from './settingValues.js';

const SECTION_NOTES: Readonly<Record<string, string>> = {
  '': 'When emails are due, and how many days in front of a window are kept free.',
  reading: 'How dates are read that are not YYYY-MM-DD.',
  calendar: 'The days on which emails go out. What would start on a closed day goes out on the next open one.',
  guards: 'What holds a run of the command line back before it writes. Here they only warn.',
  organization: 'What this organization sends, and to whom.',
  frequency: 'How many emails a contact gets in a period.',
  load_balancing: 'How many emails go out on one day. Left empty, the profile decides, by the number of contacts.',
  followups: 'Emails that follow another one.',
  priorities: 'The smaller, the more important.',
  templates: 'Names of templates; left empty, the type of the email.',
};

/** What a setting does, where its name does not say it. */
const HELP: Readonly<Record<string, string>> = {
  'reading.dates': 'mdy reads 7/20/1960 as 20 July, dmy reads 20/7/1960 so.',
  'calendar.weekdays': 'The weekdays on which emails go out, with commas between them: mon, tue, wed, thu, fri.',
  'calendar.us_federal_holidays': 'Closes the federal holidays, on the days on which they are observed.',
  'calendar.closed': 'Further closed days, with commas: 2025-12-24, or 12-24 for every year.',
  'organization.suppress_after_bounces':
    'Stops all emails to a contact after so many bounces since the last one that was delivered; 0 never does.',
  'load_balancing.daily_send_limit': 'The most emails of a day, in plain numbers; empty for no limit.',
  'load_balancing.ramp':
    'Warms up a new sending domain: the first day, how many emails on it, and the growth a day, such as 2025-06-16, 100, 0.2.',
  'load_balancing.excess': 'What becomes of emails that no distribution over the days has a seat for.',
  'load_balancing.overage_threshold':
    'A day is cut back to the cap only when it has more than this many times the cap.',
  'frequency.max_emails_per_period': 'The most emails a contact gets in the period; 0 switches the limit off.',
  'guards.unreadable': 'The share of unreadable ids, addresses, states or dates from which on a run is held back.',
};

/** Everything a run can be told, as a form or as YAML; both show the same settings and check them by the same schema. */
export function settingsView(store: Store, actions: Actions): HTMLElement {
  const form = formPane(store, actions);
  const yaml = yamlPane(store, actions);
  const panes = { form, yaml };
  const switches = element('div.switch', { attributes: { role: 'group', 'aria-label': 'Edit as' } });
  const choose = (chosen: keyof typeof panes) => {
    for (const [name, pane] of Object.entries(panes)) setAttributes(pane, { hidden: name !== chosen });
    for (const choice of switches.children) {
      choice.setAttribute('aria-pressed', String(choice.getAttribute('data-pane') === chosen));
    }
  };
  fill(
    switches,
    button('Form', () => choose('form'), { attributes: { 'data-pane': 'form' } }),
    button('YAML', () => choose('yaml'), { attributes: { 'data-pane': 'yaml' } }),
  );
  choose('form');
  store.follow(['isYamlWrong'], ({ isYamlWrong }) => {
    const toForm = switches.firstElementChild;
    // The form would show other settings than those that were typed.
    if (toForm !== null) setAttributes(toForm, { disabled: isYamlWrong });
  });
  const remember = element('input', { attributes: { type: 'checkbox', id: freshId('remember') } });
  remember.addEventListener('change', () => actions.setRemembering(remember.checked));
  store.follow(['isRemembering'], ({ isRemembering }) => {
    remember.checked = isRemembering;
  });
  return element(
    'div.view',
    {},
    element('header.view-head', {}, element('h2', {}, 'Settings'), switches),
    element(
      'div.beside.settings-bar',
      {},
      element('label.check', {}, remember, 'Remember these settings in this browser'),
      button('Set all back', () => actions.setDraft({}), { style: 'button.quiet' }),
    ),
    form,
    yaml,
  );
}

function formPane(store: Store, actions: Actions): HTMLElement {
  const sections = configSections().map(({ name, fields }) =>
    element(
      'fieldset.panel',
      {},
      element('legend', {}, name === '' ? 'General' : wordsOf(name)),
      element('p.note', {}, SECTION_NOTES[name] ?? ''),
      element('div.fields', {}, ...fields.map((field) => fieldView(field, store, actions))),
    ),
  );
  return element('div.form', {}, ...sections, aepEditor(store, actions), stateRulesEditor(store, actions));
}

/** The keys that a profile sets when they are empty. */
const PROFILE_KEYS = ['daily_send_percentage_cap', 'ed_daily_soft_limit', 'ed_smoothing_window_days'];

function standardText({ standard, path }: ConfigField): string {
  if (standard === null) return PROFILE_KEYS.includes(path.at(-1) ?? '') ? 'from the profile' : 'none';
  if (Array.isArray(standard)) return standard.length === 0 ? 'none' : standard.join(', ');
  return typeof standard === 'boolean' ? (standard ? 'yes' : 'no') : String(standard);
}

function rangeText({ minimum, maximum }: ConfigField): string {
  return minimum === null || maximum === null || maximum > 1e6 ? '' : `, ${minimum} to ${maximum}`;
}

function fieldView(field: ConfigField, store: Store, actions: Actions): HTMLElement {
  const id = freshId('setting');
  const isNumber = field.kind === 'whole' || field.kind === 'number';
  const attributes = { id, 'aria-describedby': `${id}-help ${id}-problem`, 'data-key': field.path.join('.') };
  const label = wordsOf(field.path.slice(field.path.length > 1 ? 1 : 0).join(' '));
  const set = (value: unknown) => actions.setDraft(withValue(store.state.draft, field.path, value));
  const control =
    field.kind === 'flag' || field.kind === 'choice'
      ? choiceControl(field, attributes, set)
      : element('input', {
          attributes: {
            ...attributes,
            inputmode: isNumber ? 'decimal' : 'text',
            placeholder: standardText(field),
            autocomplete: 'off',
            spellcheck: 'false',
          },
        });
  if (control instanceof HTMLInputElement) {
    control.addEventListener('input', () => set(valueOfText(control.value, field)));
  }
  const problem = element('p.wrong', { attributes: { id: `${id}-problem` } });
  const view = element(
    'div.field',
    {},
    element('label', { attributes: { for: id } }, label),
    control,
    element(
      'p.help',
      { attributes: { id: `${id}-help` } },
      [HELP[field.path.join('.')], `Default: ${standardText(field)}${rangeText(field)}`].filter(Boolean).join(' '),
    ),
    problem,
  );
  store.follow(['draft'], ({ draft }) => {
    const value = valueAt(draft, field.path);
    const text = textOfValue(value);
    // What is being typed stays as it is typed.
    const isTyped = JSON.stringify(valueOfText(control.value, field)) === JSON.stringify(value);
    if (document.activeElement !== control || !isTyped) {
      if (control.value !== text) control.value = text;
    }
    const found = value === undefined ? null : problemUnder(checkConfig(draft), field.path);
    view.classList.toggle('changed', value !== undefined && found === null);
    setAttributes(control, { 'aria-invalid': found !== null ? 'true' : null });
    fill(problem, found !== null && `Allowed is ${found.allowed}.`);
  });
  return view;
}

function choiceControl(
  field: ConfigField,
  attributes: Readonly<Record<string, string>>,
  set: (value: unknown) => void,
): HTMLSelectElement {
  const choices = field.kind === 'flag' ? ['true', 'false'] : field.choices;
  const nameOf = (choice: string) =>
    field.kind === 'flag' ? (choice === 'true' ? 'yes' : 'no') : wordsOf(choice).toLowerCase();
  const control = element(
    'select',
    { attributes },
    element('option', { attributes: { value: '' } }, `default (${standardText(field)})`),
    ...choices.map((choice) => element('option', { attributes: { value: choice } }, nameOf(choice))),
  );
  control.addEventListener('change', () => {
    const { value } = control;
    set(value === '' ? undefined : field.kind === 'flag' ? value === 'true' : value);
  });
  return control;
}

/** The draft as YAML; empty when it sets nothing. */
function yamlOf(draft: Draft): string {
  return Object.keys(draft).length === 0 ? '' : stringify(draft);
}

function yamlPane(store: Store, actions: Actions): HTMLElement {
  const id = freshId('yaml');
  const text = element('textarea', {
    attributes: {
      id,
      rows: 18,
      spellcheck: 'false',
      autocomplete: 'off',
      placeholder: 'frequency:\n  max_emails_per_period: 2',
      'aria-describedby': `${id}-problem`,
    },
  });
  const problem = element('div.wrong', { attributes: { id: `${id}-problem`, role: 'status' } });
  const discard = button('Discard it', () => show(store.state.draft), { attributes: { hidden: true } });
  const tell = (lines: readonly string[]) => {
    const isWrong = lines.length > 0;
    setAttributes(text, { 'aria-invalid': isWrong ? 'true' : null });
    setAttributes(discard, { hidden: !isWrong });
    fill(problem, ...lines.map((line) => element('p', {}, line)));
    actions.setYamlWrong(isWrong);
  };
  const show = (draft: Draft) => {
    text.value = yamlOf(draft);
    tell([]);
  };
  let shown: Draft | null = null;
  text.addEventListener('input', () => {
    try {
      shown = (parseConfig(text.value, 'These settings') ?? {}) as Draft;
      actions.setDraft(shown);
      tell([]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tell(message.split('\n'));
    }
  });
  store.follow(['draft'], ({ draft }) => {
    if (draft !== shown) show(draft);
  });
  return element(
    'div.form',
    {},
    element('label', { attributes: { for: id } }, 'Settings as YAML, in the names of the rulebook'),
    text,
    element(
      'p.help',
      {},
      'The same text works as a file for npx sendplan run --config. As long as it is not right, nothing can be planned.',
    ),
    problem,
    discard,
  );
}
