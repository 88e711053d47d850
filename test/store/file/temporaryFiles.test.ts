import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { TemporaryFile } from '../../../src/store/file/temporaryFiles.js';

/** How many listeners each signal has at the moment a file appears. */
const { listening } = vi.hoisted(() => ({ listening: [] as number[][] }));

vi.mock(import('node:fs'), async (importOriginal) => {
  const fs = await importOriginal();
  const openSync: typeof fs.openSync = (...words) => {
    listening.push(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal)));
    return fs.openSync(...words);
  };
  return { ...fs, openSync };
});

const folder = mkdtempSync(join(tmpdir(), 'sendplan-temporary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const before = SIGNALS.map((signal) => process.listenerCount(signal));
const heard = before.map((count) => count + 1);

test('signals are listened to before a temporary file is there, and no longer than it is', async () => {
  const file = await TemporaryFile.create(join(folder, 'book'));
  expect(listening).toEqual([heard]);
  file.discard();
  expect(SIGNALS.map((signal) => process.listenerCount(signal))).toEqual(before);
});

test('a file that cannot be made is no longer listened for', async () => {
  await expect(TemporaryFile.create(join(folder, 'missing', 'book'))).rejects.toThrow('ENOENT');
  expect(listening.at(-1)).toEqual(heard);
  expect(SIGNALS.map((signal) => process.listenerCount(signal))).toEqual(before);
});

test('a signal that somebody else listens to once leaves the file to him too', async () => {
  const told: string[] = [];
  process.once('SIGHUP', (signal) => told.push(signal));
  const file = await TemporaryFile.create(join(folder, 'book'));
  process.emit('SIGHUP', 'SIGHUP');
  expect(told).toEqual(['SIGHUP']);
  expect(existsSync(file.path)).toBe(true);
  file.discard();
});

test('a signal that somebody else listens to leaves the file to whoever works on it', async () => {
  const file = await TemporaryFile.create(join(folder, 'book'));
  const told: string[] = [];
  const listener = (signal: string) => told.push(signal);
  process.on('SIGHUP', listener);
  try {
    process.emit('SIGHUP', 'SIGHUP');
    expect(told).toEqual(['SIGHUP']);
    expect(existsSync(file.path)).toBe(true);
    expect(process.listenerCount('SIGHUP')).toBe(heard[2] + 1);
  } finally {
    process.off('SIGHUP', listener);
    file.discard();
  }
  expect(existsSync(file.path)).toBe(false);
});

test('a file takes a free name, and nothing from whoever has made a file there meanwhile', async () => {
  const target = join(folder, 'result');
  const mine = await TemporaryFile.create(target);
  writeSync(mine.descriptor, 'mine');
  mine.moveToFree(target);
  expect(readFileSync(target, 'utf8')).toBe('mine');
  expect(readdirSync(folder)).toEqual(['result']);
  expect(statSync(target).nlink).toBe(1);
  const other = await TemporaryFile.create(target);
  const refused = expect.objectContaining({
    code: 'file_unwritable',
    message: `${target} is there already; nothing was written.`,
  });
  expect(() => other.moveToFree(target)).toThrow(refused);
  other.discard();
  symlinkSync('nowhere', join(folder, 'dangling'));
  const third = await TemporaryFile.create(target);
  expect(() => third.moveToFree(join(folder, 'dangling'))).toThrow(
    expect.objectContaining({ code: 'file_unwritable' }),
  );
  third.discard();
  expect(readFileSync(target, 'utf8')).toBe('mine');
  expect(readdirSync(folder).sort()).toEqual(['dangling', 'result']);
});
