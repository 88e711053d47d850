import type { Balance } from '../../balance/balance.js';
import { GrowingColumn } from '../../columns/growing.js';
import type { ScheduleRows } from '../../columns/scheduleRows.js';
import { isOwnedClass } from '../../columns/schedules.js';
import type { Plan } from '../../plan/plan.js';
import { becomesRow, rowClassOf } from '../../plan/reasons.js';
import { RowWriter } from '../../plan/rows.js';

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

/**
 * Compares candidates with owned rows that were found. The row of a candidate is made only when an owned row is of the same
 * type and day, which for an unchanged plan is once a candidate, and for a new one never.
 */
class RowComparer {
  private readonly plan: Plan;
  private readonly writer: RowWriter;
  /** The text code of every planned type, in the case in which a run writes it. */
  private readonly typeTexts: Int32Array;
  private candidate = -1;

  constructor(plan: Plan) {
    const { planned, texts } = plan.organization;
    this.plan = plan;
    this.writer = new RowWriter(plan, 1);
    this.typeTexts = Int32Array.from(planned.types, (type) => texts.codeOf(type.name));
  }

  /** Tells whether an owned row has the content of a candidate's row (Rules 11: such a row keeps its id). */
  hasContent(candidate: number, row: number): boolean {
    const { schedules } = this.plan.organization;
    const { views } = this.plan;
    const content = schedules.forms;
    const found = schedules.form[row];
    if (schedules.scheduledDay[row] !== views.candidateSend[candidate]) return false;
    if (content.emailType[found] !== this.typeTexts[views.candidateType[candidate]]) return false;
    if (schedules.isClean[row] === 0) return false;
    if (schedules.rowClass[row] !== rowClassOf(views.candidateReason[candidate])) return false;
    const rows = this.rowOf(candidate);
    return (
      content.status[found] === rows.status[0] &&
      schedules.plannedDay[row] === rows.plannedDay[0] &&
      content.skipReason[found] === rows.skipReason[0] &&
      content.sendTime[found] === rows.sendTime[0] &&
      content.storedPriority[found] === rows.priority[0] &&
      isSameNumber(schedules.instanceId[row], rows.instanceId[0]) &&
      content.emailTemplate[found] === rows.emailTemplate[0] &&
      content.smsTemplate[found] === rows.smsTemplate[0] &&
      schedules.eventYear[row] === rows.eventYear[0] &&
      schedules.eventMonth[row] === rows.eventMonth[0] &&
      schedules.eventDay[row] === rows.eventDay[0] &&
      schedules.metadata[row] === rows.metadata[0]
    );
  }

  /** Tells whether an owned row is of the same email, so that what is planned takes its place. */
  isSameEmail(candidate: number, row: number): boolean {
    const { schedules } = this.plan.organization;
    return (
      schedules.type[row] === this.plan.views.candidateType[candidate] &&
      schedules.eventYear[row] === this.rowOf(candidate).eventYear[0]
    );
  }

  /** The row of a candidate, alone in a batch. */
  private rowOf(candidate: number): ScheduleRows {
    if (this.candidate !== candidate) {
      this.candidate = candidate;
      this.writer.clear();
      this.writer.add(candidate);
    }
    return this.writer.rows;
  }
}

/** Compares numbers of which NaN is NULL. */
function isSameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/**
 * Compares a plan with the owned rows that were found, contact by contact (Rules 11): a row whose content did not change is
 * kept as it is, one of the same type and event year is replaced under its id, the other owned rows go.
 */
export function diffSchedules(plan: Plan): ScheduleDiff {
  const { views, organization } = plan;
  const { schedules, contacts } = organization;
  const { candidateFirst, candidateReason } = views;
  const action = new Uint8Array(plan.count);
  const replacedRow = new Uint32Array(plan.count);
  // Rows that are not owned are nobody's to take.
  const isTaken = new Uint8Array(schedules.count);
  for (let row = 0; row < schedules.count; row++) isTaken[row] = isOwnedClass(schedules.rowClass[row]) ? 0 : 1;
  const deleted = new GrowingColumn(Float64Array);
  const counts = { kept: 0, inserted: 0, replaced: 0 };
  const comparer = new RowComparer(plan);

  for (let contact = 0; contact < contacts.count; contact++) {
    const firstRow = schedules.first[contact];
    const endRow = schedules.first[contact + 1];
    const first = candidateFirst[contact];
    const end = candidateFirst[contact + 1];
    let added = 0;
    for (let candidate = first; candidate < end; candidate++) {
      if (!becomesRow(candidateReason[candidate])) continue;
      action[candidate] = ROW_ACTION.insert;
      added++;
      for (let row = firstRow; row < endRow; row++) {
        if (isTaken[row] === 1 || !comparer.hasContent(candidate, row)) continue;
        isTaken[row] = 1;
        action[candidate] = ROW_ACTION.keep;
        added--;
        counts.kept++;
        break;
      }
    }
    counts.inserted += added;
    if (firstRow === endRow || added === 0) continue;
    for (let candidate = first; candidate < end; candidate++) {
      if (action[candidate] !== ROW_ACTION.insert) continue;
      for (let row = firstRow; row < endRow; row++) {
        if (isTaken[row] === 1 || !comparer.isSameEmail(candidate, row)) continue;
        isTaken[row] = 1;
        action[candidate] = ROW_ACTION.replace;
        replacedRow[candidate] = row;
        deleted.push(schedules.id[row]);
        counts.inserted--;
        counts.replaced++;
        break;
      }
    }
  }
  const removed = new GrowingColumn(Uint32Array);
  for (let row = 0; row < schedules.count; row++) {
    if (isTaken[row] === 1) continue;
    removed.push(row);
    deleted.push(schedules.id[row]);
  }
  const removedRows = removed.values();
  return { action, replacedRow, deletedIds: deleted.values(), ...counts, removed: removed.length, removedRows };
}

/** Tells whether a candidate's row is written, as a new one or in the place of another. */
export function isWritten(diff: ScheduleDiff, candidate: number): boolean {
  return diff.action[candidate] >= ROW_ACTION.insert;
}

/**
 * Gives the row at a place of a batch the id and `created_at` of the owned row it takes the place of, if it does (Rules 11).
 *
 * @param rows the batch that holds the candidate's row
 */
export function keepIdentity(
  rows: ScheduleRows,
  place: number,
  plan: Plan,
  diff: ScheduleDiff,
  candidate: number,
): void {
  if (diff.action[candidate] !== ROW_ACTION.replace) return;
  const { schedules } = plan.organization;
  const row = diff.replacedRow[candidate];
  rows.id[place] = schedules.id[row];
  rows.createdAt[place] = schedules.createdAt[row];
}

/**
 * The rows a diff adds, in batches that share their buffers (Rules 11): a batch is good until the next one is taken.
 *
 * @param batchRows the largest number of rows in a batch
 * @returns writers whose `rows` are the batch and whose `candidates` tell where each row comes from
 */
export function* rowsToWrite(plan: Plan, diff: ScheduleDiff, batchRows: number): Generator<RowWriter> {
  const writer = new RowWriter(plan, batchRows);
  for (let candidate = 0; candidate < plan.count; candidate++) {
    if (!isWritten(diff, candidate)) continue;
    keepIdentity(writer.rows, writer.add(candidate), plan, diff, candidate);
    if (!writer.isFull) continue;
    yield writer;
    writer.clear();
  }
  if (writer.rows.count > 0) yield writer;
}
