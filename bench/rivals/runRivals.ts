import { WORKLOAD } from '../scale/measureSize.js';
import { grouped } from '../tools/format.js';
import { type Machine, machineLine } from '../tools/machine.js';
import { drawNote, type TableStyle } from '../tools/table.js';
import { type WorkFolder, writeJson } from '../tools/workFolder.js';
import { writeChart } from './chart.js';
import { type ContestResult, contestants, holdContest } from './contest.js';
import { drawContest, drawStages } from './contestTables.js';

/** How rivals are compared. */
export interface RivalSettings {
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly keep: boolean;
  /** More options for `sendplan run`. */
  readonly runOptions: readonly string[];
  readonly json?: string;
  readonly chart?: string;
  readonly style: TableStyle;
  readonly machine: Machine;
  /** The command that was given. */
  readonly command: string;
  readonly say: (text: string) => void;
}

const ABOUT = [
  'The same file, table and three indexes for all, and the same rules: birthday, effective date and aep emails, exclusion',
  'windows, post-window emails; no campaigns, history, limits or caps. Seconds of a whole process each, file in, file out.',
  'Compute s is the part that works the emails out, for sendplan on one core, for DuckDB on all.',
].join(' ');

/**
 * Measures sendplan and its rivals on the same files and prints what was found.
 *
 * @throws Error when somebody's rows are not the others'
 */
export async function runRivals(folder: WorkFolder, settings: RivalSettings): Promise<void> {
  const { sizes, runs, keep, style, machine, say, runOptions } = settings;
  const everybody = await contestants(folder, runOptions);
  const results: ContestResult[] = [];
  for (const [i, contacts] of sizes.entries()) {
    const sayStep = (step: string) => say(`[${i + 1}/${sizes.length}] ${grouped(contacts)} contacts: ${step}`);
    results.push(...(await holdContest(folder, contacts, everybody, { runs, keep, runOptions, say: sayStep })));
  }
  const largest = Math.max(...sizes);
  const rowsNote = results.every(({ isSame }) => isSame !== false)
    ? 'All wrote the same rows: count and checksum of contact, type, day, status and skip reason.'
    : 'NOT all wrote the same rows.';
  const parts = [
    `${ABOUT} ${runs === 1 ? 'One run each.' : `Medians of ${runs} runs.`} ${rowsNote}`,
    ...sizes.map((contacts) => drawContest(results, everybody, contacts, style)),
    `Where the seconds go at ${grouped(largest)} contacts:`,
    drawStages(
      results.filter(({ contacts }) => contacts === largest),
      style,
    ),
    `${machineLine(machine)}. Made by \`${settings.command}\`.`,
  ];
  process.stdout.write(`${parts.map((part) => drawNote(part, style).trim()).join('\n\n')}\n`);
  const path = writeJson(settings.json ?? new URL('../../bench-results/rivals.json', import.meta.url).pathname, {
    workload: WORKLOAD,
    machine,
    measured_at: new Date().toISOString(),
    runs,
    results,
  });
  say(`Results as JSON: ${path}`);
  if (settings.chart !== undefined) {
    say(`Chart: ${writeChart(settings.chart, results, everybody, machineLine(machine))}`);
  }
  const wrong = results.filter(({ isSame }) => isSame === false);
  if (wrong.length > 0) throw new Error(`other rows than sendplan: ${wrong.map(({ name }) => name).join(', ')}`);
}
