import { writePlace } from './address.js';
import type { ChosenDatabase, Store } from './state.js';

// The page keeps no file of its own accord. The database that is open, with what is looked at, is kept in this browser's own storage
// when somebody ticks the box, until it is unticked.

const STORAGE = 'sendplan';
const SHELF = 'session';
const PLACE = 'last';

/** A visit that somebody asked to keep. */
export interface KeptSession {
  readonly database: ChosenDatabase;
  /** What stood behind `#` in the address. */
  readonly hash: string;
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(STORAGE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function onShelf<Result>(
  mode: IDBTransactionMode,
  use: (shelf: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const storage = await opened();
  try {
    return await settled(use(storage.transaction(SHELF, mode).objectStore(SHELF)));
  } finally {
    storage.close();
  }
}

/** The visit that was kept; null when none was, or the browser refuses its storage. */
export async function keptSession(): Promise<KeptSession | null> {
  try {
    // Asking makes the storage, which nobody asked for.
    const known = await indexedDB.databases();
    if (!known.some(({ name }) => name === STORAGE)) return null;
    return ((await onShelf('readonly', (shelf) => shelf.get(PLACE))) as KeptSession | undefined) ?? null;
  } catch {
    return null;
  }
}

/** Keeps a visit in the place of the one that was. @returns false when the browser does not keep it, for lack of room or by its settings */
export async function keepSession(session: KeptSession): Promise<boolean> {
  try {
    await onShelf('readwrite', (shelf) => shelf.put(session, PLACE));
    return true;
  } catch {
    return false;
  }
}

/** Forgets the visit that was kept. */
export async function forgetSession(): Promise<void> {
  try {
    await settled(indexedDB.deleteDatabase(STORAGE));
  } catch {
    // Then there is none.
  }
}

/** Keeps the visit from now on, whenever it is to be kept; a change of what is looked at is kept a moment later. */
export function followSession(store: Store): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = async () => {
    const { sessionMemory, database } = store.state;
    // Where another file is waited for, the one that is kept stays.
    if (sessionMemory !== 'on' || database === null) return;
    const isKept = await keepSession({ database, hash: writePlace(store.state) });
    if (!isKept && store.state.sessionMemory === 'on') store.set({ sessionMemory: 'refused' });
  };
  const parts = ['view', 'asOf', 'day', 'filter', 'range', 'contact', 'draft', 'database', 'current'] as const;
  store.follow([...parts, 'sessionMemory'], ({ awaited }) => {
    clearTimeout(timer);
    // What an address asked for is not there yet.
    if (awaited === null) timer = setTimeout(() => void keep(), 300);
  });
}
