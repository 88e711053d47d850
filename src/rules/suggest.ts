import { closest, distance } from 'fastest-levenshtein';

/** A name longer than this is no slip of the hand, and would take long to compare. */
const LONGEST = 60;

/** Of shorter names every other one is near. */
const SHORTEST_WITH_SLIPS = 4;

/** A name as names are compared: trimmed, in lower case, blanks and hyphens as `_`. */
function plainName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

/**
 * The known name that one nobody knows was most likely meant to be: the same but for case and hyphens, or with a third of its
 * letters wrong at most; null when none is near.
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (known.length === 0 || name.length > LONGEST) return null;
  const plain = plainName(name);
  const plainKnown = known.map(plainName);
  const nearest = closest(plain, plainKnown);
  const length = Math.min(plain.length, nearest.length);
  const mostSlips = length < SHORTEST_WITH_SLIPS ? 0 : Math.max(1, Math.floor(length / 3));
  return distance(plain, nearest) <= mostSlips ? known[plainKnown.indexOf(nearest)] : null;
}
