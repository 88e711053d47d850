import { balanceDays } from '../../src/balance/balance.js';
import { balanceGroups } from '../../src/balance/balanceGroups.js';
import { groupedDays } from '../../src/balance/groupedDays.js';
import { applyDailyCap, groupCandidates } from '../../src/balance/placeGroups.js';
import { daySeats, sendDays } from '../../src/balance/sendDays.js';
import { formatIsoDay, parseIsoDay, parseIsoDayBytes } from '../../src/calendar/iso.js';
import { KERNEL_COLUMNS, type KernelColumn } from '../../src/kernel/columns.js';
import type { Plan } from '../../src/plan/plan.js';
import { planOrganization } from '../../src/plan/planOrganization.js';
import { CompactRows } from '../../src/store/changes/compactRows.js';
import { diffSchedules } from '../../src/store/changes/diffSchedules.js';
import { FLUSH_BATCH_ROWS } from '../../src/store/changes/newRows.js';
import { type BenchOrganizations, type Loaded, TODAY } from './organizations.js';
import type { MicroTask } from './task.js';

/** What balancing may write: the candidates and the days. */
const BALANCED = (Object.keys(KERNEL_COLUMNS) as KernelColumn[]).filter(
  (name) => name.startsWith('candidate') || name === 'smoothingHistogram' || name === 'dayCount',
);

function planOf({ organization, config }: Loaded): Promise<Plan> {
  return planOrganization(organization, config, TODAY);
}

