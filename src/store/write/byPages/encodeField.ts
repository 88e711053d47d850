import { formatIsoDay } from '../../../calendar/iso.js';
import { NULL_INT32 } from '../../../columns/nulls.js';
import type { ScheduleRows } from '../../../columns/scheduleRows.js';
import { ENCODED_NULL, type EncodedValue, encodeInteger, encodeText } from '../../format/encodedValue.js';
import type { ColumnSource } from './scheduleLayout.js';

/**
 * The value of a column in a row of a batch, as a record of the table holds it.
 *
 * @param nowText `created_at` of rows that bring none
 */
export function encodeField(source: ColumnSource, rows: ScheduleRows, i: number, nowText: string): EncodedValue {
  switch (source.kind) {
    case 'rowid':
      return ENCODED_NULL;
    case 'constant':
      return source.value;
    case 'text': {
      const code = rows[source.field][i];
      if (code >= 0) return encodeText(rows.texts[code]);
      return source.field === 'createdAt' ? encodeText(nowText) : ENCODED_NULL;
    }
    case 'day':
      return rows[source.field][i] === NULL_INT32 ? ENCODED_NULL : encodeText(formatIsoDay(rows[source.field][i]));
    default: {
      const value = rows[source.field][i];
      return value === NULL_INT32 || Number.isNaN(value) ? ENCODED_NULL : encodeInteger(value);
    }
  }
}
