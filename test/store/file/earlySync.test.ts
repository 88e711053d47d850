import { closeSync, openSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EarlySync } from '../../../src/store/file/earlySync.js';
import { testFolder } from '../../helpers/cli.js';

const pathOf = testFolder();

test('a file is brought to the disk while it is written, as often as that is asked for', async () => {
  const descriptor = openSync(pathOf('written'), 'w+');
  const early = new EarlySync(descriptor);
  for (let i = 0; i < 5; i++) {
    writeSync(descriptor, 'x'.repeat(100_000));
    early.start();
    early.start();
    if (i % 2 === 0) await early.settled();
  }
  await expect(early.settled()).resolves.toBeUndefined();
  closeSync(descriptor);
});

test('the error of an early sync is told by whoever waits for the end, again and again', async () => {
  // No process has so many files open.
  const early = new EarlySync(2 ** 30);
  early.start();
  await expect(early.settled()).rejects.toMatchObject({ code: 'EBADF' });
  await expect(early.settled()).rejects.toMatchObject({ code: 'EBADF' });
});
