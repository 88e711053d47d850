import { checkConfig } from '../../rules/config.js';
import type { Actions } from '../page/actions.js';
import { settingLines } from '../page/configFields.js';
import { button, element, fill, labelled } from '../page/dom.js';
import { byteText, localToday } from '../page/format.js';
import type { Store } from '../page/state.js';

const SIZES = [1_000, 5_000, 20_000, 50_000, 100_000, 250_000, 750_000];

/** The column of three steps: a database, a day, the settings; then the button that plans. */
export function setupView(store: Store, actions: Actions): HTMLElement {
  const run = button('Plan this day', () => void actions.run(), { style: 'button.primary.wide' });
  const why = element('p.help', { attributes: { role: 'status' } });
  store.follow(['database', 'draft', 'job', 'asOf'], ({ database, draft, job, asOf }) => {
    const reason =
      database === null
        ? 'Choose a database first.'
        : asOf === ''
          ? 'Choose a day first.'
          : checkConfig(draft).length > 0
            ? 'A setting is not right; see Settings.'
            : '';
    run.disabled = reason !== '' || job !== null;
    fill(why, reason);
  });
  return element(
    'section.setup',
    { attributes: { 'aria-label': 'What to plan' } },
    step('Database', databaseStep(store, actions)),
    step('Day', dayStep(store, actions)),
    step('Settings', settingsStep(store, actions)),
    element('div.launch', {}, run, why),
  );
}

function step(title: string, ...children: readonly HTMLElement[]): HTMLElement {
  return element('section.step', {}, element('h2', {}, title), ...children);
}

function databaseStep(store: Store, actions: Actions): HTMLElement {
  const take = (file: File | null | undefined) => {
    if (file !== null && file !== undefined) actions.choose({ name: file.name, file, isGenerated: false });
  };
  const input = element('input.unseen', {
    attributes: { type: 'file', id: 'database-file', accept: '.sqlite3,.sqlite,.db,application/vnd.sqlite3' },
    on: {
      change: () => {
        take(input.files?.[0]);
        input.value = '';
      },
    },
  });
  const words = element('label.drop-words', { attributes: { for: 'database-file' } });
  const zone = element('div.drop', { attributes: { 'data-testid': 'drop' } }, input, words);
  acceptDrops(zone, take);
  store.follow(['database'], ({ database }) => {
    zone.classList.toggle('full', database !== null);
    if (database === null) {
      fill(words, element('strong', {}, 'Choose a SQLite file'), element('span', {}, 'or drop it anywhere here'));
    } else {
      const kind = database.isGenerated ? 'made up' : 'yours';
      fill(
        words,
        element('strong.file-name', {}, database.name),
        element('span', {}, `${byteText(database.file.size)}, ${kind}. Choose another`),
      );
    }
  });
  return element('div', {}, zone, generateForm(store, actions));
}

/** Takes files that are dropped on an element, or anywhere beside it on the page. */
function acceptDrops(zone: HTMLElement, take: (file: File | null | undefined) => void): void {
  const mark = (isOver: boolean) => zone.classList.toggle('over', isOver);
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    take(event.dataTransfer?.files[0]);
  });
}

function generateForm(store: Store, actions: Actions): HTMLElement {
  const contacts = element(
    'select',
    {},
    ...SIZES.map((size) => element('option', { attributes: { value: size } }, size.toLocaleString('en-US'))),
  );
  contacts.value = '5000';
  const shape = element(
    'select',
    {},
    element('option', { attributes: { value: 'realistic' } }, 'realistic, with a year of history'),
    element('option', { attributes: { value: 'seed' } }, 'plain, dates and states only'),
  );
  const seed = element('input', {
    attributes: { inputmode: 'numeric', value: '1', maxlength: 10, autocomplete: 'off' },
  });
  const make = button(
    'Make it up',
    () =>
      void actions.generate({
        contacts: Number(contacts.value),
        seed: /^[0-9]+$/.test(seed.value) ? Number(seed.value) : Number.NaN,
        shape: shape.value === 'seed' ? 'seed' : 'realistic',
        asOf: store.state.asOf,
      }),
  );
  store.follow(['job'], ({ job }) => {
    make.disabled = job !== null;
  });
  return element(
    'details.generate',
    {},
    element('summary', {}, 'Or make a database up'),
    element(
      'div.fields',
      {},
      labelled('Contacts', contacts),
      labelled('Kind', shape),
      labelled('Seed', seed, 'The same number gives the same people.'),
      make,
    ),
  );
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
  store.follow(['draft'], ({ draft }) => {
    const count = settingLines(draft).length;
    const problems = checkConfig(draft).length;
    const set = count === 0 ? 'All as they come.' : `${count} ${count === 1 ? 'setting' : 'settings'} of your own.`;
    words.classList.toggle('wrong', problems > 0);
    fill(words, problems === 0 ? set : `${problems} ${problems === 1 ? 'value is' : 'values are'} not right.`);
  });
  return element(
    'div.beside',
    {},
    words,
    button('Change', () => actions.show('settings'), { style: 'button.quiet' }),
  );
}
