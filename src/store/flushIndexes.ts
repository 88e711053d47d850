import type { FlushKeys } from './flushKeys.js';
import { rowidOf, rowsById, type SortColumn, sortColumns, sortRows } from './flushOrder.js';
import { bodyLength, integerSerialType } from './pages/encodedValue.js';
import { IndexTree } from './pages/indexTree.js';
import type { PageSpace } from './pages/pageSpace.js';
import { varintLength, writeInteger, writeVarint } from './pages/varint.js';

/** Entries between two breaths. */
const SLICE_ENTRIES = 500_000;

/** A column of an index whose distinct values lie at the front of the tree's buffer. */
interface EntryColumn {
  readonly codes: Uint16Array | Uint32Array;
  readonly starts: Uint32Array;
  readonly typeLengths: Uint8Array;
  readonly bodyLengths: Uint32Array;
  /** Where the first value begins in the tree's buffer. */
  readonly offset: number;
}

/** Writes the entries of one index: `header length | types of the columns | type of the rowid | columns | rowid`. */
class EntryWriter {
  readonly #tree: IndexTree;
  readonly #columns: readonly EntryColumn[];
  /** The codes of the last entry, and where it lies and how long it is without its rowid; -1 when it cannot be copied. */
  readonly #lastCodes: Int32Array;
  #lastAt = -1;
  #lastHeaderLength = 0;
  #lastLength = 0;

  constructor(tree: IndexTree, columns: readonly SortColumn[]) {
    this.#tree = tree;
    let offset = 0;
    this.#columns = columns.map(({ keys: { dictionary, codes } }) => {
      tree.bytes.set(dictionary.bytes.subarray(0, dictionary.byteLength), offset);
      const column = { ...pick(dictionary), codes, offset };
      offset += dictionary.byteLength;
      return column;
    });
    this.#lastCodes = new Int32Array(columns.length);
  }

  /** Adds the entry of a row. */
  write(row: number, rowid: number): void {
    const columns = this.#columns;
    const lastCodes = this.#lastCodes;
    let isSame = this.#lastAt >= 0;
    for (let i = columns.length - 1; i >= 0; i--) {
      const code = columns[i].codes[row];
      if (lastCodes[i] === code) continue;
      lastCodes[i] = code;
      isSame = false;
    }
    if (!isSame) this.#measure();
    const rowidType = integerSerialType(rowid);
    const rowidLength = bodyLength(rowidType);
    const length = this.#lastLength + rowidLength;
    if (length > this.#tree.maximumLocal) {
      const payload = new Uint8Array(length);
      this.#fill(payload, 0);
      this.#end(payload, 0, rowidType, rowid, rowidLength);
      this.#tree.addLargeEntry(payload);
      this.#lastAt = -1;
      return;
    }
    const { bytes } = this.#tree;
    const at = this.#tree.beginEntry(length);
    if (isSame) bytes.copyWithin(at, this.#lastAt, this.#lastAt + this.#lastLength);
    else this.#fill(bytes, at);
    this.#end(bytes, at, rowidType, rowid, rowidLength);
    this.#lastAt = at;
  }

  /** Works out the length of the entry of the last codes, without the rowid's body. */
  #measure(): void {
    let types = 1;
    let bodies = 0;
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i];
      const code = this.#lastCodes[i];
      types += column.typeLengths[code];
      bodies += column.bodyLengths[code];
    }
    this.#lastHeaderLength = types < 127 ? types + 1 : types + varintLength(types + 2);
    this.#lastLength = this.#lastHeaderLength + bodies;
  }

  /** Writes header and columns of the last codes; the type of the rowid is left out. */
  #fill(target: Uint8Array, at: number): void {
    const source = this.#tree.bytes;
    let typeAt = writeVarint(target, at, this.#lastHeaderLength);
    let bodyAt = at + this.#lastHeaderLength;
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i];
      const code = this.#lastCodes[i];
      let from = column.offset + column.starts[code];
      for (let left = column.typeLengths[code]; left > 0; left--) target[typeAt++] = source[from++];
      const length = column.bodyLengths[code];
      if (length <= 6) for (let done = 0; done < length; done++) target[bodyAt + done] = source[from + done];
      else if (target === source) target.copyWithin(bodyAt, from, from + length);
      else target.set(source.subarray(from, from + length), bodyAt);
      bodyAt += length;
    }
  }

  #end(target: Uint8Array, at: number, rowidType: number, rowid: number, rowidLength: number): void {
    target[at + this.#lastHeaderLength - 1] = rowidType;
    if (rowidLength === 0) return;
    if (rowidLength > 4) {
      writeInteger(target, at + this.#lastLength, rowid, rowidLength);
      return;
    }
    let rest = rowid;
    for (let i = at + this.#lastLength + rowidLength - 1; i >= at + this.#lastLength; i--) {
      target[i] = rest;
      rest >>= 8;
    }
  }
}

function pick({ starts, typeLengths, bodyLengths }: Omit<EntryColumn, 'codes' | 'offset'>): Omit<EntryColumn, 'codes' | 'offset'> {
  return { starts, typeLengths, bodyLengths };
}

/**
 * Builds the b-tree of an index over the rows that are not refused.
 *
 * @param places of its columns in the layout, in their order
 * @param rootPage the page that its root has
 * @param checkpoint is called now and then
 */
export async function writeIndex(
  space: PageSpace,
  keys: FlushKeys,
  isRefused: Uint8Array | null,
  places: readonly number[],
  rootPage: number,
  checkpoint: () => Promise<void>,
): Promise<void> {
  const columns = sortColumns(keys, places);
  const rows = sortRows(rowsById(keys, isRefused), columns);
  const scratchBytes = columns.reduce((total, column) => total + column.keys.dictionary.byteLength, 0);
  const tree = new IndexTree(space, rows.length, { scratchBytes });
  const writer = new EntryWriter(tree, columns);
  for (let start = 0; start < rows.length; start += SLICE_ENTRIES) {
    const end = Math.min(rows.length, start + SLICE_ENTRIES);
    for (let i = start; i < end; i++) writer.write(rows[i], rowidOf(keys, rows[i]));
    await checkpoint();
  }
  tree.finish(rootPage);
}
