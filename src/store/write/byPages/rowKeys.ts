import { type DatabaseImage, damaged, VarintReader } from '../../format/databaseImage.js';
import { LEAF_HEADER_BYTES, PAGE_KIND, readUint16 } from '../../format/pageFormat.js';
import type { TableOutline } from '../../format/treeOutline.js';
import { type StoredColumns, StoredValues } from './storedKeys.js';

/** The leaf of a table that holds rows, one after the other. */
class RowFinder {
  page: Uint8Array = new Uint8Array(0);
  /** Where the record of the row that was found begins in `page`. */
  recordStart = 0;
  readonly #image: DatabaseImage;
  readonly #varints = new VarintReader(this.page);
  #cellCount = 0;

  constructor(image: DatabaseImage) {
    this.#image = image;
  }

  open(pageNumber: number): void {
    this.page = this.#image.readLeaf(pageNumber, PAGE_KIND.tableLeaf);
    this.#varints.bytes = this.page;
    this.#cellCount = readUint16(this.page, 3);
  }

  /** Goes to the row of an id; false when the leaf has none. */
  find(id: number): boolean {
    let start = 0;
    let end = this.#cellCount;
    while (start < end) {
      const middle = (start + end) >>> 1;
      const varints = this.#varints;
      varints.at = readUint16(this.page, LEAF_HEADER_BYTES + 2 * middle);
      const length = varints.read();
      const rowid = varints.read();
      // What is below zero, and comes first, is read as a number that is far too large.
      if (rowid < id || rowid > Number.MAX_SAFE_INTEGER) start = middle + 1;
      else if (rowid > id) end = middle;
      else if (rowid === id && varints.at + length <= this.page.length) {
        this.recordStart = varints.at;
        return true;
      } else throw damaged(`a row near the id ${id} leaves its page`);
    }
    return false;
  }
}

/**
 * Reads the values of columns of some rows of a table that has no overflow pages, in the order of their ids.
 *
 * @param ids ascending, from 0 on
 * @param wanted takes the values
 * @throws UnfitKey when a value cannot be told from others
 * @throws SendplanError `database_error` when a row is not there
 */
export function readRowKeys(
  image: DatabaseImage,
  outline: TableOutline,
  ids: Float64Array,
  wanted: StoredColumns,
): void {
  const values = new StoredValues(wanted);
  const finder = new RowFinder(image);
  let leaf = 0;
  let opened = -1;
  for (const id of ids) {
    while (outline.lastRowids[leaf] < id) leaf++;
    if (opened !== leaf) finder.open(outline.pages[leaf]);
    opened = leaf;
    if (!finder.find(id)) throw damaged('rows of email_schedules are gone that were read');
    values.add(finder.page, finder.recordStart);
  }
}
