/*
 * The task that every form of the planner is timed on: of each contact the next birthday, policy anniversary and aep email
 * with event, ideal day, start day and whether a state's window excludes it (Rules 3 to 5 and 7, without history).
 */

/** The kinds in the order of the columns. */
export const KINDS = ['birthday', 'effective_date', 'aep'] as const;

/** What became of an email. */
export const OUTCOME = { none: 0, scheduled: 1, excluded: 2 } as const;

/** The emails of all contacts as columns: contact i's email of kind k is element `i * 3 + k`. */
export interface AnniversaryColumns {
  readonly event: Int32Array;
  readonly ideal: Int32Array;
  readonly start: Int32Array;
  readonly outcome: Uint8Array;
}

/** Makes columns for a number of contacts. */
export function anniversaryColumns(contacts: number): AnniversaryColumns {
  const count = contacts * KINDS.length;
  return {
    event: new Int32Array(count),
    ideal: new Int32Array(count),
    start: new Int32Array(count),
    outcome: new Uint8Array(count),
  };
}

/** The rules that all forms plan by, as numbers. */
export interface AnniversaryRules {
  readonly today: number;
  readonly birthdayDaysBefore: number;
  readonly effectiveDaysBefore: number;
  readonly firstEmailMonths: number;
  readonly catchUpDays: number;
  readonly aep: {
    readonly month: number;
    readonly day: number;
    readonly deadlineMonth: number;
    readonly deadlineDay: number;
  };
}

/** A number that tells whether two forms gave the same emails, contact by contact and kind by kind. */
export function checksumOf({ event, ideal, start, outcome }: AnniversaryColumns): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < outcome.length; i++) {
    hash = Math.imul(hash ^ outcome[i], 0x01000193);
    if (outcome[i] === OUTCOME.none) continue;
    hash = Math.imul(hash ^ event[i], 0x01000193);
    hash = Math.imul(hash ^ ideal[i], 0x01000193);
    hash = Math.imul(hash ^ start[i], 0x01000193);
  }
  return hash >>> 0;
}
