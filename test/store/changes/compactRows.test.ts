import fc from 'fast-check';
import { expect, test } from 'vitest';
import { balanceDays } from '../../../src/balance/balance.js';
import { packDate } from '../../../src/calendar/packedDate.js';
import { loadOrganization } from '../../../src/columns/organization.js';
import { organizationOfRecords } from '../../../src/columns/recordSource.js';
import type { ScheduleRows } from '../../../src/columns/scheduleRows.js';
import type { Plan } from '../../../src/plan/plan.js';
import { planOrganization } from '../../../src/plan/planOrganization.js';
import { RowWriter } from '../../../src/plan/rows.js';
import { resolveConfig } from '../../../src/rules/config.js';
import { CompactRows } from '../../../src/store/changes/compactRows.js';
import { diffSchedules, isWritten, ROW_ACTION, type ScheduleDiff } from '../../../src/store/changes/diffSchedules.js';
import { organization } from '../../helpers/arbitraries.js';
import { runCount, runSeed, runTimeout } from '../../helpers/runs.js';

const RUNS = runCount(150);

/** A row of a batch as an object, its texts as texts. */
function rowAt(rows: ScheduleRows, i: number): Record<string, unknown> {
  const { count: _count, texts, ...columns } = rows;
  const codes = [
    'createdAt',
    'emailType',
    'sendTime',
    'status',
    'skipReason',
    'emailTemplate',
    'smsTemplate',
    'metadata',
  ];
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => {
      const value = values[i];
      return [name, codes.includes(name) ? (value < 0 ? null : texts[value]) : value];
    }),
  );
}

/** The rows that a diff writes, each made of its candidate alone. */
function writtenRows(plan: Plan, diff: ScheduleDiff): Record<string, unknown>[] {
  const { schedules, texts } = plan.organization;
  const rows: Record<string, unknown>[] = [];
  for (let candidate = 0; candidate < plan.count; candidate++) {
    if (!isWritten(diff, candidate)) continue;
    const writer = new RowWriter(plan, 1);
    const row = rowAt(writer.rows, writer.add(candidate));
    if (diff.action[candidate] === ROW_ACTION.replace) {
      const found = diff.replacedRow[candidate];
      row.id = schedules.id[found];
      row.createdAt = texts.texts[schedules.createdAt[found]] ?? null;
    }
    rows.push(row);
  }
  return rows;
}

async function compacted(
  organization: Parameters<typeof organizationOfRecords>[0],
  input: object | null,
  today: number,
) {
  const config = resolveConfig(input);
  const loaded = loadOrganization(organizationOfRecords(organization), config, today);
  const plan = await planOrganization(loaded, config, today);
  balanceDays(plan);
  const diff = diffSchedules(plan);
  const rows = new CompactRows(plan.organization.texts, { rows: 0, contacts: 0, today });
  rows.add(plan, diff);
  return { plan, diff, rows };
}

test(
  `compact rows are the rows of their candidates, for ${RUNS} random organizations`,
  async () => {
    let replacing = 0;
    const property = fc.asyncProperty(
      organization(),
      fc.infiniteStream(fc.nat()),
      async ({ records, config, today }, draws) => {
        const { plan, diff, rows } = await compacted(records, config, today);
        const wanted = writtenRows(plan, diff);
        expect(rows.count).toBe(wanted.length);
        const places = Uint32Array.from(wanted, (_, place) => place);
        const kinds = rows.kinds(places);
        const whole = rows.at(places);
        wanted.forEach((row, place) => {
          expect(rowAt(whole, place)).toEqual(row);
        });
        for (const [place, row] of wanted.entries()) {
          expect(rows.isReplacing(place)).toBe(!Number.isNaN(row.id));
          if (rows.isReplacing(place)) replacing++;
          // Asked for whole, rows leave those alone that were asked for as kinds.
          const { contactId, plannedDay, sendDay, id } = kinds;
          const common = {
            contactId: contactId[place],
            plannedDay: plannedDay[place],
            sendDay: sendDay[place],
            id: id[place],
          };
          expect(row).toMatchObject(common);
          if (row.eventYear === null || row.metadata !== null) continue;
          const date = packDate(Number(row.eventYear), Number(row.eventMonth), Number(row.eventDay));
          expect(kinds.eventDate[place]).toBe(date);
        }
        for (const draw of draws.take(Math.min(20, wanted.length))) {
          const place = draw % wanted.length;
          expect(rowAt(rows.rowAt(place), 0)).toEqual(wanted[place]);
          expect(rows.kinds(Uint32Array.of(place)).contactId[0]).toBe(wanted[place].contactId);
        }
      },
    );
    await fc.assert(property, { numRuns: RUNS, seed: runSeed(47) });
    expect(replacing).toBeGreaterThan(RUNS / 10);
  },
  runTimeout(RUNS),
);

test('compact rows keep dates of long ago, of however many rows', async () => {
  const records = {
    contacts: Array.from({ length: 2100 }, (_, i) => ({ id: i + 1, email: `c${i}@example.com`, state: 'TX' })),
    campaign_types: [{ name: 'news', target_all_contacts: 1, active: 1 }],
    campaign_instances: [{ id: 1, campaign_type: 'news', active_start_date: '1960-01-02' }],
  };
  const { rows } = await compacted(records, null, 20252);
  const { eventYear, eventMonth, eventDay } = rows.at(Uint32Array.from({ length: rows.count }, (_, place) => place));
  const dates = Array.from(eventYear.subarray(0, rows.count), (year, i) => [year, eventMonth[i], eventDay[i]].join());
  expect(dates.filter((date) => date === '1960,1,2')).toHaveLength(2100);
});

test(
  `rows of a kind differ in nothing but contact, days, event and initial email, for ${RUNS} random organizations`,
  async () => {
    const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
      const { plan, diff, rows } = await compacted(records, config, today);
      const wanted = writtenRows(plan, diff);
      const { kind, initialId } = rows.kinds(Uint32Array.from(wanted, (_, place) => place));
      const firstOf = new Map<number, object>();
      wanted.forEach((row, place) => {
        if (kind[place] < 0) return;
        const {
          id: _id,
          contactId: _c,
          plannedDay: _p,
          sendDay: _s,
          eventYear,
          eventMonth: _m,
          eventDay: _d,
          ...common
        } = row;
        const digits = Number.isNaN(initialId[place]) ? 0 : String(initialId[place]).length;
        const metadata = String(row.metadata).replace(String(initialId[place]), '');
        const said = { ...common, metadata, digits, hasEvent: Number(eventYear) > 0 };
        const first = firstOf.get(kind[place]) ?? said;
        firstOf.set(kind[place], first);
        expect(said).toEqual(first);
      });
    });
    await fc.assert(property, { numRuns: RUNS, seed: runSeed(48) });
  },
  runTimeout(RUNS),
);

test('the contacts of compact rows lie one behind the other, each with all of its rows', async () => {
  const property = fc.asyncProperty(organization(), async ({ records, config, today }) => {
    const { plan, diff, rows } = await compacted(records, config, today);
    const ids = writtenRows(plan, diff).map((row) => row.contactId);
    const found = Array.from({ length: rows.contactCount }, (_, i) => rows.contactAt(i));
    expect(found.flatMap(({ contactId, start, end }) => Array(end - start).fill(contactId))).toEqual(ids);
    expect(found.map(({ contactId }) => contactId)).toEqual([...new Set(ids)]);
  });
  await fc.assert(property, { numRuns: RUNS, seed: runSeed(49) });
});
