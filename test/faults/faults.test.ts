import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { type FaultKind, runCampaign } from './campaign.js';
import { disks } from './disks.js';
import { kills } from './kills.js';
import { mutations } from './mutations.js';
import { pairs } from './pairs.js';
import { senders } from './senders.js';
import { syscalls } from './syscalls.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const keepIn = mkdtempSync(join(tmpdir(), 'sendplan-kept-'));
afterAll(() => rmSync(keepIn, { recursive: true, force: true }));

/** A sample of each kind; `npm run test:faults` tries many more. */
const SAMPLES: readonly (readonly [name: string, kind: FaultKind, count: number])[] = [
  ['kills', kills, 2],
  ['syscalls', syscalls, 2],
  ['disks', disks, 2],
  ['pairs', pairs, 1],
  ['senders', senders, 1],
  ['mutations', mutations, 15],
];

test.each(SAMPLES)('%s lose nothing and damage nothing', async (name, kind, count) => {
  const missing = kind.missing();
  const report = await runCampaign(name, kind, { seed: 3, count, main: MAIN, keepIn });
  expect(report.failures).toEqual([]);
  expect({ skipped: report.skipped, cases: report.cases }).toEqual({
    skipped: missing,
    cases: missing === null ? count : 0,
  });
});
