import { readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type * as Processes from '../../src/fleet/startProcess.js';
import { testFolder } from '../helpers/cli.js';
import { generatedImage } from '../helpers/generated.js';
import { DAY } from './fleetBooks.js';

const inFolder = testFolder();

test('the process of a book in WAL mode leaves nothing beside it', async () => {
  const path = inFolder('book.sqlite3');
  const image = Buffer.from(await generatedImage('realistic', 50, DAY, 3));
  // The versions of reading and writing in SQLite's header: 2 is WAL.
  image.fill(2, 18, 20);
  writeFileSync(path, image);
  // The built one: the process that it starts is a file of its own.
  const built = new URL('../../dist/src/fleet/startProcess.js', import.meta.url).href;
  const { startProcess }: typeof Processes = await import(built);
  const task = { kind: 'plan', path, day: DAY, driver: 'native', memoryLimitBytes: null } as const;
  expect(await startProcess(task).answer).toMatchObject({ outcome: 'changed' });
  expect(readdirSync(inFolder())).toEqual(['book.sqlite3']);
});
