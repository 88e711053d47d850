import { extname } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { SendplanError } from '../errors.js';
import { EXPORT_FORMATS, type ExportFormat } from '../export/formats.js';
import { grouped } from '../report/text/prose.js';
import { visible } from '../report/text/visible.js';
import { writeWholeFile } from '../store/file/writeWholeFile.js';
import { roomOnStdout, writeError, writeJson, writeOut } from './output.js';

/** The options by which a command gives its rows as a file. */
export interface RowsFlags {
  readonly format?: ExportFormat;
  readonly output?: string;
  readonly json?: true;
}

/** Where rows go; null is stdout. */
export interface RowsTarget {
  readonly format: ExportFormat;
  readonly path: string | null;
}

/** The options that say how rows are given as a file. @param rows what they are, as help texts name them */
export function rowsOptions(rows: string): Option[] {
  return [
    new Option('--format <format>', `give ${rows} as csv, json, arrow or parquet`).choices(EXPORT_FORMATS),
    new Option('--output <file>', 'where --format writes to, replaced in one step; stdout when left out'),
  ];
}

/** Reads an option that is a whole number from 0 on. @throws InvalidArgumentError */
export function countFromZero(text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed is a whole number from 0 to 999999999.');
}

function misuse(message: string, hint: string): SendplanError {
  return new SendplanError('bad_input', message, { hint });
}

function formatOf(path: string): ExportFormat {
  const format = EXPORT_FORMATS.find((known) => extname(path).toLowerCase() === `.${known}`);
  if (format !== undefined) return format;
  throw misuse(`${path} does not tell its format.`, `Add --format with one of ${EXPORT_FORMATS.join(', ')}.`);
}

/**
 * Where the rows of a command go, null when none are wanted; to be asked before the work begins.
 *
 * @throws SendplanError `bad_input` when the options do not go together
 */
export function rowsTarget({ format, output, json }: RowsFlags): RowsTarget | null {
  if (output !== undefined) return { format: format ?? formatOf(output), path: output };
  if (format === undefined) return null;
  if (json) throw misuse('--json and --format would both write to stdout.', 'Add --output for the rows.');
  const isText = format === 'csv' || format === 'json';
  if (!isText && process.stdout.isTTY)
    throw misuse(`${format} is nothing for a terminal.`, 'Add --output, or send stdout to a file.');
  return { format, path: null };
}

/** Writes rows to where they are to go, and says so on stderr when that is a file. @param how whether nothing is to be said */
export async function writeRows(
  { format, path }: RowsTarget,
  exportAs: (format: ExportFormat) => Iterable<Uint8Array>,
  { isQuiet = false } = {},
): Promise<void> {
  if (path !== null) {
    const sizeBytes = await writeWholeFile(path, exportAs(format));
    if (!isQuiet) writeError(`Wrote ${path}: ${grouped(sizeBytes)} bytes of ${format}.\n`);
    return;
  }
  for (const piece of exportAs(format)) {
    // Only texts get to a terminal.
    const shown = process.stdout.isTTY ? visible(new TextDecoder().decode(piece)) : piece;
    if (process.stdout.write(shown)) continue;
    await roomOnStdout();
    if (process.stdout.destroyed) return;
  }
}

/** The columns that texts on stdout may have: those of the terminal, 100 at most. */
function textWidth(): number {
  return Math.max(40, Math.min(process.stdout.columns ?? 100, 100));
}

/** What a command found, in each of the forms it can be told in. */
export interface RowsResult<Report> {
  readonly report: Report;
  readonly exportAs: (format: ExportFormat) => Iterable<Uint8Array>;
  /** The report for people. @param width the columns that its lines may have */
  readonly textOf: (report: Report, width: number) => string;
}

/** Writes the rows where they are wanted, then the report: JSON on stdout, or a text, which makes way for rows on stdout. */
export async function tellResult<Report>(
  { json }: RowsFlags,
  target: RowsTarget | null,
  { report, exportAs, textOf }: RowsResult<Report>,
): Promise<void> {
  if (target !== null) await writeRows(target, exportAs);
  if (json) writeJson(report, 2);
  else (target?.path === null ? writeError : writeOut)(textOf(report, textWidth()));
}
