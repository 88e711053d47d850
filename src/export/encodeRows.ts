import { arrowFile } from '../columns/arrowFile.js';
import type { RowTable } from '../columns/rowTable.js';
import { csvText } from './csv.js';
import { EXPORT_FORMATS, type ExportFormat } from './formats.js';
import { jsonText } from './json.js';
import { parquetFile } from './parquet.js';

const ENCODERS: Readonly<Record<ExportFormat, (table: RowTable) => Iterable<Uint8Array>>> = {
  csv: csvText,
  json: jsonText,
  arrow: arrowFile,
  parquet: parquetFile,
};

/**
 * Rows as the bytes of a file, piece by piece, so that a few thousand rows are in memory at a time whatever their number.
 *
 * All formats have the same columns in the same order: days are dates (`YYYY-MM-DD` in texts, Date32 in Arrow, DATE in
 * Parquet), ids are 64-bit integers, other numbers 32-bit integers, everything else text; nothing is null in its own way: an
 * empty field in CSV, `null` in JSON.
 *
 * @returns pieces that are the caller's to keep; in a browser `new Blob([...pieces])` is the file
 * @throws RangeError when the format is none of `EXPORT_FORMATS`
 */
export function encodeRows(table: RowTable, format: ExportFormat): Iterable<Uint8Array> {
  if (Object.hasOwn(ENCODERS, format)) return ENCODERS[format](table);
  throw new RangeError(`format: expected one of ${EXPORT_FORMATS.join(', ')}, got ${JSON.stringify(format)}`);
}
