import { copyFileSync } from 'node:fs';
import { Command } from 'commander';
import { startProcess } from '../src/fleet/startProcess.js';
import { compareNights, fitCapacities, type MeasuredBook } from './fleet/simulateNight.js';
import { generateFile, WORKLOAD } from './scale/measureSize.js';
import { drawing } from './tools/drawing.js';
import { grouped } from './tools/format.js';
import { describeMachine, machineLine } from './tools/machine.js';
import { repeatCount, sizeList } from './tools/options.js';
import { drawTable } from './tools/table.js';
import { WorkFolder } from './tools/workFolder.js';

interface Flags {
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly books: number;
  readonly seed: number;
}

const WORKERS = [1, 2, 4, 8, 16, 64, 256] as const;

/** Plans copies of books of some sizes as a worker of a fleet does, each in a process of its own, one after the other. */
async function measureBooks(folder: WorkFolder, { sizes, runs }: Flags): Promise<MeasuredBook[]> {
  const measured: MeasuredBook[] = [];
  for (const contacts of sizes) {
    const book = folder.file(`${contacts}.sqlite3`);
    await generateFile(folder, book, contacts, 'realistic');
    for (let i = 0; i < runs; i++) {
      const path = folder.file('planned.sqlite3');
      copyFileSync(book, path);
      const startMs = performance.now();
      const task = { kind: 'plan', path, day: WORKLOAD.asOf, driver: 'native', memoryLimitBytes: null } as const;
      await startProcess(task).answer;
      measured.push({ contacts, seconds: (performance.now() - startMs) / 1000 });
    }
  }
  return measured;
}

function told(seconds: number): string {
  return seconds < 100 ? seconds.toFixed(2) : grouped(Math.round(seconds));
}

async function compare(flags: Flags): Promise<void> {
  const folder = new WorkFolder(false);
  const measured = await measureBooks(folder, flags);
  folder.remove();
  const bySize = flags.sizes.map((contacts) => {
    const own = measured.filter((book) => book.contacts === contacts).map(({ seconds }) => seconds);
    return [grouped(contacts), told(Math.min(...own)), told(Math.max(...own))];
  });
  const { startSeconds, contactsPerSecond } = fitCapacities(measured);
  const draw = drawing(flags.seed);
  const [least, most] = [Math.min(...flags.sizes), Math.max(...flags.sizes)];
  const contacts = Array.from({ length: flags.books }, () => Math.round(least * (most / least) ** draw()));
  const nights = compareNights(measured, contacts, WORKERS, draw).map((night) => [
    String(night.workers),
    told(night.formulaSeconds),
    told(night.simulatedSeconds),
    `${((night.formulaSeconds / night.simulatedSeconds - 1) * 100).toFixed(1)} %`,
    `${(night.idleShare * 100).toFixed(2)} %`,
  ]);
  const all = contacts.reduce((sum, count) => sum + count, 0);
  console.log(`${machineLine(describeMachine())}, seed ${flags.seed}\n`);
  console.log(drawTable({ head: ['contacts', 'least s', 'most s'], rows: bySize }, 'markdown'));
  console.log(`\nstart ${startSeconds.toFixed(3)} s, ${grouped(Math.round(contactsPerSecond))} contacts a second`);
  console.log(`${grouped(flags.books)} books, ${grouped(all)} contacts\n`);
  const head = ['workers', 'formula s', 'simulated s', 'formula less simulated', 'idle'];
  console.log(drawTable({ head, rows: nights }, 'markdown'));
}

await new Command('npm run bench:fleet --')
  .description(
    'Measures what books of some sizes take, and holds the capacity formula of docs/scale.md against a simulated night of many such books.',
  )
  .option('--sizes <list>', 'contacts of the books that are measured', sizeList, [200, 600, 2000, 6000, 20_000])
  .option('--runs <n>', 'how often each is measured', repeatCount, 7)
  .option('--books <n>', 'how many books the simulated night has, of all sizes between', Number, 10_000)
  .option('--seed <n>', 'which sizes and seconds are drawn', Number, 1)
  .action(compare)
  .parseAsync();
