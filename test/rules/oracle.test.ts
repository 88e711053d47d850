import fc from 'fast-check';
import initSqlJs from 'sql.js';
import { describe, expect, it } from 'vitest';
import { anniversary, civilFromDay, dayFromCivil, yearOf } from '../../src/calendar/day.js';
import type { Candidate, OracleResult } from '../../src/oracle/model.js';
import { oracle } from '../../src/oracle/oracle.js';
import { Capacity } from '../../src/rules/capacity.js';
import { type Config, resolveConfig } from '../../src/rules/config.js';
import { isFollowupType, statusClass } from '../../src/rules/emailTypes.js';
import { type FieldValue, readDate, readInteger, readText } from '../../src/rules/fields.js';
import { dailyLimits } from '../../src/rules/limits.js';
import type { OrganizationRecords, ScheduleRecord } from '../../src/rules/records.js';
import { type OrganizationCase, organization } from '../helpers/arbitraries.js';
import { mostSeated } from '../helpers/dayProblems.js';
import { readRecords, writeRecords } from '../helpers/records.js';

const RUNS = { numRuns: 200 };

function always(check: (one: OrganizationCase, result: OracleResult, config: Config) => void): void {
  fc.assert(
    fc.property(organization(), (one) => {
      check(one, oracle(one.records, one), resolveConfig(one.config));
    }),
    RUNS,
  );
}

function planned(result: OracleResult): Candidate[] {
  return result.candidates.filter((candidate) => candidate.status === 'pre-scheduled');
}

function count<T>(elements: readonly T[], test: (element: T) => boolean): number {
  return elements.filter(test).length;
}

// Rules 4 once more, in other words than the model's, so that a slip there shows here.
function isExcluded({ contact, respectsWindows }: Candidate, day: number, config: Config): boolean {
  const rule = contact.state === null ? undefined : config.state_rules[contact.state];
  if (rule === undefined || !respectsWindows) return false;
  if (rule.kind === 'year_round') return true;
  const own = rule.kind === 'birthday_window' ? contact.birthDay : contact.effectiveDay;
  if (own === null) return false;
  const { year: ownYear, month, day: ownDay } = civilFromDay(own);
  const date = dayFromCivil(ownYear, month, rule.use_month_start ? 1 : ownDay);
  const anchors = [-1, 0, 1].map((years) => anniversary(date, yearOf(day) + years)).filter((anchor) => anchor >= date);
  const front = rule.before + (rule.buffer ?? config.pre_window_exclusion_days);
  return anchors.some((anchor) => day >= anchor - front && day <= anchor + rule.after);
}

function sentDay(record: ScheduleRecord, config: Config): number | null {
  const order = config.reading.dates;
  return readDate(record.actual_send_datetime, order).day ?? readDate(record.scheduled_send_date, order).day;
}

function bouncesSinceDelivery(records: OrganizationRecords, contactId: number, config: Config): number {
  const own = (records.email_schedules ?? []).filter((record) => readInteger(record.contact_id) === contactId);
  const daysOf = (status: string) =>
    own
      .filter(
        (record) =>
          String(record.status ?? '')
            .trim()
            .toLowerCase() === status,
      )
      .map((record) => sentDay(record, config))
      .filter((day) => day !== null);
  const deliveries = daysOf('delivered');
  return count(daysOf('bounced'), (day) => deliveries.every((delivery) => day > delivery));
}

function historyOf(
  records: OrganizationRecords,
  config: Config,
): { contactId: number | null; type: string; day: number }[] {
  return (records.email_schedules ?? [])
    .filter((record) => statusClass(readText(record.status)) === 'history')
    .flatMap((record) => {
      const day = sentDay(record, config);
      const type = readText(record.email_type) ?? '';
      return day === null ? [] : [{ contactId: readInteger(record.contact_id), type, day }];
    });
}

