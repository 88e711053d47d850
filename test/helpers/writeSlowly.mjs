// Writes half of a new database over the one that is named, says so on stdout, and waits to be killed.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runnerImport } from 'vite';

const load = async (name) => (await runnerImport(join(import.meta.dirname, '../../src/store/file', name))).module;
const { openDatabaseFile } = await load('openDatabaseFile.ts');
const { replaceDatabaseFile } = await load('replaceDatabaseFile.ts');

const file = openDatabaseFile(process.argv[2]);
await replaceDatabaseFile(file, async (writer) => {
  writer.write(file.pages.read(0, file.stamp.sizeBytes / 2), 0);
  console.log('half');
  for (;;) {
    await setTimeout(20);
    await writer.checkpoint();
  }
});
