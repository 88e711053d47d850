import type { FoundSchedules } from './readSchedules.js';
import type { ScheduleForms } from './scheduleForms.js';
import { joinNotes } from './scheduleNotes.js';

type NumberColumn = Float64Array | Int32Array | Uint8Array;

/** The columns of forms, and of rows, that hold codes of texts; what is below zero is none. */
const TEXTS_OF_FORMS = ['emailType', 'status', 'sendTime', 'skipReason', 'emailTemplate', 'smsTemplate'] as const;
const TEXTS_OF_ROWS = ['metadata', 'createdAt'] as const;

/** Values behind others: in their memory, where there is room behind them, else in memory of its kind. */
function append<Column extends NumberColumn>(values: Column, more: Column): Column {
  const { buffer, byteOffset, length, BYTES_PER_ELEMENT } = values;
  const create = values.constructor as new (buffer: ArrayBufferLike, byteOffset?: number, length?: number) => Column;
  const total = length + more.length;
  const hasRoom = byteOffset + total * BYTES_PER_ELEMENT <= buffer.byteLength;
  const memory = buffer.constructor as new (byteLength: number) => ArrayBufferLike;
  const joined = hasRoom ? new create(buffer, byteOffset, total) : new create(new memory(total * BYTES_PER_ELEMENT));
  if (!hasRoom) joined.set(values);
  joined.set(more, length);
  return joined;
}

function translate(codes: Int32Array, start: number, meaning: Int32Array): void {
  for (let i = start; i < codes.length; i++) if (codes[i] >= 0) codes[i] = meaning[codes[i]];
}

function appendEach<Columns extends Readonly<Record<string, NumberColumn>>>(columns: Columns, more: Columns): Columns {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, append(columns[name], more[name])])) as Columns;
}

/**
 * Puts the rows of two parts of `email_schedules` together, those of the left part first, as if one had read them; forms that both know
 * are there twice.
 *
 * @param left whose types and texts learn those of the other, and whose memory the rows go to where it has room
 */
export function joinSchedules(left: FoundSchedules, right: FoundSchedules): FoundSchedules {
  const { types, texts } = left;
  const typeOf = Int32Array.from(right.types.names, (name) => types.codeOf(name));
  const textOf = Int32Array.from(right.texts.texts, (text) => texts.codeOf(text));
  const formCount = left.forms.type.length;
  const rowCount = left.rows.id.length;
  const forms: ScheduleForms = appendEach(left.forms, right.forms);
  translate(forms.type, formCount, typeOf);
  for (const name of TEXTS_OF_FORMS) translate(forms[name], formCount, textOf);
  const rows: FoundSchedules['rows'] = appendEach(left.rows, right.rows);
  for (const name of TEXTS_OF_ROWS) translate(rows[name], rowCount, textOf);
  for (let row = rowCount; row < rows.form.length; row++) rows.form[row] += formCount;
  return { types, texts, rows, forms, notes: joinNotes(left.notes, right.notes) };
}
