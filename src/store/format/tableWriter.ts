import { tablePayloadLimits } from './pageFormat.js';
import type { PageSpace } from './pageSpace.js';
import { RecordWriter } from './recordWriter.js';
import { TableTreeWriter } from './tableTreeWriter.js';

/**
 * The most bytes of a record that a table leaf holds without overflow pages.
 *
 * @param pageSize in bytes, nothing of it reserved
 */
export function maximumTableRecord(pageSize: number): number {
  return tablePayloadLimits(pageSize).maximumLocal;
}

/**
 * Builds the b-tree of a table from rows whose values are put one by one, in ascending order of rowid.
 *
 * ```
 * writer.record.putNull();              // id INTEGER PRIMARY KEY
 * writer.record.putText('a@example.com');
 * writer.endRow(1);
 * const rootPage = writer.finish();
 * ```
 */
export class TableWriter {
  /** The row that is being written. */
  readonly record: RecordWriter;
  private readonly tree: TableTreeWriter;

  constructor(space: PageSpace) {
    this.tree = new TableTreeWriter(space);
    this.record = new RecordWriter(this.tree.maximumLocal);
  }

  /** The rows written so far. */
  get rowCount(): number {
    return this.tree.rowCount;
  }

  /**
   * Takes what was put into `record` as a row, and clears the record.
   *
   * @param rowid a safe integer
   * @throws RangeError when the rowid is not above the last row's, or the record would need an overflow page
   */
  endRow(rowid: number): void {
    const { record, tree } = this;
    const recordLength = record.byteLength;
    if (recordLength > record.maximumByteLength) {
      throw new RangeError(
        `row ${rowid} has ${recordLength} bytes; without overflow pages ${record.maximumByteLength} fit`,
      );
    }
    record.writeTo(tree.bytes, tree.beginRow(rowid, recordLength));
    record.clear();
  }

  /**
   * Writes what is left of the leaves and the levels above them, and returns the page number of the root.
   *
   * @param rootPage a page that was handed out before and is to be the root; a new one when left out
   */
  finish(rootPage?: number): number {
    return this.tree.finish(rootPage);
  }
}
