import { formatIsoDay } from '../calendar/iso.js';
import { contactOfRow } from '../columns/contactOfRow.js';
import { type ComparedColumn, comparedColumns, differingColumns } from '../columns/differingColumns.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { NOT_PLAIN } from '../columns/rowCursor.js';
import { type RowColumn, type RowColumnType, type RowTable, type RowValues, rowTable } from '../columns/rowTable.js';
import { NULL_TEXT, type TextDictionary } from '../columns/texts.js';
import type { Plan } from '../plan/plan.js';
import { RowWriter } from '../plan/rows.js';
import type { PlannedRun } from '../store/changes/diffSchedules.js';
import { CauseFinder, type ChangeCause } from './causes.js';
import { type Change, visitChanges } from './visitChanges.js';

/** A value of `email_schedules` as JSON has it. */
export type CellValue = string | number | null;

/** A row that a run adds, changes or removes. */
export interface ChangedRow {
  readonly change: Change;
  /** What moved it. */
  readonly cause: ChangeCause;
  /** The id of the row that is there; null for one that is added. */
  readonly row_id: number | null;
  /** Null for a row that is removed because no contact has its contact_id. */
  readonly contact_id: number | null;
  readonly email_type: string | null;
  /** The day of the row as it will be; of one that is removed, as it is. */
  readonly scheduled_send_date: string | null;
  /** By column what is there; all columns of a row that is removed, those that differ of one that is changed. */
  readonly before: Readonly<Record<string, CellValue>>;
  /** By column what will be there; all columns of a row that is added, those that differ of one that is changed. */
  readonly after: Readonly<Record<string, CellValue>>;
}

const BATCH_ROWS = 16_384;

/** A value of a column as JSON has it; what is in an odd form is null. */
function cellValue(type: RowColumnType, value: number, texts: readonly string[]): CellValue {
  if (value === NOT_PLAIN) return null;
  if (type === 'word' || type === 'text') return value === NULL_TEXT ? null : texts[value];
  if (value === NULL_INT32 || Number.isNaN(value)) return null;
  return type === 'day' ? formatIsoDay(value) : value;
}

/** The names of columns, by their bits. */
function namesOf(columns: readonly ComparedColumn[], bits: number): string[] {
  return columns.filter((_, i) => bits & (1 << i)).map(({ name }) => name);
}

/** Reads the rows that a run changes, as they are and as they will be (Rules 11). */
export class ChangeReader {
  readonly columns: readonly ComparedColumn[];
  /** What moved a row; its bits are those of `differing`. */
  readonly causes: CauseFinder;
  readonly #plan: Plan;
  readonly #writer: RowWriter;
  readonly #texts: TextDictionary;

  constructor({ plan, lastConfig }: Pick<PlannedRun, 'plan' | 'lastConfig'>) {
    this.#plan = plan;
    this.columns = comparedColumns(plan.organization);
    const columnNames = this.columns.map(({ name }) => name);
    this.causes = new CauseFinder({ plan, lastConfig }, columnNames);
    this.#writer = new RowWriter(plan, 1);
    this.#texts = plan.organization.texts;
  }

