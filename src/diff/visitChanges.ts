import { isWritten, type PlannedRun, ROW_ACTION } from '../store/changes/diffSchedules.js';

/** What becomes of a row of `email_schedules`. */
export type Change = 'add' | 'change' | 'remove';

/** Is told of every row that a run adds, changes or removes. */
export interface ChangeVisitor {
  /** A planned row that is written. @param foundRow the place of the owned row it takes the place of, -1 for none */
  planned(candidate: number, foundRow: number): void;
  /** An owned row that goes, by its place. */
  removed(foundRow: number): void;
}

/** Goes through what a run changes (Rules 11), contact by contact; rows of contacts that cannot be planned come last. */
export function visitChanges({ plan, diff, refused }: PlannedRun, visitor: ChangeVisitor): void {
  const { schedules, contacts } = plan.organization;
  const { candidateFirst } = plan.views;
  let next = 0;
  const removeUntil = (endRow: number) => {
    for (; next < diff.removedRows.length && diff.removedRows[next] < endRow; next++)
      visitor.removed(diff.removedRows[next]);
  };
  for (let contact = 0; contact < contacts.count; contact++) {
    for (let i = candidateFirst[contact]; i < candidateFirst[contact + 1]; i++) {
      if (!isWritten(diff, i)) continue;
      const foundRow = diff.action[i] === ROW_ACTION.replace ? diff.replacedRow[i] : -1;
      if (!refused.has(i)) visitor.planned(i, foundRow);
      // The row whose place is not taken goes all the same.
      else if (foundRow >= 0) visitor.removed(foundRow);
    }
    removeUntil(schedules.first[contact + 1]);
  }
  removeUntil(schedules.count);
}
