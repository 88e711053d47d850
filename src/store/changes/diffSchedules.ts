import type { Balance } from '../../balance/balance.js';
import { GrowingColumn } from '../../columns/growing.js';
import { isOwnedClass } from '../../columns/schedules.js';
import { type Plan, plannedDays } from '../../plan/plan.js';
import { becomesRow } from '../../plan/reasons.js';
import { RowComparer } from './rowComparer.js';

/** What becomes of a candidate's row: nothing to write, a new row, or one in the place of an owned row that changed. */
export const ROW_ACTION = { none: 0, keep: 1, insert: 2, replace: 3 } as const;

/** What a run changes in `email_schedules` (Rules 11). */
export interface ScheduleDiff {
  /** The `ROW_ACTION` of every candidate. */
  readonly action: Uint8Array;
  /** For a candidate that replaces an owned row, that row's place among the schedules; 0 otherwise. */
  readonly replacedRow: Uint32Array;
  /** The ids of owned rows that go: the removed and the replaced ones. */
  readonly deletedIds: Float64Array;
  readonly kept: number;
  readonly inserted: number;
  readonly replaced: number;
  /** How many owned rows are no longer planned. */
  readonly removed: number;
  /** Their places among the schedules. */
  readonly removedRows: Uint32Array;
  /** By row of the schedules: 1 where it stays as it is, kept or not owned. */
  readonly staysAsIs: Uint8Array;
}

/** What a run planned and changes, for whoever takes rows out of it. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly balance: Balance;
  readonly diff: ScheduleDiff;
  /** The candidates whose rows a unique index refuses. */
  readonly refused: ReadonlySet<number>;
  /** The configuration of the run before, as the JSON text it was kept as; null when none is known, and when this run is not a dry one. */
  readonly lastConfig: string | null;
}

/** Tells whether a candidate's row is written, as a new one or in the place of another. */
export function isWritten(diff: ScheduleDiff, candidate: number): boolean {
  return diff.action[candidate] >= ROW_ACTION.insert;
}

/** The candidates of the rows that a diff writes at some places. */
export function candidatesAt(diff: ScheduleDiff, places: ReadonlySet<number>): Set<number> {
  const candidates = new Set<number>();
  if (places.size === 0) return candidates;
  let place = 0;
  for (let candidate = 0; candidate < diff.action.length; candidate++) {
    if (isWritten(diff, candidate) && places.has(place++)) candidates.add(candidate);
  }
  return candidates;
}

/** Which owned rows were found for candidates, as the comparison goes on. */
interface Comparison {
  readonly plan: Plan;
  readonly comparer: RowComparer;
  readonly action: Uint8Array;
  /** By row; rows that are not owned are nobody's to take. */
  readonly isTaken: Uint8Array;
}

// Loops over all rows have functions of their own, here as elsewhere: the engine compiles small ones sooner.

/** Has owned rows be taken. @returns how many there are */
function offerOwned(rowClass: Uint8Array, isTaken: Uint8Array): number {
  let owned = 0;
  for (let row = 0; row < isTaken.length; row++) {
    const isOwned = isOwnedClass(rowClass[row]) ? 1 : 0;
    owned += isOwned;
    isTaken[row] = 1 - isOwned;
  }
  return owned;
}

/** Has all candidates that become rows be inserted. @returns how many do */
function insertAll(candidateReason: Uint8Array, action: Uint8Array): number {
  let written = 0;
  for (let candidate = 0; candidate < action.length; candidate++) {
    if (!becomesRow(candidateReason[candidate])) continue;
    action[candidate] = ROW_ACTION.insert;
    written++;
  }
  return written;
}

