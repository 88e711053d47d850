import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentOf, FIRST_DAY, isSameContent } from './books.js';
import type { CaseResult, FaultCase, FaultKind } from './campaign.js';
import { copyWithSidecars } from './killed.js';
import { faultsOfRun } from './sendplanProgram.js';
import { damageOf, dumpOf, missingSqlite3 } from './sqlite3.js';

const LATER_DAY = '2025-09-01';
const SIZES = 20;

interface Way {
  readonly name: string;
  readonly shape: 'seed' | 'realistic';
  readonly isFirst: boolean;
  readonly words: readonly string[];
  /** How much of the file's final size a run writes at the most. */
  readonly share: number;
}

const WAYS: readonly Way[] = [
  {
    name: 'sqljs by SQL',
    shape: 'realistic',
    isFirst: true,
    words: ['--driver', 'sqljs', '--flush', 'sql'],
    share: 1.1,
  },
  {
    name: 'sqljs by pages',
    shape: 'realistic',
    isFirst: false,
    words: ['--driver', 'sqljs', '--flush', 'pages'],
    share: 1.1,
  },
  {
    name: 'native staged',
    shape: 'seed',
    isFirst: true,
    words: ['--driver', 'native', '--flush', 'pages'],
    share: 1.3,
  },
  { name: 'native by contact', shape: 'realistic', isFirst: false, words: ['--driver', 'native'], share: 1 },
  {
    name: 'native divided',
    shape: 'realistic',
    isFirst: false,
    words: ['--driver', 'native', '--batch-size', '200'],
    share: 0.6,
  },
  {
    name: 'native by SQL',
    shape: 'realistic',
    isFirst: true,
    words: ['--driver', 'native', '--flush', 'sql'],
    share: 0.6,
  },
];

/** Tells whether disks of limited size can be mounted here. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-mount-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0;
  if (isMounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return isMounted;
}

async function tryCase(fault: FaultCase): Promise<CaseResult> {
  const { number, draw, books, program, folder } = fault;
  const way = WAYS[number % WAYS.length];
  const day = way.isFirst ? FIRST_DAY : LATER_DAY;
  const book = {
    contacts: fault.contacts,
    shape: way.shape,
    isWal: draw.once(3),
    days: way.isFirst ? [] : [FIRST_DAY],
  };
  const found = await books.make(book);
  const finalBytes = statSync(await books.make({ ...book, isWal: false, days: [...book.days, day] })).size;
  const step = Math.floor(number / WAYS.length) % SIZES;
  const freeBytes = Math.floor((finalBytes * way.share * (step + draw.below(100) / 100)) / SIZES);
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const bytes = Math.ceil((statSync(found).size + freeBytes) / 4096) * 4096;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', disk], { encoding: 'utf8' });
  if (mounted.status !== 0) throw new Error(mounted.stderr);
  try {
    const path = join(disk, 'book');
    copyFileSync(found, path);
    const outcome = await program.run('run', path, '--as-of', day, ...way.words);
    const faults = faultsOfRun('the run', outcome);
    const isPart = /The emails of \d+ of \d+ contacts/.test(outcome.stderr);
    // What was committed stays in the log, where there is no room to move it into the file.
    const allowed = isPart && book.isWal ? ['book', 'book-wal', 'book-shm'] : ['book'];
    faults.push(...readdirSync(disk).flatMap((name) => (allowed.includes(name) ? [] : [`${name} is left`])));
    const kept = copyWithSidecars(path, join(folder, 'looked-at'));
    faults.push(...damageOf(kept));
    if (outcome.code === 0) {
      const wanted = await books.content({ ...book, days: [...book.days, day] });
      if (!isSameContent(contentOf(kept), wanted)) faults.push('the rows are others than with room enough');
    } else {
      if (!/the disk is full|disk quota|no room/i.test(outcome.stderr))
        faults.push(`it does not say so: ${outcome.stderr}`);
      if (!isPart && dumpOf(kept) !== dumpOf(found)) faults.push('the database is another one than before');
    }
    const told = `${way.name}${book.isWal ? ', wal' : ''}, ${freeBytes} bytes free`;
    return { label: `${way.name}: exit ${outcome.code}`, faults: faults.map((text) => `${told}: ${text}`) };
  } finally {
    spawnSync('umount', ['-l', disk]);
  }
}

/** Runs on disks that fill up. */
export const disks: FaultKind = {
  summary: `full disks, ${SIZES} sizes x ${WAYS.length} ways of writing`,
  count: SIZES * WAYS.length,
  contacts: 3000,
  missing: () =>
    canMount() ? missingSqlite3() : 'mounting a tmpfs is not allowed here (be root in a container that may)',
  tryCase,
};
