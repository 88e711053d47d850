/** What a simulation notes about a candidate. */
export const MARK = {
  /** Its ideal day has come. */
  expected: 1,
  /** It has been given a catch-up day (Rules 5, step 4). */
  caughtUp: 2,
  /** On its send day nothing went out. */
  held: 4,
  /** Sending it failed: its row is nobody's, and it is planned again. */
  failed: 8,
  /** It was sent, or bounced. */
  done: 16,
} as const;