describe('what must always hold (Rules 12)', () => {
  it('1: nothing that respects windows is planned on an excluded day', () => {
    always((_, result, config) => {
      for (const candidate of planned(result)) expect(isExcluded(candidate, candidate.sendDay, config)).toBe(false);
    });
  });

  it('2: nothing is planned before today or after its deadline', () => {
    always(({ today }, result) => {
      for (const { sendDay, deadline } of planned(result)) {
        expect(sendDay).toBeGreaterThanOrEqual(today);
        expect(sendDay).toBeLessThanOrEqual(deadline ?? Number.POSITIVE_INFINITY);
      }
    });
  });

  it('3: nobody gets too many emails in a period, or two campaigns on one day', () => {
    always(({ records }, result, config) => {
      const { max_emails_per_period: most, frequency_period_days: period } = config.frequency;
      const history = historyOf(records, config).filter((row) => !isFollowupType(row.type));
      for (const { contact, sendDay, kind } of planned(result)) {
        const own = planned(result).filter((other) => other.contact.id === contact.id);
        if (kind === 'campaign') {
          expect(count(own, (other) => other.kind === 'campaign' && other.sendDay === sendDay)).toBe(1);
        }
        if (most === 0 || kind === 'followup') continue;
        const days = [
          ...own.filter((other) => other.kind !== 'followup').map((other) => other.sendDay),
          ...history.filter((row) => row.contactId === contact.id).map((row) => row.day),
        ];
        for (let first = sendDay - period + 1; first <= sendDay; first++) {
          expect(count(days, (day) => day >= first && day < first + period)).toBeLessThanOrEqual(most);
        }
      }
    });
  });

  it('4: no more emails lie beyond the seats of overloaded days than have no seat, and none on a closed day', () => {
    always(({ records }, result, config) => {
      const capacity = new Capacity(config, dailyLimits(config, records.contacts.length));
      const history = historyOf(records, config);
      const historyOn = (day: number) => count(history, (row) => row.day === day);
      const seats = (day: number) => Math.max(0, capacity.capOn(day) - historyOn(day));
      const balanced = result.candidates.filter((candidate) => candidate.lastDay !== null);
      const spans = balanced.map(({ balancedFrom, lastDay }) => ({
        startDay: Number(balancedFrom),
        lastDay: Number(lastDay),
      }));
      const unseated = spans.length - mostSeated(spans, seats);
      let beyond = 0;
      for (const day of new Set(balanced.map((candidate) => candidate.sendDay))) {
        const ofDay = count(balanced, (one) => one.sendDay === day && one.skipReason !== 'daily_cap');
        if (ofDay > 0) expect(capacity.openDays.isOpen(day)).toBe(true);
        const load = ofDay + historyOn(day);
        const isOver = load > capacity.thresholdOn(day);
        if (isOver) beyond += Math.max(0, ofDay - seats(day));
        // A day that only skipped emails end on is not said to be over.
        if (ofDay > 0) expect(result.overloadedDays.some((one) => one.day === day && one.load === load)).toBe(isOver);
        if (config.load_balancing.excess === 'skip') expect(isOver && ofDay > 0).toBe(false);
      }
      expect(beyond).toBeLessThanOrEqual(unseated);
      expect(count(balanced, (one) => one.skipReason === 'daily_cap')).toBeLessThanOrEqual(unseated);
      for (const { sendDay } of planned(result)) expect(capacity.openDays.isOpen(sendDay)).toBe(true);
    });
  });

  it('5: nobody who is suppressed is planned for, and everybody else is told no suppression', () => {
    always(({ records, today }, result, config) => {
      const days = (value: FieldValue) => readDate(value, config.reading.dates).day;
      for (const candidate of result.candidates) {
        const { contact, kind, emailType, instance } = candidate;
        const own = (records.suppressions ?? []).filter((row) => {
          const isHis = Number(row.contact_id ?? Number.NaN) === contact.id;
          const isHers =
            String(row.email ?? '')
              .trim()
              .toLowerCase() === contact.email && contact.email !== '';
          return isHis || isHers;
        });
        const covering = own.filter((row) => {
          const words = String(row.scope ?? '')
            .split(',')
            .map((word) => word.trim().toLowerCase());
          const named = words.filter((word) => word !== '');
          const isAll = named.length === 0 || named.includes('*') || named.includes('all');
          const names = [kind, emailType.toLowerCase(), instance?.type.name.trim().toLowerCase() ?? kind];
          const holds = (days(row.starts_on) ?? today) <= today && (days(row.ends_on) ?? today) >= today;
          return holds && (isAll || names.some((name) => named.includes(name)));
        });
        const most = config.organization.suppress_after_bounces;
        const bounces = most > 0 && bouncesSinceDelivery(records, contact.id, config) >= most;
        const isSuppressed = covering.length > 0 || bounces;
        expect(candidate.skipReason?.startsWith('suppressed:') ?? false).toBe(isSuppressed);
        if (covering.length === 0 && bounces) expect(candidate.skipReason).toBe('suppressed:bounced');
      }
    });
  });

  it('5: every candidate ends as exactly one row or as a counted issue', () => {
    always((_, result) => {
      const key = (id: number | null, type: string, day: string) => `${id} ${type} ${day}`;
      const rows = result.rows.map((row) => key(row.contact_id, row.email_type, row.scheduled_send_date));
      const refused = result.issues
        .filter((issue) => issue.kind === 'refused_by_index')
        .map((issue) => `${issue.contact_id} ${issue.detail}`);
      const isoDay = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);
      const candidates = result.candidates.map(({ contact, emailType, sendDay }) =>
        key(contact.id, emailType, isoDay(sendDay)),
      );
      expect([...rows, ...refused].sort()).toEqual(candidates.sort());
      expect(new Set(rows).size).toBe(rows.length);
    });
  });

  it('6: the order of the rows makes no difference', () => {
    const firstOfEach = <T>(records: readonly T[] = [], keyOf: (record: T) => unknown): T[] =>
      records.filter(
        (one, i) => keyOf(one) === null || records.findIndex((other) => keyOf(other) === keyOf(one)) === i,
      );
    fc.assert(
      fc.property(organization(), (one) => {
        const records = {
          ...one.records,
          contacts: firstOfEach(one.records.contacts, (record) => readInteger(record.id)),
          campaign_types: firstOfEach(one.records.campaign_types, ({ name }) => readText(name)?.trim().toLowerCase()),
          campaign_instances: firstOfEach(one.records.campaign_instances, (record) => readInteger(record.id)),
          suppressions: (one.records.suppressions ?? []).slice(0, 1),
        };
        const tables = Object.entries(records) as [string, readonly unknown[]][];
        const reversed = Object.fromEntries(tables.map(([table, rows]) => [table, [...rows].reverse()]));
        const turned = oracle(reversed as unknown as OrganizationRecords, one);
        const straight = oracle(records, one);
        expect(turned.rows).toEqual(straight.rows);
        expect(turned.issues).toEqual(straight.issues);
      }),
      RUNS,
    );
  });

  it('8: a second run on the same day changes nothing', () => {
    always((one, result) => {
      // A row that was refused is not there for the second run to keep, and one that ran out of moves moves on.
      if (result.issues.some((issue) => issue.kind === 'refused_by_index')) return;
      if (result.candidates.some((candidate) => candidate.heldDays === 7)) return;
      const others = (one.records.email_schedules ?? []).filter(
        (record) => statusClass(readText(record.status)) !== 'owned',
      );
      const own = result.rows.map((row, i) => ({ ...row, id: 5000 + i }));
      const again = oracle({ ...one.records, email_schedules: [...others, ...own] }, one);
      expect(again.rows).toEqual(result.rows);
      expect(again.issues).toEqual(result.issues);
    });
  });
});

