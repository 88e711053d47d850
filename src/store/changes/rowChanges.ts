import type { RunChanges } from './runChanges.js';

/** What a run did to `email_schedules`, in rows. */
export interface RowChanges {
  readonly kept: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Rows that a unique index refused. */
  readonly refused: number;
}

/** What was done to the rows; a refused row is neither added nor changed. @param written what came of writing the changes */
export function countRowChanges(
  changes: RunChanges,
  written: { readonly inserted: number; readonly refused: ReadonlySet<number> },
): RowChanges {
  let refusedChanges = 0;
  for (const place of written.refused) if (changes.rows.isReplacing(place)) refusedChanges++;
  const changed = changes.replaced - refusedChanges;
  return {
    kept: changes.kept,
    added: written.inserted - changed,
    changed,
    removed: changes.removed + refusedChanges,
    refused: written.refused.size,
  };
}
