import type { Actions } from '../page/actions.js';
import { button, element, fill, setAttributes } from '../page/dom.js';
import { byteText } from '../page/format.js';
import type { Store } from '../page/state.js';

/** Asks which of the files that were dropped is to be opened in the place of the one that is. */
export function offerView(store: Store, actions: Actions): HTMLElement {
  const view = element('section.offer', { attributes: { 'aria-label': 'Files that were dropped', hidden: true } });
  store.follow(['offered', 'database'], ({ offered, database }) => {
    setAttributes(view, { hidden: offered.length === 0 });
    if (offered.length === 0) {
      fill(view);
      return;
    }
    const instead = database === null ? '' : ` in the place of ${database.name}`;
    const question =
      offered.length === 1 ? `Open ${offered[0].name}${instead}?` : `Which one is to be opened${instead}?`;
    fill(
      view,
      element('strong.file-name', {}, question),
      element('p.help', {}, 'What has been planned stays here until the next plan.'),
      element(
        'div.beside',
        {},
        ...offered.map((offer) => {
          const beside = offer.log === null ? '' : ' with its log';
          return button(
            `Open ${offer.name}, ${byteText(offer.file.size)}${beside}`,
            () => void actions.databases.open(offer),
          );
        }),
        button('Leave it', () => actions.databases.refuseOffer(), { style: 'button.quiet' }),
      ),
    );
    view.querySelector('button')?.focus();
    view.scrollIntoView({ block: 'nearest' });
  });
  return view;
}
