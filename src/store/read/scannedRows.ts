import { type Affinity, affinityOf } from '../../columns/affinity.js';
import type { RowSource } from '../../columns/source.js';
import type { FieldValue } from '../../rules/fields.js';
import type { DatabaseReader, SchemaEntry } from '../format/databaseReader.js';
import { RecordReader } from '../format/recordReader.js';
import type { SqlValue } from '../format/sqlValue.js';
import { TableReader } from '../format/tableReader.js';
import { foldName, isSameName, type TableInfo } from '../schema/readSchema.js';

/**
 * The column that is a table's rowid by another name, -1 for none: the only column of the key, of the type INTEGER and
 * nothing else, and without an index of its own, which `INTEGER PRIMARY KEY DESC` has.
 */
export function rowidColumn(table: TableInfo): number {
  const keys = table.columns.filter((column) => column.keyPosition > 0);
  if (keys.length !== 1 || table.isWithoutRowid || table.indexes.some((index) => index.isPrimaryKey)) return -1;
  return foldName(keys[0].type) === 'integer' ? table.columns.indexOf(keys[0]) : -1;
}

/** A name by which SQL reaches a table's rowid, null when it has none or columns have taken all of its names. */
export function rowidName(table: TableInfo): string | null {
  if (table.kind !== 'table' || table.isWithoutRowid) return null;
  const alias = rowidColumn(table);
  if (alias >= 0) return table.columns[alias].name;
  const isFree = (name: string) => table.columns.every((column) => !isSameName(column.name, name));
  return ['rowid', '_rowid_', 'oid'].find(isFree) ?? null;
}

/** What a table's columns make of the values that are stored in them, by their names in lower case. */
export function affinitiesOf(table: TableInfo): ReadonlyMap<string, Affinity> {
  return new Map(table.columns.map(({ name, type }) => [foldName(name), affinityOf(type)]));
}

/** The number of a table's root page; null when it is not in the schema of the file. */
export function scannedRoot(scan: DatabaseReader, table: TableInfo): number | null {
  const isOwn = ({ type, name }: SchemaEntry) => type === 'table' && isSameName(name, table.name);
  return scan.entries.find(isOwn)?.rootPage ?? null;
}

/** What reads a table's pages; null when it is not in the schema of the file. */
export function tableReaderOf(scan: DatabaseReader, table: TableInfo): TableReader | null {
  const rootPage = scannedRoot(scan, table);
  return rootPage === null ? null : new TableReader(scan.source, scan.layout, table.name, rootPage);
}

/** Gives the value that a column of a table has in the row of a rowid, which was stored before the column was added. */
export type ReadDefault = (table: TableInfo, column: string, rowid: number) => SqlValue;

/**
 * A table's rows, in the order of their rowids, scanned from the pages of the file; or the reason, the end of a sentence, why
 * they have to be read by SQLite.
 *
 * @param readDefault is asked, once a column, for the value of a row that was stored before the column was added
 * @param onOpen is given what reads the rows before it reads any
 */
export function scannedRows(
  scan: DatabaseReader,
  table: TableInfo,
  readDefault: ReadDefault,
  onOpen: (reader: TableReader) => void = () => {},
): RowSource | string {
  if (table.kind !== 'table') return `it is a ${table.kind}`;
  if (table.isWithoutRowid) return 'it is WITHOUT ROWID';
  if (table.columns.some((column) => column.isGenerated)) return 'it has generated columns';
  if (table.columns.some((column) => column.name.includes('\ufffd'))) return 'its columns have names that are no UTF-8';
  const rootPage = scannedRoot(scan, table);
  if (rootPage === null) return 'it is not in the schema of the file';
  const alias = rowidColumn(table);
  const positions = new Map(table.columns.map((column, i) => [foldName(column.name), i]));
  const open = (names: readonly string[]) => {
    const reader = new TableReader(scan.source, scan.layout, table.name, rootPage);
    onOpen(reader);
    return new RecordReader(reader, {
      columns: names.map((name) => positions.get(name) ?? table.columns.length),
      rowidColumn: alias,
      defaultOf: (column, rowid) => {
        const info = table.columns.at(column);
        return info?.hasDefault === true ? readDefault(table, info.name, rowid) : null;
      },
    });
  };
  return {
    columns: new Set(positions.keys()),
    affinities: affinitiesOf(table),
    cursor: open,
    *rows(names) {
      const cursor = open(names);
      const row: FieldValue[] = names.map(() => null);
      while (cursor.next()) {
        for (let i = 0; i < row.length; i++) row[i] = cursor.value(i);
        yield row;
      }
    },
  };
}
