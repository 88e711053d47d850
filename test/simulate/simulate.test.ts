import { beforeAll, describe, expect, test } from 'vitest';
import { SendplanError } from '../../src/errors.js';
import { type Simulation, simulate, simulateWhatIf } from '../../src/index.js';
import { Ledger, OUTCOME } from '../../src/simulate/ledger.js';
import { Sender } from '../../src/simulate/sender.js';
import { generatedImage } from '../helpers/generated.js';

const YEAR = { from: '2025-01-01', to: '2025-12-31' };
const TROUBLE = { skipWeekends: true, outageRate: 0.05, bounceRate: 0.02, failureRate: 0.03, seed: 20250613 };

/** One contact, whose only emails are those of a birthday on 20 March and, when wanted, their follow-ups. */
const BIRTHDAY = {
  contacts: [{ id: 1, email: 'a@example.com', state: 'TX', birth_date: '1960-03-20' }],
};
const BIRTHDAY_ONLY = { aep: [], followups: { enabled: false } };

describe('the year of 10,000 realistic contacts, with outages, weekends, bounces and failures', () => {
  let year: Simulation;
  beforeAll(async () => {
    year = await simulate(await generatedImage('realistic', 10_000, '2025-01-01', 1), { ...YEAR, ...TROUBLE });
  }, 60_000);

  test('loses and repeats nothing, and accounts for every email in one way', () => {
    const { accounts } = year;
    expect(accounts.lost).toEqual({ count: 0, first: [] });
    expect(accounts.repeated).toEqual({ count: 0, first: [] });
    const skipped = Object.values(accounts.skipped).reduce((sum, count) => sum + count, 0);
    const { sent, bounced, superseded, unsent, open } = accounts;
    expect(sent + bounced + skipped + superseded + unsent + open).toBe(accounts.expected);
    for (const count of [sent, bounced, skipped, superseded, unsent, open]) expect(count).toBeGreaterThan(50);
  });

  test('has volumes that add up by day, by kind and with the accounts', () => {
    expect(year.days).toHaveLength(365);
    const { total, by_kind, days, accounts } = year;
    expect(total.sent).toBe(accounts.sent);
    expect(total.bounced).toBe(accounts.bounced);
    for (const name of ['sent', 'bounced', 'failed', 'held', 'caught_up', 'skipped'] as const) {
      expect(Object.values(by_kind).reduce((sum, kind) => sum + kind[name], 0)).toBe(total[name]);
      expect(days.reduce((sum, day) => sum + day[name], 0)).toBe(total[name]);
    }
    for (const kind of Object.values(by_kind)) expect(kind.sent).toBeGreaterThan(1000);
    for (const day of days) {
      expect(Object.values(day.skip_reasons).reduce((sum, count) => sum + count, 0)).toBe(day.skipped);
      expect(day.is_over_threshold).toBe(day.load > year.limits.threshold);
    }
  });

  test('sends nothing on weekends and in outages, and catches up afterwards', () => {
    expect(year.days_held.weekend).toBe(104);
    expect(year.days_held.outage).toBeGreaterThan(5);
    for (const day of year.days) {
      const isWeekend = [0, 6].includes(new Date(`${day.day}T00:00:00Z`).getUTCDay());
      expect(day.held_by === 'weekend').toBe(isWeekend);
      if (day.held_by === null) expect(day.held).toBe(0);
      else expect(day.sent + day.bounced + day.failed).toBe(0);
    }
    expect(year.total.caught_up).toBeGreaterThan(10_000);
  });
});

