import { checkConfig } from '../../rules/config.js';
import type { Actions } from '../page/actions.js';
import { settingLines } from '../page/configFields.js';
import { button, element, fill, labelled } from '../page/dom.js';
import { localToday, shortDate } from '../page/format.js';
import { settingsKey } from '../page/ownSettings.js';
import type { PageState, Store } from '../page/state.js';
import { databaseStep } from './databaseStep.js';

/** The column of three steps: a database, a day, the settings; then the button that plans. */
export function setupView(store: Store, actions: Actions): HTMLElement {
  const run = button('Plan this day', () => void actions.run(), { style: 'button.primary.wide' });
  const why = element('p.help', { attributes: { role: 'status' } });
  store.follow(['database', 'draft', 'job', 'asOf', 'isYamlWrong'], (state) => {
    const { asOf, job } = state;
    const reason = obstacleOf(state) ?? (asOf === '' ? 'Choose a day first.' : '');
    run.disabled = reason !== '' || job !== null;
    fill(why, reason);
  });
  const steps = element(
    'div.steps',
    { attributes: { id: 'setup-steps' } },
    step('Database', databaseStep(store, actions)),
    step('Day', dayStep(store, actions)),
    step('Settings', settingsStep(store, actions)),
  );
  return element(
    'section.setup',
    { attributes: { 'aria-label': 'What to plan' } },
    foldButton(store, steps),
    steps,
    element('div.launch', {}, run, why),
  );
}

/** Folds the steps up once there is a plan, where the screen has no room beside it; on wide screens they are always there. */
function foldButton(store: Store, steps: HTMLElement): HTMLElement {
  const fold = (isFolded: boolean) => {
    steps.classList.toggle('folded', isFolded);
    toggle.setAttribute('aria-expanded', String(!isFolded));
  };
  const toggle = button('', () => fold(!steps.classList.contains('folded')), {
    style: 'button.fold',
    attributes: { 'aria-controls': steps.id },
  });
  fold(false);
  store.follow(['database', 'asOf'], ({ database, asOf }) => {
    const name = database?.name ?? 'No database';
    fill(toggle, element('span.file-name', {}, `${name}${asOf === '' ? '' : `, ${shortDate(asOf)}`}`));
  });
  store.follow(['current'], ({ current }) => {
    if (current !== null) fold(true);
  });
  return toggle;
}

/** Why nothing can be planned or lived through as things are set; null when it can. */
export function obstacleOf({ database, draft, isYamlWrong }: PageState): string | null {
  if (database === null) return 'Choose a database first.';
  if (isYamlWrong) return 'The settings as YAML are not right; see Settings.';
  return checkConfig(draft).length > 0 ? 'A setting is not right; see Settings.' : null;
}

function step(title: string, ...children: readonly HTMLElement[]): HTMLElement {
  return element('section.step', {}, element('h2', {}, title), ...children);
}

function dayStep(store: Store, actions: Actions): HTMLElement {
  const input = element('input', {
    attributes: { type: 'date', min: '1900-01-01', max: '2199-12-31', required: true },
    on: { change: () => actions.setAsOf(input.value) },
  });
  store.follow(['asOf'], ({ asOf }) => {
    if (input.value !== asOf) input.value = asOf;
  });
  const today = button('Today', () => actions.setAsOf(localToday()), { style: 'button.quiet' });
  return element('div.beside', {}, labelled('Plan as of', input), today);
}

function settingsStep(store: Store, actions: Actions): HTMLElement {
  const words = element('p.summary-line');
  store.follow(['draft', 'isYamlWrong'], ({ draft, isYamlWrong }) => {
    const count = settingLines(draft).length;
    const problems = checkConfig(draft).length;
    const set = count === 0 ? 'All as they come.' : `${count} ${count === 1 ? 'setting' : 'settings'} of your own.`;
    const wrong = isYamlWrong
      ? 'The YAML is not right.'
      : `${problems} ${problems === 1 ? 'value is' : 'values are'} not right.`;
    words.classList.toggle('wrong', problems > 0 || isYamlWrong);
    fill(words, problems === 0 && !isYamlWrong ? set : wrong);
  });
  return element(
    'div',
    {},
    element(
      'div.beside',
      {},
      words,
      button('Change', () => actions.show('settings'), { style: 'button.quiet' }),
    ),
    keptView(store, actions),
  );
}

/** What the last run of the database was set to, when it is not what is set here, or where it was taken over. */
function keptView(store: Store, actions: Actions): HTMLElement {
  const place = element('div.kept', { attributes: { role: 'status' } });
  const take = (label: string, onClick: () => void) => button(label, onClick, { style: 'button.quiet' });
  store.follow(['kept', 'draft'], ({ kept, draft }) => {
    if (kept === null) fill(place);
    else if (kept.settings === null)
      fill(place, element('p.wrong', {}, `What the last run of this database kept cannot be used: ${kept.problem}`));
    else if (settingsKey(draft) !== settingsKey(kept.settings)) {
      fill(
        place,
        element('p.warning', {}, 'This database was last planned with other settings than these.'),
        take('Take its settings', () => actions.databases.takeKept()),
      );
    } else if (Object.keys(kept.settings).length > 0) {
      fill(
        place,
        element('p.help', {}, 'These are the settings it was last planned with, which the database keeps.'),
        take('Take the defaults', () => actions.setDraft({})),
      );
    } else fill(place);
  });
  return place;
}
