import { closeSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestFile } from '../../../src/store/file/digestFile.js';
import { FileSource } from '../../../src/store/format/fileSource.js';

/** A descriptor that can be opened, and of which every reading fails. */
let descriptor = 0;
beforeAll(() => {
  descriptor = openSync(tmpdir(), 'r');
});
afterAll(() => closeSync(descriptor));

const told = expect.objectContaining({
  code: 'database_error',
  message: 'The database cannot be read: it is a folder.',
  hint: expect.stringContaining('Look at the disk'),
  cause: expect.objectContaining({ code: 'EISDIR' }),
});

test('what the system says when it cannot read is told in a sentence', async () => {
  const source = new FileSource(descriptor, 100_000, true);
  expect(() => source.locate(0, 100)).toThrow(told);
  expect(() => source.read(0, 100)).toThrow(told);
  await expect(digestFile(descriptor, 5_000_000, 0)).rejects.toEqual(told);
});
