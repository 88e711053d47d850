import { lossText, type UndoReport } from '../undo/undoReport.js';
import { counted } from './text/prose.js';

/** What an undo did, as text for people, ending in a new line. */
export function undoText({ database, undone, rows, lost, left, warnings }: UndoReport): string {
  const run = `run ${undone.run_id}${undone.as_of === null ? '' : `, as of ${undone.as_of}`}`;
  const parts = [
    rows === null
      ? `${database} is, to the byte, as it was before ${run}.`
      : `${counted(rows.restored, 'row')} of ${database} are as they were before ${run}.`,
  ];
  if (rows !== null && rows.left > 0) parts.push(`${counted(rows.left, 'row')} that others have changed since stayed.`);
  if (lost !== null && rows === null) parts.push('That is lost with it:', lossText(lost));
  parts.push(left === 0 ? 'No earlier run can be undone.' : `${counted(left, 'earlier run')} can be undone.`);
  for (const warning of warnings) parts.push('', `Warning: ${warning}`);
  return `${parts.join('\n')}\n`;
}
