import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MemoryAdmission } from '../../src/fleet/memoryAdmission.js';

const never = new AbortController().signal;

test('work begins while it fits together, and who waits longest is next', async () => {
  const admission = new MemoryAdmission(100);
  const begun: string[] = [];
  const begin = async (name: string, bytes: number) => {
    const release = await admission.admit(bytes, never);
    begun.push(name);
    return release;
  };
  const first = await begin('first', 60);
  const large = begin('large', 80);
  const small = begin('small', 20);
  await setImmediate();
  // The small one would fit, and would keep the large one waiting for ever if others like it came.
  expect(begun).toEqual(['first']);
  expect(admission.usedBytes).toBe(60);
  first();
  const [releaseLarge, releaseSmall] = await Promise.all([large, small]);
  expect(begun).toEqual(['first', 'large', 'small']);
  expect(admission.usedBytes).toBe(100);
  releaseLarge();
  releaseSmall();
  expect(admission.usedBytes).toBe(0);
});

test('what can never fit fails, and who gives up leaves room to others', async () => {
  const admission = new MemoryAdmission(100);
  await expect(admission.admit(101, never)).rejects.toMatchObject({ code: 'memory_limit' });
  const release = await admission.admit(90, never);
  const giving = new AbortController();
  const givenUp = admission.admit(95, giving.signal);
  const next = admission.admit(10, never);
  giving.abort();
  await expect(givenUp).rejects.toMatchObject({ code: 'interrupted' });
  (await next)();
  release();
  expect(admission.usedBytes).toBe(0);
});
