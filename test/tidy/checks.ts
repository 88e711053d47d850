import type { House, SourceFile } from './house.js';

const MOST_FUNCTION_LINES = 70;

/** Files that declare what others find in their surroundings, or that a build writes. */
const isLooseFile = (path: string) => path.endsWith('.d.ts') || /inary\.ts$/.test(path);

/** The place of a file's room in the list, from the top: itself, its folder, or the nearest one above that is listed; else -1. */
export function roomIndexOf({ rooms }: Pick<House, 'rooms'>, path: string): number {
  for (let room = path; room !== ''; room = room.slice(0, room.lastIndexOf('/', room.length - 2) + 1)) {
    const index = rooms.findIndex((one) => one.path === room);
    if (index >= 0) return index;
  }
  return -1;
}

/** Imports of a file from a room above its own. */
export function importsUpward(house: House): string[] {
  return house.files.flatMap(({ path, imports }) => {
    const room = roomIndexOf(house, path);
    return imports
      .filter((target) => roomIndexOf(house, target) >= 0 && roomIndexOf(house, target) < room)
      .map((target) => `${path} imports ${target}, which is above it`);
  });
}

/** Folders that the list does not name, and rooms that are not on disk. */
export function unlistedRooms(house: House): string[] {
  const listed = new Set(house.rooms.map(({ path }) => path));
  const homeless = house.files.filter(
    ({ path }) => !listed.has(path) && !listed.has(path.slice(0, path.lastIndexOf('/') + 1)),
  );
  const paths = new Set(house.files.map(({ path }) => path));
  const empty = house.rooms.filter(
    (room) => !house.files.some(({ path }) => house.rooms[roomIndexOf(house, path)] === room),
  );
  const unopened = house.rooms.filter(
    ({ path, opening }) => path.endsWith('/') && (opening === null || !paths.has(opening)),
  );
  return [
    ...homeless.map(({ path }) => `${path} is in no room of docs/architecture.md`),
    ...empty.map(({ path }) => `${path} is in docs/architecture.md and not on disk`),
    ...unopened.map(
      ({ path, opening }) => `${path} has no file to read first${opening === null ? '' : `: ${opening}`}`,
    ),
  ];
}

/** The groups of nodes that reach each other, by Tarjan's algorithm. */
function knotsOf(nodes: Iterable<string>, nextOf: (node: string) => readonly string[]): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const isOpen = new Set<string>();
  const knots: string[][] = [];
  const enter = (node: string) => {
    order.set(node, order.size);
    lowest.set(node, order.size - 1);
    stack.push(node);
    isOpen.add(node);
    for (const next of nextOf(node)) {
      if (!order.has(next)) enter(next);
      if (isOpen.has(next)) lowest.set(node, Math.min(lowest.get(node) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const knot = stack.splice(stack.indexOf(node));
    for (const member of knot) isOpen.delete(member);
    if (knot.length > 1) knots.push(knot.sort());
  };
  for (const node of nodes) if (!order.has(node)) enter(node);
  return knots;
}

/** Files that import each other in a circle, type imports included. */
export function fileCycles(house: House): string[] {
  const byPath = new Map(house.files.map((file) => [file.path, file]));
  const nextOf = (path: string) => (byPath.get(path)?.imports ?? []).filter((target) => byPath.has(target));
  return knotsOf(byPath.keys(), nextOf).map((knot) => `a circle of imports: ${knot.join(', ')}`);
}

/** Rooms that reach each other. */
export function roomCycles(house: House): string[] {
  const next = new Map<string, Set<string>>(house.rooms.map(({ path }) => [path, new Set()]));
  for (const { from, to } of roomArrows(house)) next.get(from)?.add(to);
  return knotsOf(next.keys(), (room) => [...(next.get(room) ?? [])]).map(
    (knot) => `rooms in a circle: ${knot.join(', ')}`,
  );
}

/** How many imports go from one room to another. */
export interface RoomArrow {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly isUpward: boolean;
}

/** The imports between rooms, from the top down. */
export function roomArrows(house: House): RoomArrow[] {
  const counts = new Map<string, number>();
  for (const { path, imports } of house.files) {
    const from = roomIndexOf(house, path);
    for (const target of imports) {
      const to = roomIndexOf(house, target);
      if (from >= 0 && to >= 0 && from !== to) counts.set(`${from} ${to}`, (counts.get(`${from} ${to}`) ?? 0) + 1);
    }
  }
  return [...counts].map(([key, count]) => {
    const [from, to] = key.split(' ').map(Number);
    return { from: house.rooms[from].path, to: house.rooms[to].path, count, isUpward: to < from };
  });
}

/** Names that two files of a folder tree export. @param folder as `src/` */
export function sharedNames({ files }: House, folder: string): string[] {
  const homes = new Map<string, string[]>();
  for (const { path, exports } of files) {
    if (!path.startsWith(folder) || isLooseFile(path)) continue;
    for (const name of new Set(exports)) homes.set(name, [...(homes.get(name) ?? []), path]);
  }
  return [...homes]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => `${name} is exported by ${paths.join(' and ')}`);
}

/** Functions that do not fit on a screen. */
export function longFunctions({ files }: House): string[] {
  return files.flatMap(({ path, functions }) =>
    functions
      .filter(({ lineCount }) => lineCount > MOST_FUNCTION_LINES)
      .map(
        ({ name, line, lineCount }) =>
          `${path}:${line} ${name} has ${lineCount} lines; allowed are ${MOST_FUNCTION_LINES}`,
      ),
  );
}

/** Exported functions that do not say in a sentence what they do. */
export function silentFunctions({ files }: House): string[] {
  return files.flatMap(({ path, functions }) =>
    functions
      .filter(({ isExported, comment }) => isExported && !/^[A-Z`][\s\S]*?[.:?](\s|$)/.test(comment))
      .map(({ name, line }) => `${path}:${line} ${name} is exported and has no sentence`),
  );
}

/** Files that nobody imports and nobody begins with. */
export function unusedFiles({ files, entries }: House): string[] {
  const used = new Set([...entries, ...files.flatMap(({ imports }) => imports)]);
  return files
    .filter(({ path }) => !used.has(path) && !isLooseFile(path))
    .map(({ path }) => `${path} is imported by nobody`);
}

/** Whatever a file loads, itself included; packages and Node's modules by name. */
function reachedFrom(files: ReadonlyMap<string, SourceFile>, entry: string): Set<string> {
  const reached = new Set([entry]);
  for (const path of reached) for (const target of files.get(path)?.loadedImports ?? []) reached.add(target);
  return reached;
}

/** What runs in browsers and reaches a module of Node. */
export function nodeInBrowser({ files }: House, entries: readonly string[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return entries.flatMap((entry) =>
    [...reachedFrom(byPath, entry)]
      .filter((path) => byPath.get(path)?.loadedImports.some((target) => target.startsWith('node:')))
      .map((path) => `${entry} runs in browsers and reaches ${path}, which imports Node's modules`),
  );
}

/** Imports of a folder from elsewhere than is allowed. */
export function foreignImports({ files }: House, folder: string, allowed: readonly string[]): string[] {
  return files
    .filter(({ path }) => path.startsWith(folder))
    .flatMap(({ path, imports }) =>
      imports
        .filter((target) => ![folder, ...allowed].some((start) => target.startsWith(start)))
        .map((target) => `${path} imports ${target}; ${folder} imports only ${allowed.join(', ')}`),
    );
}