function dateTasks({ contactsOnly }: BenchOrganizations): MicroTask[] {
  const { birth } = contactsOnly.organization.contacts;
  const texts = Array.from(birth, formatIsoDay);
  const bytes = Buffer.from(texts.join(''), 'latin1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sink = new Int32Array(birth.length);
  const task = (name: string, parse: (i: number) => number | null): MicroTask => ({
    name,
    unit: 'date',
    units: birth.length,
    run: () => {
      for (let i = 0; i < birth.length; i++) sink[i] = parse(i) ?? 0;
    },
  });
  const tasks = [
    task('parse a date: parseIsoDay of a string that is there', (i) => parseIsoDay(texts[i])),
    task('parse a date: bytes to a string, then parseIsoDay', (i) =>
      parseIsoDay(bytes.toString('latin1', i * 10, i * 10 + 10)),
    ),
    task('parse a date: straight from its bytes', (i) => parseIsoDayBytes(view, i * 10, i * 10 + 10)),
  ];
  for (const { name, run } of tasks) {
    sink.fill(0);
    run();
    if (sink.some((day, i) => day !== birth[i])) throw new Error(`"${name}" reads other days`);
  }
  return tasks;
}

/** Remembers a plan that was not balanced yet; the function puts it back. */
function restorer(plan: Plan): () => void {
  const saved = BALANCED.map((name) => plan.views[name].slice());
  return () => {
    BALANCED.forEach((name, i) => {
      (plan.views[name] as Uint8Array).set(saved[i] as Uint8Array);
    });
  };
}

/** Candidates, limits and balance over and over in the same memory. */
function wholeTask(plan: Plan): MicroTask {
  const units = plan.organization.contacts.count;
  return {
    name: 'whole compute of the seed workload: candidates, limits, balance',
    unit: 'contact',
    units,
    run: () => {
      plan.kernel.planContacts(0, units);
      return balanceDays(plan);
    },
    before: restorer(plan),
  };
}

/** Balances the same plan over and over: before each call everything is as planning left it. */
function balanceTask(plan: Plan): MicroTask {
  const restore = restorer(plan);
  const moved = () => {
    const { movedBySmoothing, movedByCap } = balanceDays(plan);
    restore();
    return `${movedBySmoothing} and ${movedByCap}`;
  };
  const [first, second] = [moved(), moved()];
  if (first !== second) throw new Error(`balancing again moves ${second} emails instead of ${first}`);
  return {
    name: 'balance of the seed workload: smoothing, cap, limits again',
    unit: 'contact',
    units: plan.organization.contacts.count,
    run: () => balanceDays(plan),
    before: restore,
  };
}

/** The daily cap in its three steps: groups of the days that matter, the walk over them, and each email's day. */
function capTasks(plan: Plan): MicroTask[] {
  const { kernel, views, run, count } = plan;
  const sendDaysOf = sendDays(run.capacity, run.today, plan.history.length);
  const days = daySeats(sendDaysOf, run.today, plan.history);
  kernel.smoothDays();
  const isGrouped = groupedDays(views.dayCount, days);
  if (isGrouped === null) return [];
  views.isGroupedDay.set(isGrouped);
  const units = plan.organization.contacts.count;
  const smoothed = views.candidateSend.slice();
  const restore = restorer(plan);
  const { groups } = groupCandidates(plan);
  return [
    {
      name: `daily cap: ${groups.count} groups of the emails of ${isGrouped.reduce((sum, day) => sum + day, 0)} days`,
      unit: 'contact',
      units,
      run: () => kernel.groupCandidates(0),
      before: () => views.candidateSend.set(smoothed),
    },
    {
      name: 'daily cap: the walk of the days over groups (balanceGroups)',
      unit: 'group',
      units: groups.count,
      run: () => balanceGroups(groups, days, run.config.load_balancing.excess),
    },
    {
      name: 'daily cap: all of it, each email with its day',
      unit: 'contact',
      units,
      run: () => applyDailyCap({ kernel, views, run, count }, sendDaysOf, run.today, plan.history),
      before: restore,
    },
  ];
}

function rowTask(plan: Plan): MicroTask {
  const diff = diffSchedules(plan);
  const { contacts, texts } = plan.organization;
  const rows = new CompactRows(texts, { rows: diff.inserted, contacts: contacts.count, today: plan.run.today });
  rows.add(plan, diff);
  const places = Uint32Array.from({ length: rows.count }, (_, place) => place);
  return {
    name: 'rows of the seed workload, as the flush takes them',
    unit: 'contact',
    units: plan.organization.contacts.count,
    run: () => {
      for (let start = 0; start < places.length; start += FLUSH_BATCH_ROWS) {
        rows.kinds(places.subarray(start, start + FLUSH_BATCH_ROWS));
      }
    },
  };
}

/** The bytes that plain anniversaries read and write, a contact: assembly/lanes.ts. */
const LANE_BYTES = 14;

/** The anniversaries that need no look at a contact's history or kept plans, beside a copy of as many bytes. */
function laneTasks(plan: Plan): MicroTask[] {
  const units = plan.organization.contacts.count;
  const aepEvent = parseIsoDay('2025-09-15') ?? 0;
  if (!plan.kernel.planLanes(0, units, aepEvent)) return [];
  const memory = new WebAssembly.Memory({ initial: Math.ceil((2 * units * LANE_BYTES) / 65536) });
  const from = new Uint8Array(memory.buffer, 0, units * LANE_BYTES);
  const to = new Uint8Array(memory.buffer, units * LANE_BYTES, units * LANE_BYTES);
  return [
    {
      name: 'planLanes: the plain anniversaries, three kinds, sixteen contacts at a time',
      unit: 'contact',
      units,
      run: () => plan.kernel.planLanes(0, units, aepEvent),
    },
    {
      name: `memory.copy of the ${LANE_BYTES} bytes they read and write`,
      unit: 'contact',
      units,
      run: () => to.set(from),
    },
  ];
}

/** The steps of a run that are worth tuning, each alone, and the whole compute. */
export async function makeSteps(loaded: BenchOrganizations): Promise<MicroTask[]> {
  const kernelTask = async (name: string, organization: Loaded): Promise<MicroTask> => {
    const plan = await planOf(organization);
    const units = plan.organization.contacts.count;
    return { name, unit: 'contact', units, run: () => plan.kernel.planContacts(0, units) };
  };
  const seedPlan = await planOf(loaded.seed);
  const units = seedPlan.organization.contacts.count;
  return [
    ...dateTasks(loaded),
    ...laneTasks(await planOf(loaded.contactsOnly)),
    await kernelTask('planContacts: anniversaries, post-window, limits', loaded.contactsOnly),
    await kernelTask('planContacts: the same with 5 schedule rows per contact', loaded.withRows),
    await kernelTask('planContacts: the seed workload, with campaigns', loaded.seed),
    {
      name: 'plan stage of the seed workload: planContacts and setting up its memory',
      unit: 'contact',
      units,
      run: () => planOf(loaded.seed),
    },
    balanceTask(seedPlan),
    ...capTasks(await planOf(loaded.seed)),
    rowTask(seedPlan),
    wholeTask(seedPlan),
  ];
}
