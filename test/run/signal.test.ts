import { describe, expect, test } from 'vitest';
import { diff, explain, openDatabase, type RunProgress, schedule, verify } from '../../src/index.js';
import { generatedImage } from '../helpers/generated.js';

const TODAY = '2025-06-13';
const image = await generatedImage('realistic', 3000, TODAY);
const options = { today: TODAY };

/** Gives work up when a stage begins. */
function giveUpAt(stage: string): { readonly onProgress: RunProgress; readonly signal: AbortSignal } {
  const controller = new AbortController();
  return { signal: controller.signal, onProgress: (name) => name === stage && controller.abort() };
}

describe('work is given up when the signal says so', () => {
  test.each([
    ['schedule', (how: object) => schedule(image, { ...options, ...how })],
    ['diff', (how: object) => diff(image, { ...options, ...how })],
    ['verify', (how: object) => verify(image, { ...options, ...how })],
    ['explain', (how: object) => explain(image, { ...options, contacts: [5], ...how })],
  ] as const)('%s', async (_, work) => {
    for (const stage of ['load', 'plan', 'balance']) {
      await expect(work(giveUpAt(stage)), stage).rejects.toMatchObject({ code: 'interrupted' });
    }
    await expect(work({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' });
    const timer = new AbortController();
    setTimeout(() => timer.abort());
    await expect(work({ signal: timer.signal })).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('a run, which leaves the database as it was', async () => {
    const database = await openDatabase(image);
    const before = database.toImage();
    for (const stage of ['load', 'balance', 'diff', 'flush']) {
      await expect(database.run({ asOf: TODAY, ...giveUpAt(stage) }), stage).rejects.toMatchObject({
        code: 'interrupted',
      });
      expect(Buffer.compare(database.toImage(), before), stage).toBe(0);
    }
    expect((await database.run({ asOf: TODAY })).outcome).toBe('changed');
    database.close();
  });
});

test('rows come in batches, with a turn for everything else between them', async () => {
  const plan = await schedule(image, options);
  const batches = [];
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  for await (const batch of plan.batches(1000)) batches.push(batch);
  clearInterval(timer);
  expect(batches.flat()).toEqual([...plan.rows()]);
  expect(new Set(batches.slice(0, -1).map((batch) => batch.length))).toEqual(new Set([1000]));
  expect(turns).toBeGreaterThan(batches.length / 2);
  await expect(plan.batches(0)[Symbol.asyncIterator]().next()).rejects.toThrow(RangeError);
});
