import { expect, test } from 'vitest';
import { civilFromDay, END_DAY, FIRST_DAY } from '../../src/calendar/day.js';
import { monthDay, monthDayTable } from '../../src/plan/fillLanes.js';

test('the table of month-days has that of every day the rules know', () => {
  const table = monthDayTable();
  expect(table).toHaveLength(END_DAY - FIRST_DAY);
  const wrong = Array.from(table.keys()).filter((i) => {
    const { month, day } = civilFromDay(FIRST_DAY + i);
    return table[i] !== monthDay(month, day);
  });
  expect(wrong).toEqual([]);
});
