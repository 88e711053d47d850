import { closest, distance } from 'fastest-levenshtein';

/** The known name that a name nobody knows was most likely meant to be, null when none is near (a third of its letters). */
export function nearestName(name: string, known: readonly string[]): string | null {
  // What is longer is no slip of the hand, and would take long to compare.
  if (known.length === 0 || name.length > 60) return null;
  const plain = name.trim().toLowerCase().replace(/[\s-]/g, '_');
  if (known.includes(plain)) return plain;
  const nearest = closest(plain, [...known]);
  const mostSlips = Math.max(1, Math.floor(Math.max(plain.length, nearest.length) / 3));
  return distance(plain, nearest) <= mostSlips ? nearest : null;
}