describe('a simulation', () => {
  test('sends a birthday email once a year, fourteen days ahead', async () => {
    const { days, accounts } = await simulate(BIRTHDAY, {
      from: '2025-01-01',
      to: '2027-12-31',
      config: BIRTHDAY_ONLY,
    });
    expect(days.filter(({ sent }) => sent > 0).map(({ day }) => day)).toEqual([
      '2025-03-06',
      '2026-03-06',
      '2027-03-06',
    ]);
    expect(accounts).toMatchObject({ expected: 3, sent: 3, unsent: 0, open: 0 });
  });

  test('gives an email up when nothing goes out until its deadline, and says so', async () => {
    const options = { from: '2025-03-01', to: '2025-03-31', config: BIRTHDAY_ONLY, outageRate: 1 };
    const { accounts, total } = await simulate(BIRTHDAY, options);
    expect(accounts).toMatchObject({ expected: 1, sent: 0, unsent: 1, lost: { count: 0 } });
    expect(total.held).toBeGreaterThan(1);
  });

  test('leaves an email open whose deadline lies behind the last day', async () => {
    const options = { from: '2025-03-01', to: '2025-03-10', config: BIRTHDAY_ONLY, failureRate: 1 };
    expect((await simulate(BIRTHDAY, options)).accounts).toMatchObject({ expected: 1, open: 1, unsent: 0 });
  });

  test('sends nothing again that bounced', async () => {
    const options = { from: '2025-03-01', to: '2025-03-31', config: BIRTHDAY_ONLY, bounceRate: 1 };
    expect((await simulate(BIRTHDAY, options)).total).toMatchObject({ sent: 0, bounced: 1, failed: 0 });
  });

  test('knows a contact who is born on the way from the day of birth on', async () => {
    const contacts = [{ ...BIRTHDAY.contacts[0], birth_date: '2025-03-20' }];
    const { days } = await simulate({ contacts }, { from: '2025-03-01', to: '2026-03-31', config: BIRTHDAY_ONLY });
    expect(days.filter(({ sent }) => sent > 0).map(({ day }) => day)).toEqual(['2025-03-20', '2026-03-06']);
  });

  test('is the same however often it is run, and another one with another seed', async () => {
    const image = await generatedImage('realistic', 300, '2025-01-01', 2);
    const run = async (seed: number) => {
      const { seconds: _, ...rest } = await simulate(image, { ...YEAR, ...TROUBLE, seed });
      return rest;
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect((await run(2)).days).not.toEqual(first.days);
  });

  test('tells of every day when it is over, and ends when its signal says so', async () => {
    const seen: string[] = [];
    const controller = new AbortController();
    const image = await generatedImage('realistic', 300, '2025-01-01', 2);
    const running = simulate(image, {
      ...YEAR,
      signal: controller.signal,
      onDay: ({ day }, done, count) => {
        expect([done, count]).toEqual([seen.length + 1, 365]);
        seen.push(day);
        if (done === 20) controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ name: 'SendplanError', code: 'interrupted' });
    expect(seen).toHaveLength(20);
    expect(seen[0]).toBe('2025-01-01');
    await expect(simulate(image, { ...YEAR, signal: AbortSignal.abort() })).rejects.toThrow(SendplanError);
  });

  test('lets others have a turn while it runs', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns++;
    }, 1);
    await simulate(await generatedImage('realistic', 3000, '2025-01-01', 2), YEAR);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  }, 30_000);

  test.each([
    [{ ...YEAR, from: '2025-13-01' }, /from: expected a date YYYY-MM-DD/],
    [{ from: '2025-02-02', to: '2025-02-01' }, /to: expected a day from 2025-02-02 on/],
    [{ from: '2025-01-01', to: '2095-01-01' }, /to: expected a day .*at most 3660 days/],
    [{ ...YEAR, outageRate: 1.5 }, /outageRate: expected a number from 0 to 1, got 1.5/],
    [{ ...YEAR, bounceRate: Number.NaN }, /bounceRate: expected/],
    [{ ...YEAR, seed: -1 }, /seed: expected a whole number/],
    [{ ...YEAR, config: { nonsense: 1 } as never }, /unknown key nonsense/],
  ])('refuses %j', async (options, message) => {
    await expect(simulate(BIRTHDAY, options)).rejects.toThrow(message);
  });
});

describe('what if', () => {
  test('simulates the same days by another configuration and tells the difference', async () => {
    const options = { from: '2025-03-01', to: '2025-03-31', config: BIRTHDAY_ONLY };
    const { base, other, difference } = await simulateWhatIf(BIRTHDAY, options, {
      ...BIRTHDAY_ONLY,
      birthday_email_days_before: 30,
    });
    expect(base.days.find(({ sent }) => sent > 0)?.day).toBe('2025-03-06');
    // The ideal day is past on the first day, so that it is caught up in the days that follow.
    expect(other.total).toMatchObject({ sent: 1, caught_up: 1 });
    expect(difference.total).toMatchObject({ sent: 0, caught_up: 1 });
    const without = await simulateWhatIf(BIRTHDAY, options, {
      ...BIRTHDAY_ONLY,
      state_rules: { TX: { kind: 'year_round' } },
    });
    expect(without.difference).toMatchObject({ total: { sent: -1 }, by_kind: { birthday: { sent: -1 } }, expected: 0 });
    expect(without.other.accounts.skipped.exclusion).toBe(1);
  });

  test('counts the days of both, and lets the same outages befall both', async () => {
    const counts: number[] = [];
    const options = { from: '2025-03-01', to: '2025-04-30', outageRate: 0.3, seed: 9 };
    const { base, other } = await simulateWhatIf(
      BIRTHDAY,
      { ...options, onDay: (_, done, count) => counts.push(done / count) },
      { birthday_email_days_before: 3 },
    );
    expect(counts).toHaveLength(122);
    expect(counts.at(-1)).toBe(1);
    expect(other.days.map(({ held_by }) => held_by)).toEqual(base.days.map(({ held_by }) => held_by));
    expect(base.days_held.outage).toBeGreaterThan(5);
  });
});

