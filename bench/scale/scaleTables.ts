import { grouped, mebibytes, seconds, times } from '../tools/format.js';
import { growthExponent } from '../tools/statistics.js';
import { drawNote, drawTable, type TableStyle } from '../tools/table.js';
import { type MeasuredRun, type SizeResult, WORKLOAD } from './measureSize.js';
import { PUBLISHED_FIGURES } from './published.js';

/** Below this many contacts, starting the process weighs more than the work. */
const SMALLEST_FITTED = 10_000;

/** How run time grows with contacts: 1 is in proportion. */
export interface Growth {
  readonly ofAllSizes: number | null;
  /** Over the sizes from 10,000 contacts on. */
  readonly ofLargeSizes: number | null;
  /** Over the same sizes, without the start of the process. */
  readonly ofLargeSizesWork: number | null;
}

/** Fits the growth exponents of run time over contacts; of databases of one shape. */
export function fitGrowth(results: readonly SizeResult[]): Growth {
  const large = results.filter(({ contacts }) => contacts >= SMALLEST_FITTED);
  const fit = (sizes: readonly SizeResult[], secondsOf: (run: MeasuredRun) => number) =>
    growthExponent(sizes.map(({ contacts, run }) => ({ x: contacts, y: secondsOf(run) })));
  return {
    ofAllSizes: fit(results, (run) => run.seconds),
    ofLargeSizes: fit(large, (run) => run.seconds),
    ofLargeSizesWork: fit(large, (run) => run.seconds - run.startSeconds),
  };
}

function scaleTable(results: readonly SizeResult[], style: TableStyle): string {
  const rows = results.map(({ contacts, shape, generation, run }) => [
    grouped(contacts),
    shape ?? '-',
    grouped(run.report.rows.total),
    run.report.rows.per_contact.toFixed(2),
    ...(generation === null ? ['-', '-'] : [seconds(generation.seconds), grouped(generation.contactsPerSecond)]),
    seconds(run.seconds),
    grouped(contacts / run.seconds),
    mebibytes(run.peakBytes),
  ]);
  const rate = 'contacts/s';
  const head = ['contacts', 'shape', 'rows', 'per contact', 'generate s', rate, 'run s', rate, 'peak MiB'];
  return drawTable({ head, rows, leftColumns: 2 }, style);
}

function stageTable(results: readonly SizeResult[], style: TableStyle): string {
  const stages = [...new Set(results.flatMap(({ run }) => Object.keys(run.stages)))];
  const rowOf = (label: string, shape: string | null, run: MeasuredRun) => [
    label,
    shape ?? '-',
    seconds(run.startSeconds),
    ...stages.map((stage) => (run.stages[stage] === undefined ? '-' : seconds(run.stages[stage]))),
    seconds(run.seconds),
    run.report.flush,
  ];
  const rows = results.flatMap(({ contacts, shape, run, again }) => [
    rowOf(grouped(contacts), shape, run),
    ...(again === null ? [] : [rowOf(`${grouped(contacts)} again`, shape, again)]),
  ]);
  const head = ['contacts', 'shape', 'start', ...stages, 'total s', 'flush by'];
  return drawTable({ head, rows, leftColumns: 2 }, style);
}

function publishedTable(results: readonly SizeResult[], style: TableStyle): string {
  const rows = PUBLISHED_FIGURES.map((figure) => {
    const ours = results.find(({ contacts, shape }) => contacts === figure.contacts && shape === WORKLOAD.shape);
    return [
      grouped(figure.contacts),
      grouped(figure.rows),
      String(figure.rowsPerContact),
      figure.seconds,
      ours === undefined ? 'not run' : grouped(ours.run.report.rows.total),
      ours === undefined ? 'not run' : ours.run.report.rows.per_contact.toFixed(2),
      ours === undefined ? 'not run' : seconds(ours.run.seconds),
    ];
  });
  const theirs = ['published: rows', 'per contact', 's'];
  const head = ['contacts', ...theirs, 'measured here: rows', 'per contact', 's'];
  return drawTable({ head, rows }, style);
}

function growthText({ ofAllSizes, ofLargeSizes, ofLargeSizesWork }: Growth): string {
  const shown = (value: number | null) => (value === null ? 'not fitted (two sizes are needed)' : value.toFixed(3));
  const from = `the sizes from ${grouped(SMALLEST_FITTED)} on`;
  return [
    'Growth exponent of run s over contacts (least squares on logarithms; 1 is linear):',
    `${shown(ofLargeSizes)} over ${from}, ${shown(ofLargeSizesWork)} over the same without the start of the process,`,
    `${shown(ofAllSizes)} over all sizes, of which the small ones are mostly start.`,
  ].join(' ');
}

/** How much longer each size takes in another shape than in that of the workload, where both were run. */
function shapesText(results: readonly SizeResult[]): string[] {
  return results.flatMap(({ contacts, shape, run }) => {
    const plain = results.find((other) => other.contacts === contacts && other.shape === WORKLOAD.shape);
    if (shape === WORKLOAD.shape || plain === undefined) return [];
    return [
      `${grouped(contacts)} contacts, shape ${shape}: ${times(run.seconds / plain.run.seconds)} of shape ${plain.shape}.`,
    ];
  });
}

/** Draws all tables of the ladder. */
export function drawScale(
  results: readonly SizeResult[],
  { runs, style }: { readonly runs: number; readonly style: TableStyle },
): string {
  const title = (text: string) => (style === 'markdown' ? `**${text}**\n` : text);
  const median = runs === 1 ? 'one run' : `the median of ${runs} runs`;
  const again = results.filter((result) => result.again !== null);
  const workload = results.filter(({ shape }) => shape === WORKLOAD.shape);
  const grown = workload.length > 0 ? workload : results;
  const parts = [
    `${title('Scale')}\n${scaleTable(results, style)}`,
    `Generate s: until the file is on the disk. Run s: the whole process, file in, file out, ${median}.`,
    `${title('Where the run spends its seconds')}\n${stageTable(results, style)}`,
    ...again.map(
      ({ contacts, shape, run, again: second }) =>
        `A second run over ${grouped(contacts)} contacts${shape === null ? '' : `, shape ${shape}`}: ${second?.report.outcome}, ${((100 * (second?.seconds ?? 0)) / run.seconds).toFixed(0)} % of the first run's time.`,
    ),
    ...[shapesText(results).join(' ')].filter((text) => text !== ''),
    growthText(fitGrowth(grown)),
    ...(workload.length > 0
      ? [
          `${title('Beside the planner in use')}\n${publishedTable(results, style)}`,
          'Published figures were read, not measured here: another machine, another day.',
        ]
      : []),
  ];
  return `${parts.map((part) => drawNote(part, style).trim()).join('\n\n')}\n`;
}