  /** The columns in which a planned row differs from the one whose place it takes, a bit for each of `columns`. */
  differing(candidate: number, foundRow: number): number {
    this.#write(candidate);
    return differingColumns(this.columns, foundRow, this.#writer.rows, 0);
  }

  /** A column's value in the row of a candidate. */
  planned(candidate: number, column: ComparedColumn): CellValue {
    this.#write(candidate);
    return cellValue(column.type, column.take(this.#writer.rows)[0], this.#texts.texts);
  }

  /** A column's value in a row that is there. */
  found(foundRow: number, column: ComparedColumn): CellValue {
    return cellValue(column.type, column.found(foundRow), this.#texts.texts);
  }

  /** A planned row that is written. @param foundRow -1 for a row that is added */
  plannedRow(candidate: number, foundRow: number): ChangedRow {
    const { contacts, planned, schedules } = this.#plan.organization;
    const { candidateContact, candidateType, candidateSend } = this.#plan.views;
    const isAdded = foundRow < 0;
    const bits = isAdded ? 0 : this.differing(candidate, foundRow);
    const names = isAdded ? null : namesOf(this.columns, bits);
    const columns = this.columns.filter(({ name }) => names === null || names.includes(name));
    return {
      change: isAdded ? 'add' : 'change',
      cause: this.causes.ofPlanned(candidate, foundRow, bits),
      row_id: isAdded ? null : idOf(schedules.id[foundRow]),
      contact_id: contacts.id[candidateContact[candidate]],
      email_type: planned.types[candidateType[candidate]].name,
      scheduled_send_date: formatIsoDay(candidateSend[candidate]),
      before: isAdded ? {} : entries(columns, (column) => this.found(foundRow, column)),
      after: entries(columns, (column) => this.planned(candidate, column)),
    };
  }

  /** An owned row that goes. */
  removedRow(foundRow: number): ChangedRow {
    const { schedules, emailTypes } = this.#plan.organization;
    const day = schedules.scheduledDay[foundRow];
    return {
      change: 'remove',
      cause: this.causes.ofRemoved(foundRow),
      row_id: idOf(schedules.id[foundRow]),
      contact_id: this.contactIdOf(foundRow),
      email_type: emailTypes.names[schedules.type[foundRow]],
      scheduled_send_date: day === NULL_INT32 ? null : formatIsoDay(day),
      before: entries(this.columns, (column) => this.found(foundRow, column)),
      after: {},
    };
  }

  /** The id of a found row's contact, null when it cannot be planned. */
  contactIdOf(foundRow: number): number | null {
    const contact = contactOfRow(this.#plan.organization, foundRow);
    return contact < 0 ? null : this.#plan.organization.contacts.id[contact];
  }

  /** The values of a candidate's row, in the order of `columns`, as `RowValues` have them. */
  fillPlanned(candidate: number, values: readonly RowValues[], place: number): void {
    this.#write(candidate);
    this.columns.forEach((column, i) => {
      values[i][place] = column.take(this.#writer.rows)[0];
    });
  }

  /** The values of a row that is there; those in an odd form are missing. */
  fillFound(foundRow: number, values: readonly RowValues[], place: number): void {
    this.columns.forEach((column, i) => {
      const value = column.found(foundRow);
      values[i][place] = value === NOT_PLAIN ? missingOf(column.type) : value;
    });
  }

  #write(candidate: number): void {
    if (this.#writer.rows.count === 1 && this.#writer.candidates[0] === candidate) return;
    this.#writer.clear();
    this.#writer.add(candidate);
  }
}

function idOf(id: number): number | null {
  return Number.isFinite(id) ? id : null;
}

function entries(
  columns: readonly ComparedColumn[],
  cellOf: (column: ComparedColumn) => CellValue,
): Readonly<Record<string, CellValue>> {
  return Object.fromEntries(columns.map((column) => [column.name, cellOf(column)]));
}

function missingOf(type: RowColumnType): number {
  if (type === 'id') return Number.NaN;
  return type === 'word' || type === 'text' ? NULL_TEXT : NULL_INT32;
}

/** A batch of changed rows: the keys of the change, then the compared columns, then what is different. */
interface ChangeBatch {
  count: number;
  readonly texts: readonly string[];
  readonly change: Int32Array;
  readonly cause: Int32Array;
  readonly rowId: Float64Array;
  readonly contactId: Float64Array;
  readonly values: readonly RowValues[];
  readonly changed: Int32Array;
  readonly before: Int32Array;
}

/**
 * The rows that a run changes (Rules 11), for files: the columns change, cause, row_id and contact_id, then those of
 * `email_schedules` as they will be, of removed rows as they are, then changed_columns and before, a JSON object of the earlier
 * values of a changed row.
 */
export function changedRows(run: PlannedRun): RowTable {
  const reader = new ChangeReader(run);
  const columns: readonly RowColumn<ChangeBatch>[] = [
    { name: 'change', type: 'word', take: (batch) => batch.change },
    { name: 'cause', type: 'word', take: (batch) => batch.cause },
    { name: 'row_id', type: 'id', take: (batch) => batch.rowId },
    { name: 'contact_id', type: 'id', take: (batch) => batch.contactId },
    ...reader.columns.map(({ name, type }, i) => ({ name, type, take: (batch: ChangeBatch) => batch.values[i] })),
    { name: 'changed_columns', type: 'word', take: (batch) => batch.changed },
    { name: 'before', type: 'text', take: (batch) => batch.before },
  ];
  return rowTable(columns, () => changeBatches(run, reader));
}

/** The changes of a run, two numbers each: the candidate or -1, the found row or -1. */
function listChanges(run: PlannedRun): Int32Array {
  const { inserted, replaced, removed } = run.diff;
  const changes = new Int32Array(2 * (inserted + replaced + removed));
  let end = 0;
  const add = (candidate: number, foundRow: number) => {
    changes[end++] = candidate;
    changes[end++] = foundRow;
  };
  visitChanges(run, { planned: add, removed: (foundRow) => add(-1, foundRow) });
  return changes.subarray(0, end);
}

function* changeBatches(run: PlannedRun, reader: ChangeReader): Generator<ChangeBatch> {
  const { contacts, schedules, texts } = run.plan.organization;
  const changeCodes = { add: texts.codeOf('add'), change: texts.codeOf('change'), remove: texts.codeOf('remove') };
  const batch: ChangeBatch = {
    count: 0,
    texts: texts.texts,
    change: new Int32Array(BATCH_ROWS),
    cause: new Int32Array(BATCH_ROWS),
    rowId: new Float64Array(BATCH_ROWS),
    contactId: new Float64Array(BATCH_ROWS),
    values: reader.columns.map(({ type }) => new (type === 'id' ? Float64Array : Int32Array)(BATCH_ROWS)),
    changed: new Int32Array(BATCH_ROWS),
    before: new Int32Array(BATCH_ROWS),
  };
  const changes = listChanges(run);
  for (let i = 0; i < changes.length; i += 2) {
    const [candidate, foundRow] = [changes[i], changes[i + 1]];
    const place = batch.count++;
    batch.rowId[place] = foundRow < 0 ? Number.NaN : schedules.id[foundRow];
    batch.changed[place] = NULL_TEXT;
    batch.before[place] = NULL_TEXT;
    if (candidate < 0) {
      batch.change[place] = changeCodes.remove;
      batch.cause[place] = texts.codeOf(reader.causes.ofRemoved(foundRow));
      batch.contactId[place] = reader.contactIdOf(foundRow) ?? Number.NaN;
      reader.fillFound(foundRow, batch.values, place);
    } else {
      batch.change[place] = foundRow < 0 ? changeCodes.add : changeCodes.change;
      batch.contactId[place] = contacts.id[run.plan.views.candidateContact[candidate]];
      reader.fillPlanned(candidate, batch.values, place);
      let cause: ChangeCause = 'new';
      if (foundRow >= 0) {
        const { before, cause: found } = reader.plannedRow(candidate, foundRow);
        batch.changed[place] = texts.codeOf(Object.keys(before).join(','));
        batch.before[place] = texts.codeOf(JSON.stringify(before));
        cause = found;
      }
      batch.cause[place] = texts.codeOf(cause);
    }
    if (batch.count < BATCH_ROWS) continue;
    yield batch;
    batch.count = 0;
  }
  if (batch.count > 0) yield batch;
}
