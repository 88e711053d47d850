import { WORKLOAD } from '../scale/measureSize.js';
import { grouped, seconds, times } from '../tools/format.js';
import { machineLine } from '../tools/machine.js';
import { median } from '../tools/statistics.js';
import { drawNote, drawTable, type TableStyle } from '../tools/table.js';
import { type WorkFolder, writeJson } from '../tools/workFolder.js';
import { CONTESTANTS, type ContestantKey, holdNightContest, type NightContest } from './nightContest.js';
import type { NightsFlags } from './runNights.js';
import { STEPS } from './sender.js';

const ABOUT = [
  'The same book, night after night, by the rules that can be said in one SELECT (as with --rivals): nothing is sent, one contact of',
  `${grouped(STEPS.edited)} is edited and one of ${grouped(STEPS.added)} comes anew; what was due and not sent is planned again. Everybody starts from the same file, with the same`,
  'indexes. Seconds of a whole process each; copy s is the file copied and synced.',
].join(' ');

function secondsOf({ nights }: NightContest, key: ContestantKey): number {
  return median(nights.map((night) => night.seconds[key]));
}

function drawContest(contest: NightContest, style: TableStyle): string {
  const { contacts, nights } = contest;
  const keys = Object.keys(CONTESTANTS) as ContestantKey[];
  const copy = median(nights.map(({ copySeconds }) => copySeconds));
  const rows = keys.map((key) => [
    CONTESTANTS[key],
    ...nights.map((night) => seconds(night.seconds[key])),
    seconds(secondsOf(contest, key)),
    times(secondsOf(contest, key) / secondsOf(contest, 'sqljs')),
    times(secondsOf(contest, key) / copy),
  ]);
  rows.push(['copy', ...nights.map(({ copySeconds }) => seconds(copySeconds)), seconds(copy), '-', '-']);
  rows.push(['rows', ...nights.map(({ found }) => grouped(found.rows)), '', '', '']);
  rows.push(['written', ...nights.map(({ changes }) => grouped(changes.written)), '', '', '']);
  rows.push(['deleted', ...nights.map(({ changes }) => grouped(changes.gone)), '', '', '']);
  const head = [
    `${grouped(contacts)} contacts`,
    ...nights.map(({ asOf }) => asOf),
    ...['median s', 'of sendplan', 'of copy'],
  ];
  return drawTable({ head, rows }, style);
}

/**
 * Lets sendplan and native SQLite do the same nights and prints what that took.
 *
 * @throws Error when somebody's rows are not the others'
 */
export async function runNightContest(folder: WorkFolder, flags: NightsFlags): Promise<void> {
  const { sizes, nights, keep, style, machine, say } = flags;
  const results: NightContest[] = [];
  for (const [i, contacts] of sizes.entries()) {
    const onStep = (step: string) => say(`[${i + 1}/${sizes.length}] ${grouped(contacts)} contacts: ${step}`);
    results.push(await holdNightContest(folder, contacts, { nights, keep, onStep }));
  }
  const isSame = results.every((contest) => contest.nights.every((night) => night.isSame));
  const rowsNote = isSame
    ? 'All left the same rows: count and checksum of contact, type, day, status and skip reason.'
    : 'NOT all left the same rows.';
  const parts = [`${ABOUT} ${rowsNote}`, ...results.map((contest) => drawContest(contest, style))];
  process.stdout.write(
    `${parts.map((part) => drawNote(part, style).trim()).join('\n\n')}\n\n${machineLine(machine)}. Made by \`${flags.command}\`.\n`,
  );
  const path = writeJson(flags.json ?? new URL('../../bench-results/night-rivals.json', import.meta.url).pathname, {
    workload: WORKLOAD,
    machine,
    measured_at: new Date().toISOString(),
    sizes: results,
  });
  say(`Results as JSON: ${path}`);
  if (!isSame) throw new Error('not all left the same rows');
}
