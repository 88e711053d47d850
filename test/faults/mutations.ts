import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strayFiles } from './books.js';
import type { CaseResult, FaultCase, FaultKind } from './campaign.js';
import { type CommandEnd, CommandProcess } from './commandProcess.js';
import { mutatedFile } from './mutatedFile.js';
import { foreignDump, mutationBases } from './mutationBases.js';
import { unforeseen } from './sendplanProgram.js';
import { missingSqlite3 } from './sqlite3.js';

/** Every so many files also go through the program as a process. */
const PROCESS_EACH = 50;
const LATER_DAY = '2025-07-20';

let bases: readonly Uint8Array[] | null = null;
const commands = new CommandProcess();

function wrongEnd(what: string, { kind, code, message }: CommandEnd): string[] {
  if (kind === 'unforeseen') return [`${what}: ${message}`];
  // Nobody else uses the file, and no part of the program may fail by what it is given.
  return ['kernel_error', 'file_busy'].includes(code) ? [`${what}: ${code}, ${message}`] : [];
}

/** Compares the tables of others in a file that a run changed with what was readable of them before. */
function foreignFaults(what: string, before: string, after: string): string[] {
  const wanted = foreignDump(before);
  return wanted === null || wanted === foreignDump(after) ? [] : [`${what} changed a table of others`];
}

async function tryRun(folder: string, damaged: string, driver: string): Promise<{ end: CommandEnd; faults: string[] }> {
  const path = join(folder, `by-${driver}`);
  copyFileSync(damaged, path);
  const words = ['run', path, '--as-of', LATER_DAY, '--driver', driver];
  const end = await commands.run(...words);
  const what = `run (${driver})`;
  const faults = wrongEnd(what, end);
  const isSame = readFileSync(path).equals(readFileSync(damaged));
  if (end.kind === 'done') faults.push(...(isSame ? [] : foreignFaults(what, damaged, path)));
  else if (!isSame) faults.push(`${what} failed and changed the file`);
  // What a failing run holds on to shows in the next one.
  if (end.kind === 'refused') faults.push(...wrongEnd(`${what} once more`, await commands.run(...words)));
  if (strayFiles(path).length > 0) {
    // Those of WAL mode go with the connection: when its statements are collected, or with the process.
    await commands.end();
    faults.push(...strayFiles(path).map((text) => `${what}: ${text}`));
  }
  return { end, faults };
}

async function tryCase(fault: FaultCase): Promise<CaseResult> {
  const { draw, books, folder, number, program } = fault;
  bases ??= await mutationBases(books, fault.contacts, join(folder, '..', 'bases'));
  const { name, bytes } = mutatedFile(draw.of(bases), draw);
  const damaged = join(folder, 'damaged');
  writeFileSync(damaged, bytes);
  const sqljs = await tryRun(folder, damaged, 'sqljs');
  const native = await tryRun(folder, damaged, 'native');
  const faults = [...sqljs.faults, ...native.faults];
  const driver = draw.of(['sqljs', 'native']);
  const readers = [
    ['report', damaged, '--driver', driver],
    ['verify', damaged, '--as-of', '2025-06-13', '--driver', driver, '--history'],
    ['explain', damaged, '--as-of', LATER_DAY, '--contact', String(1 + draw.below(45)), '--driver', driver],
  ];
  for (const words of readers) faults.push(...wrongEnd(`${words[0]} (${driver})`, await commands.run(...words)));
  if (!readFileSync(damaged).equals(Buffer.from(bytes))) faults.push('a command that reads changed the file');
  if (number % PROCESS_EACH === 0) {
    const path = join(folder, 'by-process');
    copyFileSync(damaged, path);
    const words = draw.of([['run', path, '--driver', draw.of(['sqljs', 'native']), '--as-of', LATER_DAY], ...readers]);
    faults.push(...unforeseen(words.join(' '), await program.run(...words)));
  }
  return { label: `${name}: sqljs ${sqljs.end.code}, native ${native.end.code}`, faults };
}

/** Damaged files through every command. */
export const mutations: FaultKind = {
  summary: 'damaged files through run, report, verify and explain',
  count: 10_000,
  contacts: 40,
  missing: missingSqlite3,
  tryCase,
  async end() {
    await commands.end();
    bases = null;
  },
};
