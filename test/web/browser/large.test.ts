import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { RunReport } from '../../../src/node.js';
import { openPage, planner } from './helpers/openPage.js';
import { isolatedServer } from './helpers/server.js';

const CONTACTS = 750_000;
const DAY = '2025-06-13';
/** What a tab may hold while it plans and shows, and when the written database is open for SQL besides, in bytes. */
const MOST_PLANNED = 1.6e9;
const MOST_RESIDENT = 4e9;
/** The page draws on while a worker plans; the longest pause is the charts' own drawing. */
const MOST_FRAME_MS = 1000;

openPage({ serve: isolatedServer });

/** What the page and its workers hold, as the browser counts it. */
function heldBytes(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { measureUserAgentSpecificMemory } = performance as unknown as {
      measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }>;
    };
    return (await measureUserAgentSpecificMemory.call(performance)).bytes;
  });
}

/** The most memory that the tab's process ever had resident; null where the system does not tell. */
function peakResidentBytes(): number | null {
  const peaks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        const isOurs = readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=renderer');
        const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'));
        return isOurs && found !== null ? [Number(found[1]) * 1024] : [];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
  return peaks.length === 0 ? null : Math.max(...peaks);
}

/** Begins to watch how long the page goes without drawing; what is returned tells the longest time, in milliseconds. */
async function watchFrames(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const watched = window as unknown as { longestMs: number };
    watched.longestMs = 0;
    let beforeMs = performance.now();
    const frame = (nowMs: number) => {
      watched.longestMs = Math.max(watched.longestMs, nowMs - beforeMs);
      beforeMs = nowMs;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  return () => page.evaluate(() => (window as unknown as { longestMs: number }).longestMs);
}

function inNode(): RunReport {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-web-'));
  try {
    const path = join(folder, 'large.sqlite3');
    const run = (...argument: string[]) => {
      const { status, stdout, stderr } = spawnSync('node', ['dist/cli/main.js', ...argument], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return stdout;
    };
    run('generate', path, '--contacts', String(CONTACTS), '--as-of', DAY);
    return JSON.parse(run('run', path, '--as-of', DAY, '--json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const gigabytes = (bytes: number | null) => (bytes === null ? '-' : `${(bytes / 1e9).toFixed(2)} GB`);
const secondsOf = (report: Pick<RunReport, 'stages'>) =>
  report.stages.map(({ stage, seconds }) => `${stage} ${seconds.toFixed(2)}`).join(', ');

test('750,000 contacts are planned and charted in one tab, with the figures of Node', {
  timeout: 300_000,
}, async () => {
  const { page } = planner;
  await planner.generate(CONTACTS, 'seed', DAY);
  const longestGap = await watchFrames(page);
  const startMs = performance.now();
  await planner.run();
  await page.locator('.job-line', { hasText: /[0-9] rows\/s/ }).waitFor();
  await planner.result();
  const gapMs = await longestGap();
  await page.locator('#panel-plan svg.sendplan-chart').first().waitFor();
  const shownSeconds = (performance.now() - startMs) / 1000;
  const stages = page.locator('details', { hasText: 'Stages as a table' });
  await stages.locator('summary').click();
  const rows = stages.locator('tbody tr');
  await rows.first().waitFor();
  const cells = await rows.allTextContents();
  const plannedBytes = await heldBytes(page);
  const plannedPeak = peakResidentBytes();

  const report = inNode();
  expect(await planner.figure('Emails to be sent')).toBe(report.rows.pre_scheduled.toLocaleString('en-US'));
  expect(await planner.figure('Skipped')).toBe(report.rows.skipped.toLocaleString('en-US'));
  expect(plannedBytes).toBeLessThan(MOST_PLANNED);
  expect(gapMs).toBeLessThan(MOST_FRAME_MS);

  const writeMs = performance.now();
  const [[count]] = await planner.sql('SELECT count(*) FROM email_schedules');
  const writtenSeconds = (performance.now() - writeMs) / 1000;
  expect(count).toBe(String(report.rows.total));
  const residentBytes = peakResidentBytes();
  expect(residentBytes ?? 0).toBeLessThan(MOST_RESIDENT);
  console.log(
    [
      `page: click to charts ${shownSeconds.toFixed(2)} s (${cells.join(', ')}), longest frame ${gapMs.toFixed(0)} ms`,
      `page: held when charted ${gigabytes(plannedBytes)}, peak resident ${gigabytes(plannedPeak)}`,
      `page: written and open for SQL in ${writtenSeconds.toFixed(2)} s more, peak resident ${gigabytes(residentBytes)}`,
      `node: ${report.seconds.toFixed(2)} s (${secondsOf(report)}), resident at the end ${gigabytes(report.stages.at(-1)?.memoryBytes ?? null)}`,
    ].join('\n'),
  );
  expect(planner.complaints).toEqual([]);
});
