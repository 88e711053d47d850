import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  fileCycles,
  foreignImports,
  importsUpward,
  longFunctions,
  nodeInBrowser,
  roomCycles,
  sharedNames,
  silentFunctions,
  unlistedRooms,
  unusedFiles,
} from './tidy/checks.js';
import { type House, readHouse, readSourceFile } from './tidy/house.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const house = readHouse(ROOT);
const BROWSER_ENTRIES = ['src/index.ts', 'src/testing.ts', 'src/web/main.ts', 'src/web/worker/worker.ts'];

describe('the house is what docs/architecture.md lists', () => {
  test('imports run down the list', () => {
    expect(importsUpward(house)).toEqual([]);
    expect(roomCycles(house)).toEqual([]);
  });

  test('every folder is in the list, every room on disk, with the file that it names', () => {
    expect(unlistedRooms(house)).toEqual([]);
  });

  test('files import each other in no circle', () => {
    expect(fileCycles(house)).toEqual([]);
  });

  test('no two exported things have one name', () => {
    expect(sharedNames(house, 'src/')).toEqual([]);
  });

  test('no function is longer than 70 lines', () => {
    expect(longFunctions(house)).toEqual([]);
  });

  test('every exported function says what it does', () => {
    expect(silentFunctions(house)).toEqual([]);
  });

  test('every file is imported', () => {
    expect(unusedFiles(house)).toEqual([]);
  });

  test('the reference model imports nothing but rules and calendar', () => {
    expect(foreignImports(house, 'src/oracle/', ['src/rules/', 'src/calendar/', 'src/errors.ts'])).toEqual([]);
  });

  test('plan, balance and kernel know neither SQLite nor Arrow', () => {
    const allowed = ['src/plan/', 'src/columns/', 'src/kernel/', 'src/rules/', 'src/calendar/', 'src/errors.ts'];
    for (const room of ['src/plan/', 'src/balance/', 'src/kernel/']) {
      expect(foreignImports(house, room, allowed)).toEqual([]);
    }
  });

  test('what runs in browsers reaches no module of Node', () => {
    expect(nodeInBrowser(house, BROWSER_ENTRIES)).toEqual([]);
  });

  test('threads and processes are started from files that the bundles have', () => {
    const scripts = house.files.flatMap(({ path }) => {
      if (!path.startsWith('src/')) return [];
      const started = /new URL\('\.\/(\w+)\.js', import\.meta\.url\)/.exec(readFileSync(join(ROOT, path), 'utf8'));
      return started === null ? [] : [`${dirname(path)}/${started[1]}.ts`];
    });
    expect(scripts.length).toBeGreaterThan(5);
    const bundles = readFileSync(join(ROOT, 'rolldown.config.ts'), 'utf8').split('const library =');
    expect(bundles).toHaveLength(2);
    for (const script of scripts) {
      expect(bundles[0]).toContain(`'${script}'`);
      if (!script.startsWith('src/cli/')) expect(bundles[1]).toContain(`'${script}'`);
    }
  });
});

/** A house of two rooms, `src/top/` above `src/low/`, that every guard is content with but for what is given. */
function houseOf(texts: Readonly<Record<string, string>>): House {
  const files = { 'src/top/top.ts': '', 'src/low/low.ts': '', ...texts };
  return {
    rooms: [
      { path: 'src/top/', opening: 'src/top/top.ts' },
      { path: 'src/low/', opening: 'src/low/low.ts' },
    ],
    files: Object.entries(files).map(([path, text]) => readSourceFile(path, text)),
    entries: ['src/top/top.ts', 'src/low/low.ts'],
  };
}