describe('the ledger', () => {
  /** A ledger of three emails that are in order: one was sent, one skipped, one found in history. */
  function soundLedger(): Ledger {
    const ledger = new Ledger(20, 600);
    ledger.note(0, 1, 325, OUTCOME.expected);
    ledger.note(0, 1, 325, OUTCOME.sent);
    ledger.note(7, 19, 0, OUTCOME.expected);
    ledger.note(7, 19, 0, OUTCOME.frequency);
    ledger.note(3, 0, 324, OUTCOME.found);
    return ledger;
  }

  test('finds nothing in accounts that add up', () => {
    const { expected, byOutcome, lost, repeated } = soundLedger().audit();
    expect(expected).toBe(2);
    expect(byOutcome).toMatchObject({ sent: 1, frequency: 1, open: 0 });
    expect([lost.count, repeated.count]).toEqual([0, 0]);
  });

  test('finds an email that was expected and has no outcome', () => {
    const ledger = soundLedger();
    ledger.note(5, 2, 326, OUTCOME.expected);
    expect(ledger.audit().lost).toEqual({ count: 1, first: [{ contact: 5, type: 2, occasion: 326 }] });
  });

  test.each([
    ['sent twice', OUTCOME.sent, OUTCOME.sent],
    ['sent after it had bounced', OUTCOME.bounced, OUTCOME.sent],
    ['sent although history had it', OUTCOME.found, OUTCOME.sent],
  ])('finds an email that was %s', (_, before, after) => {
    const ledger = soundLedger();
    ledger.note(9, 0, 325, before);
    ledger.note(9, 0, 326, OUTCOME.sent);
    ledger.note(9, 0, 325, after);
    const { repeated, lost } = ledger.audit();
    expect(repeated).toEqual({ count: 1, first: [{ contact: 9, type: 0, occasion: 325 }] });
    expect(lost.count).toBe(0);
  });

  test('takes found duplicates that were there before for nobody else to answer', () => {
    const ledger = soundLedger();
    ledger.note(3, 0, 324, OUTCOME.found);
    expect(ledger.audit().repeated.count).toBe(0);
  });

  test('counts an email that was sent in the end as sent', () => {
    const ledger = new Ledger(20, 600);
    for (const outcome of [OUTCOME.expected, OUTCOME.exclusion, OUTCOME.expected, OUTCOME.sent]) {
      ledger.note(2, 2, 300, outcome);
    }
    expect(ledger.audit()).toMatchObject({ expected: 1, byOutcome: { sent: 1, exclusion: 0 } });
  });

  test('keeps emails of many contacts, types and years apart', () => {
    const ledger = new Ledger(50, 4000);
    for (let contact = 0; contact < 1000; contact++) {
      ledger.note(contact, 49, contact * 3, OUTCOME.sent);
      ledger.note(contact, 48, 3999, OUTCOME.sent);
    }
    expect(ledger.audit()).toMatchObject({ expected: 2000, repeated: { count: 0 }, lost: { count: 0 } });
  });
});

describe('chance', () => {
  test('hits about as many emails and days as it is told to, others on other days', () => {
    const sender = new Sender({ bounceRate: 0.1, failureRate: 0.2, outageRate: 0.3, seed: 4 });
    const fates = { sent: 0, bounced: 0, failed: 0 };
    for (let id = 1; id <= 10_000; id++) fates[sender.fateOf(id, 1, 20_000)]++;
    expect(fates.bounced / 10_000).toBeCloseTo(0.1, 1);
    expect(fates.failed / 10_000).toBeCloseTo(0.2, 1);
    const held = Array.from({ length: 10_000 }, (_, i) => sender.holdOn(i)).filter((hold) => hold !== null);
    expect(held.length / 10_000).toBeCloseTo(0.3, 1);
    const failing = (day: number) => Array.from({ length: 99 }, (_, id) => sender.fateOf(id + 1, 1, day));
    expect(failing(20_001)).not.toEqual(failing(20_000));
  });
});
