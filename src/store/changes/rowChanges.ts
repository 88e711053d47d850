import { ROW_ACTION, type ScheduleDiff } from './diffSchedules.js';

/** What a run did to `email_schedules`, in rows. */
export interface RowChanges {
  readonly kept: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Rows that a unique index refused. */
  readonly refused: number;
}

/** What was done to the rows; a refused row is neither added nor changed. @param written what came of writing the difference */
export function countRowChanges(
  diff: ScheduleDiff,
  written: { readonly inserted: number; readonly refused: ReadonlySet<number> },
): RowChanges {
  let refusedChanges = 0;
  for (const candidate of written.refused) if (diff.action[candidate] === ROW_ACTION.replace) refusedChanges++;
  const changed = diff.replaced - refusedChanges;
  return {
    kept: diff.kept,
    added: written.inserted - changed,
    changed,
    removed: diff.removed + refusedChanges,
    refused: written.refused.size,
  };
}
