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
  /** The codes that were taken, and the length of an entry of them without its rowid. */
  readonly #codes: Int32Array;
  #headerLength = 0;
  #length = 0;
  /** Where the last entry of these codes lies; -1 when there is none to copy. */
  #lastAt = -1;

  constructor(tree: IndexTree, columns: readonly SortColumn[]) {
    this.#tree = tree;
    let offset = 0;
    this.#columns = columns.map(({ keys: { dictionary, codes } }) => {
      tree.bytes.set(dictionary.bytes.subarray(0, dictionary.byteLength), offset);
      const column = { ...pick(dictionary), codes, offset };
      offset += dictionary.byteLength;
      return column;
    });
    this.#codes = new Int32Array(columns.length).fill(-1);
  }

  /** Adds the entry of a row. */
  write(row: number, rowid: number): void {
    this.take(row);
    this.writeTaken(rowid);
  }

  /** Takes the columns of a row for the entries to come. */
  take(row: number): void {
    const columns = this.#columns;
    const codes = this.#codes;
    let isSame = true;
    for (let i = columns.length - 1; i >= 0; i--) {
      const code = columns[i].codes[row];
      if (codes[i] === code) continue;
      codes[i] = code;
      isSame = false;
    }
    if (isSame) return;
    this.#lastAt = -1;
    this.#measure();
  }

  /** Adds an entry of the columns that were taken. */
  writeTaken(rowid: number): void {
    const tree = this.#tree;
    const rowidType = integerSerialType(rowid);
    const rowidLength = bodyLength(rowidType);
    const length = this.#length + rowidLength;
    if (length > tree.maximumLocal) {
      const payload = new Uint8Array(length);
      this.#fill(payload, 0);
      this.#end(payload, 0, rowidType, rowid, rowidLength);
      tree.addLargeEntry(payload);
      this.#lastAt = -1;
      return;
    }
    const { bytes } = tree;
    const lastAt = tree.isAtLast ? -1 : this.#lastAt;
    const at = tree.beginEntry(length);
    if (lastAt >= 0) bytes.copyWithin(at, lastAt, lastAt + this.#length);
    else this.#fill(bytes, at);
    this.#end(bytes, at, rowidType, rowid, rowidLength);
    this.#lastAt = at;
  }

  /** Works out the length of the entry of the codes, without the rowid's body. */
  #measure(): void {
    let types = 1;
    let bodies = 0;
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i];
      const code = this.#codes[i];
      types += column.typeLengths[code];
      bodies += column.bodyLengths[code];
    }
    this.#headerLength = types < 127 ? types + 1 : types + varintLength(types + 2);
    this.#length = this.#headerLength + bodies;
  }

  /** Writes header and columns of the codes; the type of the rowid is left out. */
  #fill(target: Uint8Array, at: number): void {
    const source = this.#tree.bytes;
    let typeAt = writeVarint(target, at, this.#headerLength);
    let bodyAt = at + this.#headerLength;
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i];
      const code = this.#codes[i];
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
    target[at + this.#headerLength - 1] = rowidType;
    if (rowidLength === 0) return;
    if (rowidLength > 4) {
      writeInteger(target, at + this.#length, rowid, rowidLength);
      return;
    }
    let rest = rowid;
    for (let i = at + this.#length + rowidLength - 1; i >= at + this.#length; i--) {
      target[i] = rest;
      rest >>= 8;
    }
  }
}

function pick({
  starts,
  typeLengths,
  bodyLengths,
}: Omit<EntryColumn, 'codes' | 'offset'>): Omit<EntryColumn, 'codes' | 'offset'> {
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
  const { rows, groupEnds } = sortRows(rowsById(keys, isRefused), columns);
  const scratchBytes = columns.reduce((total, column) => total + column.keys.dictionary.byteLength, 0);
  const tree = new IndexTree(space, rows.length, { scratchBytes });
  const writer = new EntryWriter(tree, columns);
  let group = 0;
  for (let start = 0; start < rows.length; ) {
    const sliceEnd = Math.min(rows.length, start + SLICE_ENTRIES);
    if (groupEnds === null) {
      for (let i = start; i < sliceEnd; i++) writer.write(rows[i], rowidOf(keys, rows[i]));
      start = sliceEnd;
    }
    // In a group only the rowids differ, and no columns have to be looked at.
    while (groupEnds !== null && start < sliceEnd) {
      while (groupEnds[group] <= start) group++;
      const end = Math.min(sliceEnd, groupEnds[group]);
      writer.take(rows[start]);
      for (let i = start; i < end; i++) writer.writeTaken(rowidOf(keys, rows[i]));
      start = end;
    }
    await checkpoint();
  }
  tree.finish(rootPage);
}
