import holidays from '@18f/us-federal-holidays';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayFromCivil, END_DAY, FIRST_DAY } from '../../src/calendar/day.js';
import { federalHolidays, isFederalHoliday } from '../../src/calendar/federalHolidays.js';
import { formatIsoDay, parseIsoDay } from '../../src/calendar/iso.js';
import { type CalendarSettings, OpenDays } from '../../src/calendar/openDays.js';
import { WEEKDAYS, weekdayOf } from '../../src/calendar/weekdays.js';
import { Capacity } from '../../src/rules/capacity.js';
import { type ConfigInput, resolveConfig } from '../../src/rules/config.js';
import { dailyLimits } from '../../src/rules/limits.js';

const ALL_DAYS: CalendarSettings = { weekdays: WEEKDAYS, us_federal_holidays: false, closed: [] };

const dayOf = (iso: string) => Number(parseIsoDay(iso));

/** The weekday of a day by the host's own calendar. */
const hostWeekday = (day: number) => (new Date(day * 86_400_000).getUTCDay() + 6) % 7;

const anyDay = fc.integer({ min: FIRST_DAY, max: END_DAY - 1 });

describe('federal holidays (Rules 3, open days)', () => {
  it('are those of the table of another library, as observed', () => {
    // Before 2021 the library knows no 19 June, and before 1972 other dates.
    for (let year = 2021; year <= 2199; year++) {
      const options = { shiftSaturdayHolidays: true, shiftSundayHolidays: true };
      const theirs = holidays.allForYear(year, options).map(({ date }: { date: Date }) => date.getTime() / 86_400_000);
      expect([year, federalHolidays(year)]).toEqual([year, theirs.sort((a: number, b: number) => a - b)]);
    }
  });

  it('are told day by day, those of next January included', () => {
    const closed = ['2027-12-24', '2027-12-31', '2028-01-17', '2026-07-03', '2021-12-31', '2023-01-02', '2023-11-10'];
    for (const iso of closed) expect([iso, isFederalHoliday(dayOf(iso))]).toEqual([iso, true]);
    const open = ['2027-12-25', '2028-01-01', '2026-07-04', '2023-01-01', '2024-12-31', '2025-11-10', '2025-11-28'];
    for (const iso of open) expect([iso, isFederalHoliday(dayOf(iso))]).toEqual([iso, false]);
  });

  it('are eleven a year, each on a weekday from Monday to Friday', () => {
    for (let year = 1900; year < 2200; year++) {
      const days = federalHolidays(year);
      expect(new Set(days).size).toBe(11);
      expect(days.every((day) => weekdayOf(day) < 5)).toBe(true);
    }
  });
});

describe('open days (Rules 3)', () => {
  it('knows the weekday of every day', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(weekdayOf(day)).toBe(hostWeekday(day));
      }),
    );
  });

  it('are all days unless something is closed', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(new OpenDays(ALL_DAYS).isOpen(day)).toBe(true);
      }),
    );
  });

  it('leave out what is closed, and say by what', () => {
    const open = new OpenDays({
      weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'],
      us_federal_holidays: true,
      closed: ['12-24', '2026-03-02', '02-29'],
    });
    const by = (iso: string) => open.closedBy(dayOf(iso));
    expect(by('2026-03-02')).toBe('closed');
    expect(by('2027-03-02')).toBe(null);
    expect(by('2024-12-24')).toBe('closed');
    expect(by('2027-12-24')).toBe('federal_holiday');
    expect(by('2026-12-26')).toBe('weekday');
    expect(by('2024-02-29')).toBe('closed');
    expect(by('2023-02-28')).toBe(null);
    expect(by('2023-03-01')).toBe(null);
    expect(by('2024-02-28')).toBe(null);
  });

  it('are told without regard to what was asked before', () => {
    const settings = fc.record({
      weekdays: fc.subarray([...WEEKDAYS], { minLength: 1 }),
      us_federal_holidays: fc.boolean(),
      closed: fc.array(anyDay.map(formatIsoDay), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(settings, fc.array(anyDay), (calendar, days) => {
        const open = new OpenDays(calendar);
        const first = days.map((day) => open.isOpen(day));
        expect(days.map((day) => new OpenDays(calendar).isOpen(day))).toEqual(first);
        expect(days.map((day) => open.isOpen(day))).toEqual(first);
        expect(first).toEqual(
          days.map(
            (day) =>
              calendar.weekdays.includes(WEEKDAYS[hostWeekday(day)]) &&
              !calendar.closed.includes(formatIsoDay(day)) &&
              !(calendar.us_federal_holidays && isFederalHoliday(day)),
          ),
        );
      }),
    );
  });
});

describe('caps (Rules 9)', () => {
  const capacity = (contacts: number, input: ConfigInput) => {
    const config = resolveConfig(input);
    return new Capacity(config, dailyLimits(config, contacts));
  };
  const balancing = { daily_send_percentage_cap: 0.2, overage_threshold: 1.5 };

  it('are a share of the contacts, at most the limit', () => {
    const of = (contacts: number, daily_send_limit: number | null) => {
      const all = capacity(contacts, { load_balancing: { ...balancing, daily_send_limit } });
      return [all.capOn(20_000), all.thresholdOn(20_000)];
    };
    expect(of(30, null)).toEqual([6, 9]);
    expect(of(30, 7)).toEqual([6, 7]);
    expect(of(30, 5)).toEqual([5, 5]);
    expect(of(0, null)).toEqual([1, 1]);
    expect(of(0, 3)).toEqual([1, 1]);
  });

  it('follow the ramp from one open day to the next', () => {
    const ramp = { start: '2025-07-01', first: 2, growth: 0.5 };
    const all = capacity(60, {
      load_balancing: { ...balancing, ramp },
      calendar: { weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'], closed: ['07-04'] },
    });
    const start = dayFromCivil(2025, 6, 30);
    const days = Array.from({ length: 13 }, (_, i) => start + i);
    expect(days.map((day) => all.capOn(day))).toEqual([12, 2, 3, 4, 0, 0, 0, 6, 9, 12, 12, 12, 0]);
    expect(days.map((day) => all.thresholdOn(day))).toEqual([18, 2, 3, 4, 0, 0, 0, 6, 9, 13, 18, 18, 0]);
    // Asked backwards it is the same.
    const again = capacity(60, {
      load_balancing: { ...balancing, ramp },
      calendar: { weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'], closed: ['07-04'] },
    });
    expect(days.map((_, i) => again.capOn(start + 12 - i)).reverse()).toEqual(days.map((day) => all.capOn(day)));
  });

  it('begin with the first of the ramp on the first open day, and grow by one at least', () => {
    const all = capacity(1000, {
      load_balancing: { ramp: { start: '2025-07-05', first: 1, growth: 0.001 } },
      calendar: { weekdays: ['mon'] },
    });
    const monday = dayFromCivil(2025, 7, 7);
    expect([0, 7, 14, 21].map((days) => all.capOn(monday + days))).toEqual([1, 2, 3, 4]);
    expect(all.capOn(monday - 7)).toBe(200);
  });
});
