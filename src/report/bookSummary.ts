import type { BookReport } from '../run/parts/partsReport.js';
import { summarizeRun } from './runSummary.js';
import { grouped } from './text/prose.js';

const OUTCOMES = { changed: 'written', unchanged: 'as it was', dry_run: 'left alone' } as const;

/** A run of a book in parts told to people: the book as a whole, then its parts. */
export function summarizeBook(report: BookReport): string {
  const parts = report.parts.map(({ file, outcome, changes: { added, changed, removed }, seconds }) => {
    const rows = [added, changed, removed].map(grouped);
    return `  ${file}  ${OUTCOMES[outcome]}: ${rows[0]} added, ${rows[1]} changed, ${rows[2]} removed, in ${seconds.toFixed(2)} s`;
  });
  return `${summarizeRun(report)}\n${grouped(parts.length)} parts, planned as one book:\n${parts.join('\n')}\n`;
}
