import { NULL_INT32 } from '../columns/arrowTable.js';
import { ROW_CLASS } from '../columns/schedules.js';
import type { Plan } from '../plan/plan.js';
import { becomesRow } from '../plan/reasons.js';
import type { ScheduleRows } from '../columns/scheduleRows.js';
import { RowWriter } from '../plan/rows.js';

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
  /** Owned rows that are no longer planned. */
  readonly removed: number;
}

/** Tells whether an owned row that was found has the content of a planned row (Rules 11: such a row keeps its id). */
function hasContent(plan: Plan, foundRow: number, rows: ScheduleRows, place: number): boolean {
  const { content, contentIndex } = plan.organization.schedules;
  const found = contentIndex[foundRow];
  return (
    content.isClean[found] === 1 &&
    content.sendDay[found] === rows.sendDay[place] &&
    content.plannedDay[found] === rows.plannedDay[place] &&
    content.emailType[found] === rows.emailType[place] &&
    content.status[found] === rows.status[place] &&
    content.skipReason[found] === rows.skipReason[place] &&
    content.sendTime[found] === rows.sendTime[place] &&
    content.priority[found] === rows.priority[place] &&
    Object.is(content.instanceId[found], rows.instanceId[place]) &&
    content.emailTemplate[found] === rows.emailTemplate[place] &&
    content.smsTemplate[found] === rows.smsTemplate[place] &&
    isSameNumber(content.eventYear[found], rows.eventYear[place]) &&
    isSameNumber(content.eventMonth[found], rows.eventMonth[place]) &&
    isSameNumber(content.eventDay[found], rows.eventDay[place]) &&
    content.metadata[found] === rows.metadata[place]
  );
}

/** Compares a found number, NaN for NULL, with a planned one, `NULL_INT32` for NULL. */
function isSameNumber(found: number, planned: number): boolean {
  return planned === NULL_INT32 ? Number.isNaN(found) : found === planned;
}

/** Tells whether an owned row is of the same email, so that what is planned takes its place. */
function isSameEmail(plan: Plan, foundRow: number, candidate: number, rows: ScheduleRows, place: number): boolean {
  const { schedules } = plan.organization;
  return (
    schedules.type[foundRow] === plan.views.candidateType[candidate] &&
    schedules.eventYear[foundRow] === rows.eventYear[place]
  );
}

/**
 * Compares a plan with the owned rows that were found, contact by contact (Rules 11): a row whose content did not change is
 * kept as it is, one of the same type and event year is replaced under its id, the other owned rows go.
 */
export function diffSchedules(plan: Plan): ScheduleDiff {
  const { views, organization } = plan;
  const { schedules, contacts } = organization;
  const action = new Uint8Array(plan.count);
  const replacedRow = new Uint32Array(plan.count);
  const isTaken = new Uint8Array(schedules.count);
  const isOwned = (row: number) => schedules.rowClass[row] <= ROW_CLASS.skipped;
  const deleted: number[] = [];
  const counts = { kept: 0, inserted: 0, replaced: 0 };
  const writer = new RowWriter(plan, 1);

  for (let contact = 0; contact < contacts.count; contact++) {
    const firstRow = schedules.first[contact];
    const endRow = schedules.first[contact + 1];
    const first = views.candidateFirst[contact];
    const end = views.candidateFirst[contact + 1];
    for (let candidate = first; candidate < end; candidate++) {
      if (!becomesRow(views.candidateReason[candidate])) continue;
      action[candidate] = ROW_ACTION.insert;
      counts.inserted++;
      if (firstRow === endRow) continue;
      writer.clear();
      const place = writer.add(candidate);
      for (let row = firstRow; row < endRow; row++) {
        if (isTaken[row] || !isOwned(row) || !hasContent(plan, row, writer.rows, place)) continue;
        isTaken[row] = 1;
        action[candidate] = ROW_ACTION.keep;
        counts.inserted--;
        counts.kept++;
        break;
      }
    }
    if (firstRow === endRow) continue;
    for (let candidate = first; candidate < end; candidate++) {
      if (action[candidate] !== ROW_ACTION.insert) continue;
      writer.clear();
      const place = writer.add(candidate);
      for (let row = firstRow; row < endRow; row++) {
        if (isTaken[row] || !isOwned(row) || !isSameEmail(plan, row, candidate, writer.rows, place)) continue;
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
  for (let row = 0; row < schedules.count; row++) {
    if (!isTaken[row] && isOwned(row)) deleted.push(schedules.id[row]);
  }
  const deletedIds = Float64Array.from(deleted);
  return { action, replacedRow, deletedIds, ...counts, removed: deletedIds.length - counts.replaced };
}

/**
 * The rows a diff adds, in batches that share their buffers (Rules 11): a batch is good until the next one is taken.
 *
 * @param batchRows the largest number of rows in a batch
 * @returns writers whose `rows` are the batch and whose `candidates` tell where each row comes from
 */
export function* rowsToWrite(plan: Plan, diff: ScheduleDiff, batchRows: number): Generator<RowWriter> {
  const { schedules } = plan.organization;
  const writer = new RowWriter(plan, batchRows);
  for (let candidate = 0; candidate < plan.count; candidate++) {
    const action = diff.action[candidate];
    if (action !== ROW_ACTION.insert && action !== ROW_ACTION.replace) continue;
    const place = writer.add(candidate);
    if (action === ROW_ACTION.replace) {
      const row = diff.replacedRow[candidate];
      writer.rows.id[place] = schedules.id[row];
      writer.rows.createdAt[place] = schedules.content.createdAt[schedules.contentIndex[row]];
    }
    if (!writer.isFull) continue;
    yield writer;
    writer.clear();
  }
  if (writer.rows.count > 0) yield writer;
}
