import { CHART_STYLES } from '../report/charts/theme.js';
import { Actions } from './page/actions.js';
import { readPlace } from './page/address.js';
import { element, fill } from './page/dom.js';
import { localToday } from './page/format.js';
import { followAddress } from './page/history.js';
import { rememberedSettings } from './page/remembered.js';
import { followSession, keptSession } from './page/session.js';
import { firstState, Store } from './page/state.js';
import { allowOwnWorkers, closePeerConnections } from './page/trustedCode.js';
import { failureView, jobView } from './views/job.js';
import { mappingView } from './views/mapping.js';
import { offerView } from './views/offer.js';
import { setupView } from './views/setup.js';
import { staleView } from './views/stale.js';
import { tabsView } from './views/tabs.js';

allowOwnWorkers();
closePeerConnections();

const chartStyles = new CSSStyleSheet();
chartStyles.replaceSync(CHART_STYLES);
document.adoptedStyleSheets = [chartStyles];

const remembered = rememberedSettings();
const session = await keptSession();
const place = readPlace(location.hash === '' && session !== null ? session.hash : location.hash);
const store = new Store(
  firstState({
    asOf: place.asOf ?? localToday(),
    draft: place.draft ?? remembered ?? {},
    isRemembering: remembered !== null,
    sessionMemory: session === null ? 'off' : 'on',
    awaited: place.isPlanned ? { sight: place.sight, fileName: place.fileName } : null,
  }),
);
const actions = new Actions(store);

const content = element(
  'main',
  {},
  jobView(store),
  failureView(store, () => actions.dismissFailure()),
  offerView(store, actions),
  mappingView(store, actions),
  staleView(store, actions),
  tabsView(store, actions),
);
const page = document.querySelector('#page');
if (page !== null) {
  fill(
    page,
    element(
      'header.page-head',
      {},
      element('h1', {}, 'sendplan'),
      element('p', {}, 'Which email goes out on which day, and why. It plans on this machine and sends nothing.'),
    ),
    element('div.layout', {}, setupView(store, actions), content),
  );
}
// Where what to plan stands above the plan, it would hide what is going on.
store.follow(['current', 'failure', 'job'], ({ current, failure, job }) => {
  const isBusy = current !== null || failure !== null || job !== null;
  if (isBusy && content.getBoundingClientRect().top > innerHeight / 2) content.scrollIntoView();
});
// Buttons cannot be pressed while something is done, and lose the keyboard; they get it back.
let pressed: Element | null = null;
store.follow(['job'], ({ job }) => {
  const at = document.activeElement;
  if (job !== null) pressed ??= at === document.body ? null : at;
  else if (pressed instanceof HTMLElement) {
    const target = pressed;
    pressed = null;
    // After everybody else has heard of the end.
    queueMicrotask(() => {
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && target.isConnected) target.focus({ preventScroll: true });
    });
  }
});

followAddress(store, actions);
followSession(store);
const kept = session?.database ?? null;
if (kept !== null && (place.fileName === kept.name || (kept.made !== null && place.made !== null))) {
  actions.databases.choose(kept);
  if (place.isPlanned) await actions.run();
} else if (place.isPlanned && place.made !== null) {
  // What was made up is made up again, just as it was.
  await actions.databases.generate(place.made);
  await actions.run();
} else if (!place.isPlanned) await actions.see(place.sight);
