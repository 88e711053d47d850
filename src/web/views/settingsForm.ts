import { checkConfig } from '../../rules/config.js';
import type { Actions } from '../page/actions.js';
import { type ConfigField, configSections, valueAt, withValue } from '../page/configFields.js';
import { element, fill, freshId, setAttributes } from '../page/dom.js';
import type { Store } from '../page/state.js';
import { closedDaysControl, rampControl, type SettingControl, weekdaysControl } from './settingControls.js';
import { aepEditor, stateRulesEditor } from './settingsLists.js';
import { problemText, problemUnder, rangeText, textOfValue, valueOfText } from './settingValues.js';
import { choiceText, SECTION_WORDS, settingWords } from './settingWords.js';

/** The settings as a form: a section for each subject, and editors for lists. */
export function settingsForm(store: Store, actions: Actions): HTMLElement {
  const sections = configSections().map(({ name, fields }) =>
    element(
      'fieldset.panel',
      {},
      element('legend', {}, SECTION_WORDS[name]?.label ?? name),
      element('p.note', {}, SECTION_WORDS[name]?.help ?? ''),
      element('div.fields', {}, ...fields.map((field) => fieldView(field, store, actions))),
    ),
  );
  return element('div.form', {}, ...sections, aepEditor(store, actions), stateRulesEditor(store, actions));
}

/** The keys that a profile sets when they are empty. */
const PROFILE_KEYS = ['daily_send_percentage_cap', 'ed_daily_soft_limit', 'ed_smoothing_window_days'];

/** What holds when nothing is set. */
function standardText(field: ConfigField): string {
  const { standard, path, kind } = field;
  if (standard === null) {
    if (PROFILE_KEYS.includes(path.at(-1) ?? '')) return 'by the size of the book';
    return kind === 'whole' || kind === 'number' ? 'no limit' : 'none';
  }
  if (path.join('.') === 'calendar.weekdays') return 'every day';
  if (Array.isArray(standard)) return standard.length === 0 ? 'none' : standard.join(', ');
  if (typeof standard === 'boolean') return standard ? 'yes' : 'no';
  if (kind === 'choice') return choiceText(String(standard));
  return `${textOfValue(standard, field)}${field.isShare ? ' %' : ''}`;
}

function helpText(field: ConfigField, help: string): string {
  const range = rangeText(field);
  return `${help} Default: ${standardText(field)}${range === null ? '' : `; ${range}`}.`;
}

/** A control of several parts, for the settings that have one. */
function controlOfParts(field: ConfigField, set: (value: unknown) => void, store: Store): SettingControl | null {
  switch (field.path.join('.')) {
    case 'calendar.weekdays':
      return weekdaysControl(set);
    case 'calendar.closed':
      return closedDaysControl(set);
    case 'load_balancing.ramp':
      return rampControl(set, () => store.state.asOf);
    default:
      return null;
  }
}

function fieldView(field: ConfigField, store: Store, actions: Actions): HTMLElement {
  const id = freshId('setting');
  const { label, help } = settingWords(field.path);
  const set = (value: unknown) => actions.setDraft(withValue(store.state.draft, field.path, value));
  const problem = element('p.wrong', { attributes: { id: `${id}-problem` } });
  const helped = element('p.help', { attributes: { id: `${id}-help` } }, helpText(field, help));
  const about = { 'aria-describedby': `${id}-help ${id}-problem`, 'data-key': field.path.join('.') };
  const parts = controlOfParts(field, set, store);
  const control = parts ?? plainControl(field, { id, ...about }, set);
  const view =
    parts === null
      ? element('div.field', {}, element('label', { attributes: { for: id } }, label), control.view, helped, problem)
      : element(
          'fieldset.field.parts',
          { attributes: { id, ...about } },
          element('legend', {}, label),
          control.view,
          helped,
          problem,
        );
  store.follow(['draft'], ({ draft }) => {
    const value = valueAt(draft, field.path);
    control.show(value);
    const found = value === undefined ? null : problemUnder(checkConfig(draft), field.path);
    view.classList.toggle('changed', value !== undefined && found === null);
    if (parts === null) setAttributes(control.view, { 'aria-invalid': found !== null ? 'true' : null });
    fill(problem, found !== null && `${problemText(label, field, found, value)}.`);
  });
  return view;
}

function plainControl(
  field: ConfigField,
  attributes: Readonly<Record<string, string>>,
  set: (value: unknown) => void,
): SettingControl {
  if (field.kind === 'flag' || field.kind === 'choice') return choiceControl(field, attributes, set);
  const isNumber = field.kind === 'whole' || field.kind === 'number';
  const input = element('input', {
    attributes: {
      ...attributes,
      inputmode: isNumber ? 'decimal' : 'text',
      placeholder: standardText(field),
      autocomplete: 'off',
      spellcheck: 'false',
    },
  });
  input.addEventListener('input', () => set(valueOfText(input.value, field)));
  return {
    view: input,
    show(value) {
      const text = textOfValue(value, field);
      // What is being typed stays as it is typed.
      const isTyped = JSON.stringify(valueOfText(input.value, field)) === JSON.stringify(value);
      if ((document.activeElement !== input || !isTyped) && input.value !== text) input.value = text;
    },
  };
}

function choiceControl(
  field: ConfigField,
  attributes: Readonly<Record<string, string>>,
  set: (value: unknown) => void,
): SettingControl {
  const isFlag = field.kind === 'flag';
  const choices = isFlag ? ['true', 'false'] : field.choices;
  const nameOf = (choice: string) => (isFlag ? (choice === 'true' ? 'yes' : 'no') : choiceText(choice));
  const select = element(
    'select',
    { attributes },
    element('option', { attributes: { value: '' } }, `default (${standardText(field)})`),
    ...choices.map((choice) => element('option', { attributes: { value: choice } }, nameOf(choice))),
  );
  select.addEventListener('change', () => {
    const { value } = select;
    set(value === '' ? undefined : isFlag ? value === 'true' : value);
  });
  return {
    view: select,
    show(value) {
      select.value = textOfValue(value);
    },
  };
}
