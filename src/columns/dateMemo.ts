import type { DateOrder } from '../rules/dates.js';
import { readDate } from '../rules/fields.js';
import { INVALID_DAY, MISSING_DAY } from './rowCursor.js';
import { TextMemo } from './textMemo.js';

/**
 * Remembers what texts are as dates (Rules 2, date): days since 1970-01-01, `MISSING_DAY` or `INVALID_DAY`. Dates in ISO form are
 * quicker read than remembered.
 *
 * @param order the configuration's `reading.dates`
 */
export function dateMemo(order: DateOrder): TextMemo {
  return new TextMemo((text) => {
    const { day, invalid } = readDate(text, order);
    return day ?? (invalid ? INVALID_DAY : MISSING_DAY);
  });
}
