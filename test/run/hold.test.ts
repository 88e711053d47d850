import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runFile } from '../../src/node.js';
import { testFolder } from '../helpers/cli.js';
import { generatedImage } from '../helpers/generated.js';

const inFolder = testFolder();

test.each(['sqljs', 'native'] as const)(
  'a guard that only warns holds a run back when it is told to, with the driver %s',
  async (driver) => {
    const path = inFolder(`${driver}.sqlite3`);
    writeFileSync(path, await generatedImage('seed', 60, '2025-06-13', 1));
    await runFile(path, { asOf: '2025-06-15', driver });
    const later = readFileSync(path);
    await expect(runFile(path, { asOf: '2025-06-14', driver, hold: ['backwards'] })).rejects.toMatchObject({
      code: 'held_back',
      message: expect.stringMatching(/2025-06-14, is 1 day before the last run's, 2025-06-15/),
    });
    expect(Buffer.compare(readFileSync(path), later)).toBe(0);
    expect(await runFile(path, { asOf: '2025-06-14', driver })).toMatchObject({ outcome: 'changed' });
    expect(await runFile(path, { asOf: '2025-06-15', driver, hold: ['backwards'] })).toMatchObject({
      outcome: 'changed',
    });
  },
);
