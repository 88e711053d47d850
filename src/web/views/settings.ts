import { stringify } from 'yaml';
import { parseConfig } from '../../rules/configText.js';
import type { Actions } from '../page/actions.js';
import { button, element, fill, freshId, setAttributes } from '../page/dom.js';
import type { Draft, Store } from '../page/state.js';
import { settingsForm } from './settingsForm.js';
import { suppressionsEditor } from './suppressions.js';

/** Everything a run can be told, as a form or as YAML; both show the same settings and check them by the same schema. */
export function settingsView(store: Store, actions: Actions): HTMLElement {
  const form = settingsForm(store, actions);
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
  const suppressions = suppressionsEditor(store, actions);
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
      button(
        'Go to suppressions',
        () => {
          suppressions.scrollIntoView();
          suppressions.focus({ preventScroll: true });
        },
        { style: 'button.quiet' },
      ),
      button('Set all back', () => actions.setDraft({}), { style: 'button.quiet' }),
    ),
    form,
    yaml,
    suppressions,
  );
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
