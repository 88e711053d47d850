import { stringify } from 'yaml';
import { checkConfig } from '../../rules/config.js';
import { parseConfig } from '../../rules/configText.js';
import type { Actions } from '../page/actions.js';
import { type ConfigField, configSections, valueAt, withValue } from '../page/configFields.js';
import { button, element, fill, freshId, setAttributes } from '../page/dom.js';
import { wordsOf } from '../page/format.js';
import type { Draft, Store } from '../page/state.js';
import { aepEditor, stateRulesEditor } from './settingsLists.js';
import { problemAt, valueOfText } from './settingValues.js';

const SECTION_NOTES: Readonly<Record<string, string>> = {
  '': 'When emails are due, and how many days in front of a window are kept free.',
  organization: 'What this organization sends, and to whom.',
  frequency: 'How many emails a contact gets in a period.',
  load_balancing: 'How many emails go out on one day. Left empty, the profile decides, by the number of contacts.',
  followups: 'Emails that follow another one.',
  priorities: 'The smaller, the more important.',
  templates: 'Names of templates; left empty, the type of the email.',
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

function standardText({ standard, kind }: ConfigField): string {
  if (standard === null) return kind === 'text' ? 'none' : 'from the profile';
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
    control.addEventListener('input', () => set(valueOfText(control.value, field.kind)));
  }
  const problem = element('p.wrong', { attributes: { id: `${id}-problem` } });
  const view = element(
    'div.field',
    {},
    element('label', { attributes: { for: id } }, label),
    control,
    element('p.help', { attributes: { id: `${id}-help` } }, `Default: ${standardText(field)}${rangeText(field)}`),
    problem,
  );
  store.follow(['draft'], ({ draft }) => {
    const value = valueAt(draft, field.path);
    const text = value === undefined || value === null ? '' : String(value);
    // What is being typed stays as it is typed.
    if (document.activeElement !== control || valueOfText(control.value, field.kind) !== value) {
      if (control.value !== text) control.value = text;
    }
    const found = value === undefined ? null : problemAt(checkConfig(draft), field.path);
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
  let shown: Draft | null = null;
  text.addEventListener('input', () => {
    try {
      shown = (parseConfig(text.value, 'These settings') ?? {}) as Draft;
      setAttributes(text, { 'aria-invalid': null });
      fill(problem);
      actions.setDraft(shown);
    } catch (error) {
      setAttributes(text, { 'aria-invalid': 'true' });
      const message = error instanceof Error ? error.message : String(error);
      fill(problem, ...message.split('\n').map((line) => element('p', {}, line)));
    }
  });
  store.follow(['draft'], ({ draft }) => {
    if (draft === shown) return;
    text.value = yamlOf(draft);
    setAttributes(text, { 'aria-invalid': null });
    fill(problem);
  });
  return element(
    'div.form',
    {},
    element('label', { attributes: { for: id } }, 'Settings as YAML, in the names of the rulebook'),
    text,
    element(
      'p.help',
      {},
      'The same text works as a file for npx sendplan run --config. What is not right is not taken over.',
    ),
    problem,
  );
}
