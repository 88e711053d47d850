import { button, element, fill } from '../page/dom.js';
import { byteText } from '../page/format.js';
import { saveFile } from '../page/savedFile.js';
import type { Store } from '../page/state.js';

/** A list as it becomes a file. */
export interface WrittenList {
  readonly name: string;
  /** The file; null when nothing came of it, which the state tells. */
  readonly write: () => Promise<Blob | null>;
}

/** A button that hands a whole list to the browser, and what is said of it. */
export interface ListSaver {
  readonly save: HTMLButtonElement;
  readonly said: HTMLElement;
  /** Says nothing more of the file, as another list is shown. */
  readonly forget: () => void;
  /** Ends what follows the state. */
  readonly end: () => void;
}

/** Saves a list as CSV. @param list the list as it is shown at the time */
export function listSaver(store: Store, list: () => WrittenList): ListSaver {
  const said = element('p.note', { attributes: { role: 'status' } });
  const save = button('This list as CSV', async () => {
    const { name, write } = list();
    const file = await write();
    if (file === null) return;
    saveFile(file, name);
    fill(said, `${name}, ${byteText(file.size)}, is handed to your browser.`);
  });
  const end = store.follow(['job'], ({ job }) => {
    save.disabled = job !== null;
  });
  return { save, said, forget: () => fill(said), end };
}
