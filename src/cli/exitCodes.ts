/** The exit codes: what was asked for was wrong, or asked for rightly and failed. */
export const EXIT = { failed: 1, wrongUse: 2, heldBack: 3, interrupted: 130 } as const;

/** The exit codes as help and manual tell them. */
export const EXIT_TEXT =
  '0 done, 1 the run failed or verify or check found something, 2 wrong use, 3 held back by a guard, 130 interrupted.';
