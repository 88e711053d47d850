import type { Actions } from './actions.js';
import { readPlace, sightOf, writePlace } from './address.js';
import type { PageState, Store } from './state.js';

/** Tells whether leaving the page would lose what cannot be had again without doing it again. */
export function hasUnsavedWork({ job, current, database, isSaved }: PageState): boolean {
  const isChanged = database !== null && database.suppressions !== null;
  if (isChanged && !(isSaved && current?.database === database)) return true;
  return job !== null || (current !== null && current.database.made === null && !isSaved);
}

/**
 * Keeps the address and the browser's history in step with what is looked at: another view, day or contact is a step that Back
 * takes back; day, settings and filters are changed in the step that there is. Asks before leaving with unsaved work.
 */
export function followAddress(store: Store, actions: Actions): void {
  let shown = sightOf(store.state);
  history.replaceState(null, '', writePlace(store.state));
  store.follow(
    ['view', 'asOf', 'day', 'filter', 'range', 'contact', 'draft', 'database', 'current', 'awaited'],
    (state) => {
      const address = writePlace(state);
      if (address === location.hash) return;
      const sight = sightOf(state);
      const isStep = sight.view !== shown.view || sight.day !== shown.day || sight.contact !== shown.contact;
      shown = sight;
      if (isStep) history.pushState(null, '', address);
      else history.replaceState(null, '', address);
    },
  );
  addEventListener('popstate', () => {
    const { sight } = readPlace(location.hash);
    shown = sight;
    void actions.see(sight).then(() => {
      // Day, settings and database are those of now, not those of the step that is gone back to.
      shown = sightOf(store.state);
      history.replaceState(null, '', writePlace(store.state));
    });
  });
  addEventListener('beforeunload', (event) => {
    if (hasUnsavedWork(store.state)) event.preventDefault();
  });
}