describe('each guard finds what it is there for', () => {
  const COMMENT = '/** Does something. */\n';

  test('an import that goes up, a type import too', () => {
    for (const text of ["import { x } from '../top/top.js';", "import type { X } from '../top/top.js';"]) {
      expect(importsUpward(houseOf({ 'src/low/low.ts': text }))).toEqual([
        'src/low/low.ts imports src/top/top.ts, which is above it',
      ]);
    }
    expect(importsUpward(houseOf({ 'src/top/top.ts': "import '../low/low.js';" }))).toEqual([]);
    expect(importsUpward(houseOf({ 'src/low/low.ts': "const top = await import('../top/top.js');" }))).toHaveLength(1);
  });

  test('a folder that is not in the list, a room that is not on disk, an opening file that is gone', () => {
    expect(unlistedRooms(houseOf({ 'src/low/deep/a.ts': '' }))).toEqual([
      'src/low/deep/a.ts is in no room of docs/architecture.md',
    ]);
    const { rooms, ...rest } = houseOf({});
    expect(unlistedRooms({ ...rest, rooms: [...rooms, { path: 'src/gone/', opening: null }] })).toHaveLength(2);
    expect(unlistedRooms({ ...rest, rooms: [rooms[0], { path: 'src/low/', opening: 'src/low/a.ts' }] })).toEqual([
      'src/low/ has no file to read first: src/low/a.ts',
    ]);
  });

  test('a circle of files, by types only too, and of rooms', () => {
    const circle = { 'src/low/a.ts': "import type { B } from './b.js';", 'src/low/b.ts': "export * from './a.js';" };
    expect(fileCycles(houseOf(circle))).toEqual(['a circle of imports: src/low/a.ts, src/low/b.ts']);
    const rooms = { 'src/low/a.ts': "import '../top/top.js';", 'src/top/b.ts': "import '../low/low.js';" };
    expect(roomCycles(houseOf(rooms))).toEqual(['rooms in a circle: src/low/, src/top/']);
  });

  test('two things of one name', () => {
    const twice = { 'src/top/a.ts': 'export const one = 1;', 'src/low/b.ts': 'export function one() {}' };
    expect(sharedNames(houseOf(twice), 'src/')).toEqual(['one is exported by src/top/a.ts and src/low/b.ts']);
  });

  test('a function of 71 lines, and not one of 70', () => {
    const long = (lineCount: number) => `function f() {\n${'  g();\n'.repeat(lineCount - 2)}}`;
    expect(longFunctions(houseOf({ 'src/top/top.ts': long(70) }))).toEqual([]);
    expect(longFunctions(houseOf({ 'src/top/top.ts': long(71) }))).toHaveLength(1);
    expect(longFunctions(houseOf({ 'src/top/top.ts': `const f = () => {\n${'g();\n'.repeat(70)}};` }))).toHaveLength(1);
  });

  test('an exported function without its sentence', () => {
    expect(silentFunctions(houseOf({ 'src/top/top.ts': `${COMMENT}export function f() {}` }))).toEqual([]);
    expect(silentFunctions(houseOf({ 'src/top/top.ts': 'export function f() {}' }))).toHaveLength(1);
    expect(silentFunctions(houseOf({ 'src/top/top.ts': '/** @throws Error */\nexport function f() {}' }))).toHaveLength(
      1,
    );
    expect(silentFunctions(houseOf({ 'src/top/top.ts': 'export const f = () => 1;' }))).toHaveLength(1);
  });

  test('a file nobody imports', () => {
    expect(unusedFiles(houseOf({ 'src/low/a.ts': '' }))).toEqual(['src/low/a.ts is imported by nobody']);
  });

  test('a foreign import, and a module of Node in a browser', () => {
    const foreign = { 'src/low/low.ts': "import '../top/top.js';" };
    expect(foreignImports(houseOf(foreign), 'src/low/', ['src/deeper/'])).toHaveLength(1);
    const node = {
      'src/low/low.ts': "import { readFileSync } from 'node:fs';",
      'src/top/top.ts': "import '../low/low.js';",
    };
    expect(nodeInBrowser(houseOf(node), ['src/top/top.ts'])).toHaveLength(1);
    const ofTypes = { ...node, 'src/top/top.ts': "import type { A } from '../low/low.js';" };
    expect(nodeInBrowser(houseOf(ofTypes), ['src/top/top.ts'])).toEqual([]);
  });
});
