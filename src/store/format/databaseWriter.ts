import { MAGIC } from './pageLayout.js';
import { type PageSink, PageSpace } from './pageSpace.js';
import { RecordWriter } from './recordWriter.js';
import { maximumTableRecord, TableWriter } from './tableWriter.js';
import { varintLength, writeVarint } from './varint.js';

/** What the file's header says wrote it; SQLite only ever shows it, and 3.54.1 is the release inside sql.js 1.16.0. */
const SQLITE_VERSION_NUMBER = 3054001;

const FILE_HEADER_BYTES = 100;

interface TableEntry {
  readonly name: string;
  readonly sql: string;
  readonly writer: TableWriter;
}

/** The size of a finished database. */
export interface DatabaseSize {
  readonly pageCount: number;
  readonly byteLength: number;
}

/**
 * Writes a new SQLite database of plain tables into a sink, page by page: rollback journal, UTF-8, no indexes.
 *
 * The tables can be filled in turns. What is written depends on the rows and their order alone.
 *
 * ```
 * const database = new DatabaseWriter(sink);
 * const contacts = database.createTable('contacts', 'CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)');
 * // ... contacts.record.put..., contacts.endRow(id) ...
 * const { byteLength } = database.finish();
 * ```
 */
export class DatabaseWriter {
  private readonly space: PageSpace;
  private readonly tables: TableEntry[] = [];

  constructor(sink: PageSink) {
    this.space = new PageSpace(sink);
  }

  /**
   * Adds an empty table to fill.
   *
   * @param sql its CREATE TABLE statement, as it will stand in `sqlite_schema`; no UNIQUE, no PRIMARY KEY but
   * `INTEGER PRIMARY KEY`, and no AUTOINCREMENT, since these need an index or a table of SQLite's own
   */
  createTable(name: string, sql: string): TableWriter {
    const writer = new TableWriter(this.space);
    this.tables.push({ name, sql, writer });
    return writer;
  }

  /**
   * Ends every table, then writes the header and the schema.
   *
   * @throws RangeError when the statements of the tables do not fit on the first page, about 3.9 KB in all
   */
  finish(): DatabaseSize {
    const roots = this.tables.map((table) => table.writer.finish());
    const page = new Uint8Array(this.space.pageSize);
    this.writeSchema(page, roots);
    const pageCount = this.space.pageCount;
    writeFileHeader(page, pageCount);
    this.space.writePage(1, page);
    return { pageCount, byteLength: pageCount * this.space.pageSize };
  }

  /** Page 1 is a leaf of `sqlite_schema` that begins behind the file's header; its offsets count from the file's start. */
  private writeSchema(page: Uint8Array, roots: readonly number[]): void {
    const record = new RecordWriter(maximumTableRecord(page.length));
    const view = new DataView(page.buffer);
    const pointers = FILE_HEADER_BYTES + 8;
    let cellStart = page.length;
    this.tables.forEach((table, i) => {
      record.putText('table');
      record.putText(table.name);
      record.putText(table.name);
      record.putInteger(roots[i]);
      record.putText(table.sql);
      const rowid = i + 1;
      cellStart -= varintLength(record.byteLength) + varintLength(rowid) + record.byteLength;
      if (cellStart < pointers + 2 * this.tables.length) {
        throw new RangeError(`the schema does not fit on the first page, from table ${table.name} on`);
      }
      const cell = writeVarint(page, cellStart, record.byteLength);
      record.writeTo(page, writeVarint(page, cell, rowid));
      record.clear();
      view.setUint16(pointers + 2 * i, cellStart);
    });
    view.setUint8(FILE_HEADER_BYTES, 13);
    view.setUint16(FILE_HEADER_BYTES + 3, this.tables.length);
    view.setUint16(FILE_HEADER_BYTES + 5, cellStart);
  }
}

/**
 * Writes the 100 bytes every database begins with. What is not set here is 0: nothing reserved at the end of pages, no
 * free pages, no auto_vacuum, user version and application id 0.
 */
function writeFileHeader(page: Uint8Array, pageCount: number): void {
  const view = new DataView(page.buffer);
  for (let i = 0; i < MAGIC.length; i += 1) page[i] = MAGIC.charCodeAt(i);
  view.setUint16(16, page.length);
  // Write and read version 1: a rollback journal, no WAL. Then the three fixed payload fractions.
  page.set([1, 1, 0, 64, 32, 32], 18);
  // The change counter, and at 92 the value it had when the page count was written: only then is the count believed.
  view.setUint32(24, 1);
  view.setUint32(28, pageCount);
  view.setUint32(40, 1);
  // Schema format 4 lets the integers 0 and 1 take no bytes; encoding 1 is UTF-8.
  view.setUint32(44, 4);
  view.setUint32(56, 1);
  view.setUint32(92, 1);
  view.setUint32(96, SQLITE_VERSION_NUMBER);
}