/** Finds the candidates whose rows are there as they are. @returns how many are kept */
function keepRows(comparison: Comparison): number {
  const { plan, comparer, action, isTaken } = comparison;
  const { first, plannedDay, scheduledDay } = plan.organization.schedules;
  const { candidateFirst, candidateSend } = plan.views;
  const plannedDayOf = plannedDays(plan);
  const contactCount = plan.organization.contacts.count;
  const followups = new GrowingColumn(Uint32Array);
  let kept = 0;
  for (let contact = 0; contact < contactCount; contact++) {
    const endRow = first[contact + 1];
    let startRow = first[contact];
    for (let candidate = candidateFirst[contact]; candidate < candidateFirst[contact + 1]; candidate++) {
      while (startRow < endRow && isTaken[startRow] === 1) startRow++;
      if (startRow === endRow) break;
      if (action[candidate] === ROW_ACTION.none) continue;
      if (comparer.isFollowup(candidate)) {
        followups.push(candidate);
        continue;
      }
      const sendDay = candidateSend[candidate];
      const planned = plannedDayOf(candidate);
      for (let row = startRow; row < endRow; row++) {
        if (scheduledDay[row] !== sendDay || plannedDay[row] !== planned || isTaken[row] === 1) continue;
        if (!comparer.hasEvent(candidate, contact, row)) continue;
        isTaken[row] = 1;
        action[candidate] = ROW_ACTION.keep;
        kept++;
        break;
      }
    }
  }
  return kept + keepFollowups(comparison, followups.values());
}

/** `keepRows` of follow-ups, whose rows are no others'. */
function keepFollowups({ plan, comparer, action, isTaken }: Comparison, candidates: Uint32Array): number {
  const { first, plannedDay, scheduledDay } = plan.organization.schedules;
  const { candidateContact, candidateSend } = plan.views;
  const plannedDayOf = plannedDays(plan);
  let kept = 0;
  for (const candidate of candidates) {
    const contact = candidateContact[candidate];
    for (let row = first[contact]; row < first[contact + 1]; row++) {
      if (isTaken[row] === 1 || scheduledDay[row] !== candidateSend[candidate]) continue;
      if (plannedDay[row] !== plannedDayOf(candidate) || !comparer.hasFollowup(candidate, contact, row)) continue;
      isTaken[row] = 1;
      action[candidate] = ROW_ACTION.keep;
      kept++;
      break;
    }
  }
  return kept;
}

/** Has candidates that are to be inserted take the places of owned rows of the same email. @returns how many do */
function replaceRows(
  { plan, comparer, action, isTaken }: Comparison,
  replacedRow: Uint32Array,
  deleted: GrowingColumn<Float64Array>,
): number {
  const { first, id } = plan.organization.schedules;
  const { candidateContact } = plan.views;
  let replaced = 0;
  // The engine's own search, for they are few among millions.
  const next = (from: number) => action.indexOf(ROW_ACTION.insert, from);
  for (let candidate = next(0); candidate >= 0; candidate = next(candidate + 1)) {
    const endRow = first[candidateContact[candidate] + 1];
    for (let row = first[candidateContact[candidate]]; row < endRow; row++) {
      if (isTaken[row] === 1 || !comparer.isSameEmail(candidate, row)) continue;
      isTaken[row] = 1;
      action[candidate] = ROW_ACTION.replace;
      replacedRow[candidate] = row;
      deleted.push(id[row]);
      replaced++;
      break;
    }
  }
  return replaced;
}

/**
 * Compares a plan with the owned rows that were found, contact by contact (Rules 11): a row whose content did not change is
 * kept as it is, one of the same type and event year is replaced under its id, the other owned rows go.
 */
export function diffSchedules(plan: Plan): ScheduleDiff {
  const { schedules } = plan.organization;
  const { candidateReason } = plan.views;
  const action = new Uint8Array(plan.count);
  const replacedRow = new Uint32Array(plan.count);
  const isTaken = new Uint8Array(schedules.count);
  const { rowClass, id } = schedules;
  const owned = offerOwned(rowClass, isTaken);
  const comparison = { plan, comparer: new RowComparer(plan), action, isTaken };
  const deleted = new GrowingColumn(Float64Array);
  const written = insertAll(candidateReason, action);
  const kept = owned > 0 ? keepRows(comparison) : 0;
  const isKept = isTaken.slice();
  const replaced = owned > kept ? replaceRows(comparison, replacedRow, deleted) : 0;
  const removed = new GrowingColumn(Uint32Array);
  for (let row = isTaken.indexOf(0); row >= 0; row = isTaken.indexOf(0, row + 1)) {
    removed.push(row);
    deleted.push(id[row]);
  }
  return {
    action,
    replacedRow,
    deletedIds: deleted.values(),
    kept,
    inserted: written - kept - replaced,
    replaced,
    removed: removed.length,
    removedRows: removed.values(),
    staysAsIs: isKept,
  };
}
