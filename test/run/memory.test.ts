import { readFileSync, statSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { byteSize } from '../../src/cli/byteSize.js';
import { runFile } from '../../src/node.js';
import { resolveConfig } from '../../src/rules/config.js';
import { openLazily } from '../../src/store/driver/lazyConnection.js';
import { loadSqlJs, openSqlJs } from '../../src/store/driver/sqljs.js';
import { openDatabaseFile } from '../../src/store/file/openDatabaseFile.js';
import { estimatePeakBytes, type MemoryWay, readMemoryNeeds, requireMemory } from '../../src/store/read/memoryLimit.js';
import { sendplan, testFolder } from '../helpers/cli.js';

const pathOf = testFolder();
const AS_OF = '2025-06-13';
const TODAY = 20252;

async function example(name: string, contacts: number): Promise<string> {
  const path = pathOf(name);
  const outcome = await sendplan('generate', path, '--contacts', String(contacts), '--as-of', AS_OF);
  expect(outcome.code).toBe(0);
  return path;
}

async function needsOf(path: string) {
  const file = openDatabaseFile(path);
  const connection = openLazily(file.pages, await loadSqlJs());
  try {
    return readMemoryNeeds(connection, resolveConfig({}), { today: TODAY, threads: 2 });
  } finally {
    connection.close();
    file.close();
  }
}

describe('sizes', () => {
  test.each([
    ['2GB', 2e9],
    ['800MB', 8e8],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['512 mib', 2 ** 29],
    ['20kB', 20_000],
  ])('%s is %d bytes', (text, bytes) => {
    expect(byteSize(text)).toBe(bytes);
  });

  test.each(['', '2', '0GB', '-1GB', '1e3MB', 'GB', '2 G', '1.GB', 'NaNMB', '0.0001KB'])('%j is none', (text) => {
    expect(() => byteSize(text)).toThrow(InvalidArgumentError);
  });
});

describe('what a run needs', () => {
  test('is counted from a few pages of the file, before and after a run', async () => {
    const path = await example('counted.sqlite3', 3000);
    const before = await needsOf(path);
    expect(before).toMatchObject({ foundRows: 0, historyRows: 0 });
    // A few leaves of many stand for all.
    expect(Math.abs(before.contacts / 3000 - 1)).toBeLessThan(0.03);
    const { rows } = await runFile(path, { asOf: AS_OF });
    expect(Math.abs(before.expectedRows / rows.total - 1)).toBeLessThan(0.15);
    const after = await needsOf(path);
    expect(Math.abs(after.foundRows / rows.total - 1)).toBeLessThan(0.03);
    expect(after.expectedRows).toBeGreaterThanOrEqual(after.foundRows);
    expect(after.historyRows).toBe(0);
  });

  test('of a book with history that was never planned: its rows stay beside those that come', async () => {
    const path = pathOf('history.sqlite3');
    const size = ['--contacts', '3000', '--shape', 'realistic', '--as-of', AS_OF];
    expect((await sendplan('generate', path, ...size)).code).toBe(0);
    const before = await needsOf(path);
    expect(before.historyRows).toBe(before.foundRows);
    expect(before.historyRows).toBeGreaterThan(3000);
    const { rows } = await runFile(path, { asOf: AS_OF });
    expect(Math.abs(before.expectedRows / (before.foundRows + rows.total) - 1)).toBeLessThan(0.15);
  });

  test('is asked of SQLite where pages do not tell: a view has as many contacts as it shows', async () => {
    const path = await example('view.sqlite3', 200);
    const connection = await openSqlJs(new Uint8Array(readFileSync(path)));
    connection.execute('ALTER TABLE contacts RENAME TO people');
    connection.execute('CREATE VIEW contacts AS SELECT * FROM people WHERE id <= 150');
    expect(readMemoryNeeds(connection, resolveConfig({}), { today: TODAY, threads: 2 }).contacts).toBe(150);
    connection.close();
  });

  const needs = {
    contacts: 1e6,
    newContacts: 1e5,
    foundRows: 5e6,
    historyRows: 5e5,
    expectedRows: 5e6,
    sharesBeside: 0,
  };

  test('grows with each contact, row and share of another thread, and is most where rows go by SQL', () => {
    const peak = estimatePeakBytes(needs, 'sqljs');
    for (const name of ['contacts', 'newContacts', 'foundRows', 'historyRows', 'expectedRows'] as const) {
      expect(estimatePeakBytes({ ...needs, [name]: needs[name] * 2 }, 'sqljs')).toBeGreaterThan(peak);
    }
    expect(estimatePeakBytes({ ...needs, sharesBeside: 1 }, 'sqljs')).toBeGreaterThan(peak + 5e7);
    for (const way of ['sqljs', 'native'] as const) {
      expect(estimatePeakBytes(needs, 'sqljs by SQL')).toBeGreaterThan(estimatePeakBytes(needs, way));
    }
  });

  test('is refused above the limit only, and the hint is of what helps', () => {
    const peak = estimatePeakBytes(needs, 'sqljs');
    expect(() => requireMemory(needs, 'sqljs', peak)).not.toThrow();
    const refusal = (way: MemoryWay, limit: number) => {
      try {
        requireMemory(needs, way, limit);
      } catch (error) {
        return error as { code: string; hint: string };
      }
      return null;
    };
    expect(refusal('sqljs by SQL', estimatePeakBytes(needs, 'native'))).toMatchObject({
      code: 'memory_limit',
      hint: expect.stringMatching(/--driver native/),
    });
    // The other driver would need more than the limit, or as much more by SQL.
    expect(refusal('native', peak)?.hint).not.toMatch(/--driver/);
    for (const way of ['sqljs', 'sqljs by SQL', 'native'] as const)
      expect(refusal(way, 1)?.hint).not.toMatch(/--driver/);
    expect(() => requireMemory({ ...needs, sharesBeside: 3 }, 'sqljs', peak)).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/--threads 2/) }),
    );
  });

  test('counts the threads that plan, of which there are none beside a run of two threads or a small book', async () => {
    const path = await example('threads.sqlite3', 210_000);
    const file = openDatabaseFile(path);
    const connection = openLazily(file.pages, await loadSqlJs());
    const sharesBeside = (threads: number) =>
      readMemoryNeeds(connection, resolveConfig({}), { today: TODAY, threads }).sharesBeside;
    expect([1, 2, 3, 16].map(sharesBeside)).toEqual([0, 0, 1, 1]);
    connection.close();
    file.close();
  });
});

