import { expect, test } from 'vitest';
import { Capacity } from '../../src/rules/capacity.js';
import { resolveConfig } from '../../src/rules/config.js';
import { dailyLimits } from '../../src/rules/limits.js';
import { reportOverloaded } from '../../src/run/runReport.js';

test('the day that is most over its cap is told, also when it is not among the first', () => {
  const config = resolveConfig({ load_balancing: { daily_send_limit: 10 } });
  const capacity = new Capacity(config, dailyLimits(config, 1000));
  const days = Array.from({ length: 30 }, (_, i) => ({ day: 20_000 + i, planned: i === 25 ? 90 : 20, history: 5 }));
  const { count, first, worst } = reportOverloaded(days, capacity);
  expect([count, first.length, worst]).toEqual([
    30,
    10,
    { day: '2024-10-29', planned: 90, history: 5, load: 95, cap: 10 },
  ]);
  expect(reportOverloaded([], capacity)).toEqual({ count: 0, first: [], worst: null });
});
