import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MAIN } from '../helpers/cli.js';
import { type FaultKind, runCampaign } from './campaign.js';
import { disks } from './disks.js';
import { fleetsOf } from './fleets.js';
import { kills } from './kills.js';
import { mutations } from './mutations.js';
import { pairs } from './pairs.js';
import { senders } from './senders.js';
import { syscalls } from './syscalls.js';

const keepIn = mkdtempSync(join(tmpdir(), 'sendplan-kept-'));
afterAll(() => rmSync(keepIn, { recursive: true, force: true }));

/** A sample of each kind; `npm run test:faults` tries many more. */
const SAMPLES: readonly (readonly [name: string, kind: FaultKind, count: number, contacts: number])[] = [
  ['kills', kills, 1, 200],
  ['syscalls', syscalls, 1, 200],
  ['disks', disks, 1, 300],
  ['pairs', pairs, 1, 200],
  ['senders', senders, 1, 200],
  ['mutations', mutations, 8, 20],
  ['fleets', fleetsOf({ books: 8, distinct: 4, acts: 5 }, 1, 300), 1, 300],
];

test.each(SAMPLES)(
  '%s lose nothing and damage nothing',
  async (name, kind, count, contacts) => {
    const missing = kind.missing();
    const report = await runCampaign(name, kind, { seed: 3, count, contacts, main: MAIN, keepIn });
    expect(report.failures.flatMap(({ faults, folder }) => [...faults, `kept in ${folder}`])).toEqual([]);
    expect({ skipped: report.skipped, cases: report.cases }).toEqual({
      skipped: missing,
      cases: missing === null ? count : 0,
    });
  },
  120_000,
);