describe('--memory-limit', () => {
  test.each(['sqljs', 'native'])('ends a run with --driver %s before anything is written', async (driver) => {
    const path = await example(`${driver}.sqlite3`, 500);
    const before = readFileSync(path);
    const outcome = await sendplan('run', path, '--as-of', AS_OF, '--driver', driver, '--memory-limit', '20MB');
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/^error: The run would need about 1\d\d MB of memory .*; the limit is 20 MB\.$/m);
    expect(outcome.stderr).toMatch(/Nothing was planned/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('above what is needed lets the run be', async () => {
    const path = await example('enough.sqlite3', 500);
    const outcome = await sendplan('run', path, '--as-of', AS_OF, '--memory-limit', '1.5GiB', '--json');
    expect(outcome.code).toBe(0);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ outcome: 'changed' });
  });

  test('that is no size is wrong use, answered with what is allowed', async () => {
    const path = await example('wrong.sqlite3', 10);
    const outcome = await sendplan('run', path, '--memory-limit', '2 gigs');
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/--memory-limit.*Allowed is a number above 0 with a unit: 800MB, 2GB/);
  });

  test('of the library is a number above 0', async () => {
    const path = await example('library.sqlite3', 10);
    await expect(runFile(path, { memoryLimitBytes: 0 })).rejects.toThrow(RangeError);
    await expect(runFile(path, { memoryLimitBytes: Number.NaN })).rejects.toThrow(/memoryLimitBytes is NaN/);
    await expect(runFile(path, { memoryLimitBytes: 1000 })).rejects.toMatchObject({ code: 'memory_limit' });
  });
});

describe('a report', () => {
  test('tells the peaks of memory and the bytes of the file that were read and written', async () => {
    const path = await example('told.sqlite3', 300);
    const size = statSync(path).size;
    const held = new Uint8Array(50_000_000).fill(1);
    const { memory, traffic, stages } = await runFile(path, { asOf: AS_OF });
    expect(held[0]).toBe(1);
    for (const { memoryBytes } of stages) expect(memory?.resident_bytes).toBeGreaterThanOrEqual(memoryBytes ?? 0);
    expect(memory?.array_buffer_bytes).toBeGreaterThan(held.length);
    expect(memory?.heap_bytes).toBeGreaterThan(1_000_000);
    expect(memory?.resident_bytes).toBeGreaterThan(memory?.array_buffer_bytes ?? 0);
    expect(traffic?.written_bytes).toBe(statSync(path).size);
    // The tables were scanned, and the pages that stay were copied.
    expect(traffic?.read_bytes).toBeGreaterThan(size);
  });

  test('of a run over the same file once more tells that it was read whole and not written', async () => {
    const path = await example('again.sqlite3', 300);
    await runFile(path, { asOf: AS_OF });
    const { traffic, repeats } = await runFile(path, { asOf: AS_OF });
    expect(repeats).not.toBeNull();
    expect(traffic?.read_bytes).toBeGreaterThanOrEqual(statSync(path).size);
    expect(traffic?.written_bytes).toBe(0);
  });

  test('of a run in place does not tell what SQLite wrote', async () => {
    const path = await example('place.sqlite3', 300);
    const { traffic } = await runFile(path, { asOf: AS_OF, driver: 'native' });
    expect(traffic?.read_bytes).toBeGreaterThan(0);
    expect(traffic?.written_bytes).toBeNull();
    expect((await runFile(path, { asOf: AS_OF, driver: 'native', dryRun: true })).traffic?.written_bytes).toBe(0);
  });

  test('shows them with --timings, and as JSON', async () => {
    const path = await example('shown.sqlite3', 300);
    const shown = await sendplan('run', path, '--as-of', AS_OF, '--dry-run', '--timings');
    expect(shown.stderr).toMatch(/^Memory at its peaks: \d+ MiB of the process; \d+ MiB objects and \d+ MiB buffers/m);
    expect(shown.stderr).toMatch(/^Database file: \d+ MiB read, 0 MiB written\.$/m);
    expect((await sendplan('run', path, '--as-of', AS_OF, '--dry-run')).stderr).not.toMatch(/Memory at its peaks/);
    const told = JSON.parse((await sendplan('run', path, '--as-of', AS_OF, '--json')).stdout);
    expect(told.memory.resident_bytes).toBeGreaterThan(50e6);
    expect(told.traffic.written_bytes).toBe(statSync(path).size);
  });
});
