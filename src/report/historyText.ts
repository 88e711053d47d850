import type { HistoryReport, HistoryRun } from '../undo/historyFile.js';
import { counted } from './text/prose.js';
import { type Cell, table } from './text/textTable.js';

const CONFIG_DIGITS = 8;

const KEPT = { file: 'undo', changes: 'undo, native' } as const;

function cellsOf(run: HistoryRun): Cell[] {
  const number = (value: number | null): Cell => value ?? '-';
  return [
    run.started_at ?? '-',
    run.as_of ?? '-',
    run.config_hash?.slice(0, CONFIG_DIGITS) ?? '-',
    run.status === 'completed' ? 'changed' : (run.status ?? '-'),
    number(run.added),
    number(run.changed),
    number(run.removed),
    run.seconds === null ? '-' : `${run.seconds} s`,
    run.kept === null ? '-' : KEPT[run.kept],
  ];
}

/** The runs of a database as text for people, the last one first, ending in a new line. @param limit how many are shown */
export function historyText({ database, runs }: HistoryReport, limit: number): string {
  if (runs.length === 0) return `${database} holds no run.\n`;
  const head = ['started, UTC', 'as of', 'configuration', 'outcome', 'added', 'changed', 'removed', 'took', 'kept for'];
  const shown = runs.slice(0, limit);
  const parts = [table(head, shown.map(cellsOf))];
  if (shown.length < runs.length) parts.push(`  and ${counted(runs.length - shown.length, 'earlier run')}`);
  for (const run of shown) {
    if (run.error_message === null) continue;
    parts.push('', `${run.started_at ?? run.run_id}: ${run.error_code ?? 'failed'}: ${run.error_message}`);
  }
  parts.push(
    '',
    'Runs that found nothing to change, or were held back, leave nothing in the database and are not listed. What a run took ends before its file is brought to the disk.',
  );
  return `${parts.join('\n')}\n`;
}
