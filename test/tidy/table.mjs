// `npm run tidy -- --table [--root FOLDER]`: the imports between rooms of `src`, in this checkout or another one, as a table.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({ options: { table: { type: 'boolean' }, root: { type: 'string' } } });
const load = async (name) => (await runnerImport(join(import.meta.dirname, name))).module;
const { readHouse } = await load('house.ts');
const { fileCycles, importsUpward, roomArrows, roomCycles } = await load('checks.ts');

const whole = readHouse(resolve(values.root ?? join(import.meta.dirname, '../..')));
const house = { ...whole, files: whole.files.filter(({ path }) => path.startsWith('src/')) };
const arrows = roomArrows(house);
if (values.table) {
  for (const { path } of house.rooms) {
    const from = arrows.filter((arrow) => arrow.from === path);
    const told = from.map(({ to, count, isUpward }) => `${isUpward ? 'UP ' : ''}${to} ${count}`).join(', ');
    console.log(`${path.padEnd(28)} -> ${told}`);
  }
}
const upward = importsUpward(house);
for (const line of [...upward, ...roomCycles(house), ...fileCycles(house)]) console.error(line);
console.log(
  `${house.files.length} files, ${house.rooms.length} rooms, ${arrows.reduce((sum, { count }) => sum + count, 0)} imports between rooms: ` +
    `${upward.length} up, ${roomCycles(house).length} circles of rooms, ${fileCycles(house).length} circles of files`,
);
process.exitCode = upward.length + fileCycles(house).length > 0 ? 1 : 0;
