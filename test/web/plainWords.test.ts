import { describe, expect, test } from 'vitest';
import { FOLLOWUP_TYPES } from '../../src/rules/emailTypes.js';
import { SKIP_REASONS } from '../../src/rules/reasons.js';
import { plainReason, plainType } from '../../src/web/page/plainWords.js';
import type { RunResult } from '../../src/web/protocol/protocol.js';
import { reasonFinding, volumeFinding } from '../../src/web/views/findings.js';

describe('codes in plain words', () => {
  test('every reason of the rules has some, and what is unknown stays', () => {
    for (const reason of Object.values(SKIP_REASONS)) expect(plainReason(reason)).not.toMatch(/[_:]/);
    expect(plainReason('exclusion:birthday_window:CA')).toBe('CA forbids days around the birthday');
    expect(plainReason('exclusion:year_round:NY')).toBe('NY forbids every day of the year');
    expect(plainReason('conflict:campaign:7')).toBe('campaign 7 goes out on that day');
    expect(plainReason('suppressed:bounced')).toBe('emails to the contact bounce');
    expect(plainReason('suppressed:<b>')).toBe('the contact is not to be written to: <b>');
    expect(plainReason('something else')).toBe('something else');
  });

  test('every type has a name, and no two follow-ups have the same', () => {
    expect(plainType('effective_date')).toBe('Policy email');
    expect(plainType('aep_2')).toBe('Enrollment email 2');
    expect(plainType('campaign_<i>_1')).toBe('Campaign <i>_1');
    const names = FOLLOWUP_TYPES.map(plainType);
    expect(new Set(names).size).toBe(FOLLOWUP_TYPES.length);
    for (const name of names) expect(name).not.toContain('_');
  });
});

describe('findings', () => {
  const day = { day: '2025-09-22', planned: 1000, history: 540, load: 1540, cap: 1000 };
  const volume = {
    firstDay: 20_000,
    dayCount: 2,
    kinds: [],
    total: Uint32Array.of(3, 9),
    caps: Float64Array.of(10, 10),
  };

  test('tell the day that is over its cap, by how much and why, or the fullest one', () => {
    const over = {
      report: { overloaded_days: { count: 1, first: [day], worst: day } },
      volume,
    } as unknown as RunResult;
    expect(volumeFinding(over)).toBe('22 Sept 2025 is over its cap of 1,000 by 540: its emails have no other day left');
    const under = { report: { overloaded_days: { count: 0, first: [], worst: null } }, volume } as unknown as RunResult;
    expect(volumeFinding(under)).toMatch(/^The fullest day is .* with 9, 90 % of its cap$/);
  });

  test('tell the commonest reason in plain words', () => {
    const report = { skip_reasons: [{ reason: 'frequency_limit', rows: 3 }], rows: { skipped: 4 } };
    expect(reasonFinding({ report } as unknown as RunResult)).toBe(
      '75.0 % of those skipped are so because the contact has enough emails in that period',
    );
  });
});
