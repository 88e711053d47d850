// Writes half of a new database over the one that is named, says so on stdout, and waits to be killed; with `locked` as second
// argument under SQLite's locks. Runs the program as it was built.
import { setTimeout } from 'node:timers/promises';

const load = (name) => import(new URL(`../../dist/src/store/${name}`, import.meta.url).href);
const { openDatabaseFile } = await load('file/openDatabaseFile.js');
const { replaceDatabaseFile } = await load('file/replaceDatabaseFile.js');
const { loadFileLocks } = await load('driver/sqliteLocks.js');

const file = openDatabaseFile(process.argv[2], 'replace');
const locks = process.argv[3] === 'locked' ? await loadFileLocks() : null;
const writeHalf = async (writer) => {
  writer.write(file.pages.read(0, file.stamp.sizeBytes / 2), 0);
  console.log('half');
  for (;;) {
    await setTimeout(20);
    await writer.checkpoint();
  }
};
await replaceDatabaseFile(file, writeHalf, { locks });
