import { element } from './dom.js';
import type { FinishedRun } from './state.js';

/** Lets the browser save a file. */
export function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = element('a', { attributes: { href: address, download: name } });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** The name of a database without its ending. */
export function fileStem(databaseName: string): string {
  return databaseName.replace(/\.(sqlite3?|db)$/i, '');
}

/** Words as a part of the name of a file. */
export function nameOfWords(words: readonly (string | null)[]): string {
  return words
    .filter((word) => word !== null)
    .join('-')
    .replace(/[^\w.-]+/g, '-');
}

/** What a file of a run is called: by its database, what it is, its day, and its run where there are several. */
export function resultFileName(run: FinishedRun | null, what: string, ending: string): string {
  const stem = fileStem(run?.databaseName ?? 'plan');
  // The runs of a visit may differ in their settings alone.
  const number = run === null || run.number === 1 ? '' : `-run${run.number}`;
  return `${stem}-${what}-${run?.result.report.as_of ?? ''}${number}.${ending}`;
}
