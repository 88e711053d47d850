import type { Draft } from './state.js';

// The page keeps nothing of its own accord. Settings are kept in this browser when somebody ticks the box, until it is unticked.

const PLACE = 'sendplan.settings';

/** The settings that somebody asked to keep, null when nobody did. */
export function rememberedSettings(): Draft | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? 'null');
    return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? (kept as Draft) : null;
  } catch {
    // A browser may refuse its storage, and what lies there may be anything.
    return null;
  }
}

/** Keeps the settings, or forgets them when they are null. */
export function rememberSettings(draft: Draft | null): void {
  try {
    if (draft === null) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, JSON.stringify(draft));
  } catch {
    // Then they are not kept, which is what such a browser promises.
  }
}