describe('the generated organizations', () => {
  it('come back from a database as they went in', async () => {
    const { Database } = await initSqlJs();
    fc.assert(
      fc.property(organization(), ({ records }) => {
        const database = new Database();
        writeRecords(database, records);
        const back = readRecords(database);
        database.close();
        const tables = Object.entries(records).filter(([, rows]) => rows.length > 0);
        expect(back).toEqual({ contacts: [], ...Object.fromEntries(tables) });
      }),
      { numRuns: 50 },
    );
  });

  it('reach every branch of the rules often', () => {
    const seen = new Map<string, number>();
    const see = (...facts: string[]) => {
      for (const fact of new Set(facts)) seen.set(fact, (seen.get(fact) ?? 0) + 1);
    };
    for (const one of fc.sample(organization(), { numRuns: 400, seed: 20250613 })) {
      const { candidates, issues, ...rest } = oracle(one.records, one);
      const late = candidates.filter((candidate) => candidate.idealDay < one.today);
      see(
        ...candidates.map((candidate) => `${candidate.kind} ${candidate.step}`),
        ...candidates.map((candidate) => `${candidate.kind} ${candidate.skipReason?.split(':', 2).join(':')}`),
        ...candidates.map((candidate) => `held ${candidate.heldDays}`),
        ...candidates.map((candidate) => candidate.skipReason ?? ''),
        ...candidates.map((candidate) => `decided by ${candidate.followed?.decidedBy}`),
        ...candidates.filter((candidate) => candidate.deadline === null).map(() => 'no deadline'),
        ...candidates
          .filter((candidate) => candidate.startDay !== candidate.sendDay)
          .map(({ kind }) => `moved ${kind}`),
        ...late.map((candidate) => `late ${candidate.kind}`),
        ...candidates.filter((candidate) => candidate.closedDay !== null).map(({ kind }) => `closed ${kind}`),
        ...candidates.filter((one) => one.closedDay !== null && one.startDay < one.closedDay).map(() => 'moved back'),
        ...candidates.map((one) => (one.bookedDay !== null && one.bookedDay === one.sendDay ? 'promise kept' : '')),
        ...candidates.map((one) => (one.bookedDay !== null && one.bookedDay !== one.sendDay ? 'promise broken' : '')),
        ...issues.map((issue) => issue.kind),
      );
      if (rest.overloadedDays.length > 0 && rest.organization.config.load_balancing.ramp !== null)
        see('ramp overloaded');
      if (rest.movedBySmoothing > 0) see('smoothed');
      if (rest.movedByCap > 0) see('capped');
      if (rest.overloadedDays.length > 0) see('overloaded');
    }
    const expected = [
      ...['birthday', 'effective_date', 'aep', 'post_window', 'campaign', 'followup'].flatMap((kind) => [
        ...[`${kind} ideal`, `${kind} catch_up`, `${kind} kept_planned_day`, `${kind} undefined`],
        ...[`late ${kind}`, `moved ${kind}`],
        ...(kind === 'aep' ? [] : [`${kind} underwriting:organization`]),
        ...[`${kind} suppressed:unsubscribed`, `closed ${kind}`],
        ...(kind === 'followup' ? [] : [`${kind} frequency_limit`]),
        ...(kind === 'post_window' ? [] : [`${kind} exclusion:birthday_window`, `${kind} exclusion:year_round`]),
      ]),
      ...['campaign conflict:campaign', 'campaign underwriting:campaign', 'no deadline', 'held 1', 'held 2', 'held 7'],
      ...['decided by nothing', 'decided by clicked', 'decided by answered', 'decided by answered_yes'],
      ...['smoothed', 'capped', 'overloaded', 'invalid_id', 'duplicate_id', 'invalid_email', 'invalid_birth_date'],
      ...['invalid_effective_date', 'unknown_state', 'no_anchor_for_window', 'expired', 'outside_active_window'],
      ...['refused_by_index', 'unreadable_campaign', 'unreadable_trigger', 'unknown_target_state'],
      ...['unreadable_suppression', 'unknown_suppression_scope', 'birthday suppressed:bounced', 'moved back'],
      ...['promise kept', 'promise broken', 'ramp overloaded', 'no_open_day', 'daily_cap'],
    ];
    const rare = expected.filter((fact) => (seen.get(fact) ?? 0) < 3);
    expect(rare).toEqual([]);
  });
});
