/** The version of this package. */
export const VERSION = '0.1.0';

/** The version of the rulebook that plans go by (docs/rules.md). */
export const RULEBOOK = 2;
