import type { Actions } from '../page/actions.js';
import { element, setAttributes } from '../page/dom.js';
import { type Store, VIEWS, type View } from '../page/state.js';
import { compareView } from './compare.js';
import { contactView } from './contact.js';
import { dayView } from './day.js';
import { downloadView } from './download.js';
import { planView } from './plan.js';
import { settingsView } from './settings.js';
import { sqlView } from './sql.js';
import { yearView } from './year.js';

const NAMES: Readonly<Record<View, string>> = {
  plan: 'Plan',
  day: 'Days',
  contact: 'Contact',
  settings: 'Settings',
  compare: 'Compare',
  year: 'Year',
  sql: 'SQL',
  download: 'Download',
};

/** The views that mean nothing before a run. */
const NEED_RUN: readonly View[] = ['day', 'contact', 'sql', 'download'];

/** The parts of the page as tabs: arrow keys go from one to the next. */
export function tabsView(store: Store, actions: Actions): HTMLElement {
  const makers: Readonly<Record<View, (store: Store, actions: Actions) => HTMLElement>> = {
    plan: planView,
    day: dayView,
    contact: contactView,
    settings: settingsView,
    compare: compareView,
    year: yearView,
    sql: sqlView,
    download: downloadView,
  };
  const tabs = VIEWS.map((view) =>
    element(
      'button.tab',
      {
        attributes: { type: 'button', role: 'tab', id: `tab-${view}`, 'aria-controls': `panel-${view}` },
        on: { click: () => actions.show(view) },
      },
      NAMES[view],
    ),
  );
  const panels = VIEWS.map((view) =>
    element(
      'section.tab-panel',
      { attributes: { role: 'tabpanel', id: `panel-${view}`, 'aria-labelledby': `tab-${view}`, tabindex: -1 } },
      makers[view](store, actions),
    ),
  );
  const list = element('div.tabs', { attributes: { role: 'tablist', 'aria-label': 'Parts of the page' } }, ...tabs);
  list.addEventListener('keydown', (event) => {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };
    const usable = tabs.filter((tab) => tab.getAttribute('aria-disabled') === null);
    const place = usable.indexOf(document.activeElement as HTMLButtonElement);
    const next =
      event.key === 'Home' ? 0 : event.key === 'End' ? usable.length - 1 : place + (steps[event.key] ?? Number.NaN);
    if (place < 0 || Number.isNaN(next)) return;
    event.preventDefault();
    const target = usable[(next + usable.length) % usable.length];
    target.focus();
    target.click();
  });
  store.follow(['view', 'current'], ({ view, current }) => {
    VIEWS.forEach((name, i) => {
      const isDisabled = current === null && NEED_RUN.includes(name);
      const isShown = view === name && !isDisabled;
      setAttributes(tabs[i], {
        'aria-selected': String(isShown),
        'aria-disabled': isDisabled ? 'true' : null,
        disabled: isDisabled,
        tabindex: isShown ? 0 : -1,
      });
      setAttributes(panels[i], { hidden: !isShown });
    });
    // What had the keyboard may lie in a part that is hidden; it goes on in the one that is shown.
    const at = document.activeElement;
    if (at !== null && panels.some((panel) => panel.hidden && panel.contains(at))) {
      panels.find((panel) => !panel.hidden)?.focus({ preventScroll: true });
    }
    if (current === null && NEED_RUN.includes(view)) store.set({ view: 'plan' });
  });
  return element('div', {}, list, ...panels);
}
