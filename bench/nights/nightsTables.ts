import { grouped, mebibytes, seconds, times } from '../tools/format.js';
import { median } from '../tools/statistics.js';
import { drawNote, drawTable, type TableStyle } from '../tools/table.js';
import type { Night, NightsResult } from './measureNights.js';
import { FATES, STEPS } from './sender.js';

/** Why rows of a night got another day. */
export interface Restlessness {
  /** Rows that ask for a seat anew: those that are added, and those that are due, unsent and planned again. */
  readonly asking: number;
  /** Rows that got another day, the due ones among them; not those that were skipped on a day that has passed. */
  readonly moved: number;
  readonly displaced: number;
  /** Null when nothing asked for a seat. */
  readonly movedPerAsking: number | null;
}

/** How many rows of a night got another day, for each that asked for a seat (Rules 12.8). */
export function restlessnessOf({ diff }: Pick<Night, 'diff'>): Restlessness {
  const counts = (cause: string) => diff.by_cause.find((one) => one.cause === cause);
  const asking = diff.added + (counts('due')?.changed ?? 0);
  const moved = diff.by_cause.reduce(
    (total, { cause, another_day: rows }) => total + (cause === 'passed' ? 0 : rows),
    0,
  );
  const displaced = counts('displaced')?.changed ?? 0;
  return { asking, moved, displaced, movedPerAsking: asking === 0 ? null : moved / asking };
}

function rowsTable({ nights }: NightsResult, style: TableStyle): string {
  const rows = nights.map((night) => {
    const { day, diff } = night;
    const { moved, displaced, movedPerAsking } = restlessnessOf(night);
    const changedBy = (cause: string) => diff.by_cause.find((one) => one.cause === cause)?.changed ?? 0;
    return [
      night.asOf,
      ...[day.due, day.editedContacts, day.addedContacts].map(grouped),
      ...[diff.kept + diff.changed + diff.removed, diff.added, diff.changed, diff.removed].map(grouped),
      ...[changedBy('due'), changedBy('passed'), displaced, moved].map(grouped),
      movedPerAsking === null ? '-' : movedPerAsking.toFixed(2),
    ];
  });
  const before = ['night', 'sent', 'edited', 'new people'];
  const changes = [
    'rows found',
    'added',
    'changed',
    'removed',
    'due',
    'passed',
    'displaced',
    'another day',
    'per new or due',
  ];
  return drawTable({ head: [...before, ...changes], rows }, style);
}

function secondsTable({ first, nights }: NightsResult, style: TableStyle): string {
  const stages = [...new Set([first, ...nights.map(({ run }) => run)].flatMap((run) => Object.keys(run.stages)))];
  const cells = ({ run, label }: { readonly run: NightsResult['first']; readonly label: string }) => [
    label,
    seconds(run.startSeconds),
    ...stages.map((stage) => (run.stages[stage] === undefined ? '-' : seconds(run.stages[stage]))),
    seconds(run.seconds),
  ];
  const traffic = ({ report: { traffic: bytes }, peakBytes }: NightsResult['first']) => [
    bytes === undefined || bytes === null ? '-' : mebibytes(bytes.read_bytes),
    bytes === undefined || bytes === null || bytes.written_bytes === null ? '-' : mebibytes(bytes.written_bytes),
    mebibytes(peakBytes),
  ];
  const rows = [
    [...cells({ run: first, label: 'first run' }), '-', '-', '-', ...traffic(first)],
    ...nights.map(({ run, asOf, copySeconds, fileBytes }) => [
      ...cells({ run, label: asOf }),
      seconds(copySeconds),
      times(run.seconds / copySeconds),
      mebibytes(fileBytes),
      ...traffic(run),
    ]),
  ];
  const beside = ['copy s', 'of copy', 'file MiB', 'read MiB', 'written MiB', 'peak MiB'];
  return drawTable({ head: ['night', 'start', ...stages, 'total s', ...beside], rows }, style);
}

function summaryText({ first, nights }: NightsResult): string {
  const ratios = nights.map((night) => restlessnessOf(night).movedPerAsking).filter((ratio) => ratio !== null);
  const night = median(nights.map(({ run }) => run.seconds));
  const copy = median(nights.map(({ copySeconds }) => copySeconds));
  return [
    `The median night takes ${seconds(night)} s, ${times(night / first.seconds)} of the first run and ${times(night / copy)} of the median copy (${seconds(copy)} s).`,
    ratios.length === 0
      ? 'No row asked for a seat.'
      : `Rows that got another day per new or due row: ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}.`,
  ].join(' ');
}

/** What the tables mean. */
const ABOUT = [
  `Before each night what is due is marked sent, ${FATES.failed} % of it failed and ${FATES.bounced} % bounced; one contact of ${grouped(STEPS.edited)} is edited`,
  `and one of ${grouped(STEPS.added)} comes anew. Rows found are the owned ones. Due: rows whose day has passed unsent, planned again; a failed`,
  'email is added anew. Passed: rows skipped on a day that has passed. Another day: all other changed rows whose day is another. Copy s: the file copied and synced.',
].join(' ');

/** Draws the tables of the nights of all sizes. */
export function drawNights(results: readonly NightsResult[], style: TableStyle): string {
  const title = (text: string) => (style === 'markdown' ? `**${text}**\n` : text);
  const parts = results.flatMap((result) => [
    `${title(`${grouped(result.contacts)} contacts, shape ${result.shape}: rows`)}\n${rowsTable(result, style)}`,
    `${title(`${grouped(result.contacts)} contacts, shape ${result.shape}: seconds`)}\n${secondsTable(result, style)}`,
    summaryText(result),
  ]);
  return `${[ABOUT, ...parts].map((part) => drawNote(part, style).trim()).join('\n\n')}\n`;
}
