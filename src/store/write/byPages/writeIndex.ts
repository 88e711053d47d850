import { IndexTreeWriter } from '../../format/indexTreeWriter.js';
import { PageEncoder } from '../../format/pageEncoder.js';
import type { PageSpace } from '../../format/pageSpace.js';
import { varintLength } from '../../format/varint.js';
import { type NumberedRows, type RowList, rowCountOf, rowidOf, rowsBetween, rowsById } from './rowList.js';
import type { KeyValues, SortColumn } from './sortColumns.js';
import { sortRows } from './sortRows.js';

/** The most entries that are handed to the encoder at once. */
export const BATCH_ENTRIES = 8192;
/** Batches between two breaths. */
const SLICE_BATCHES = 64;

/** Of each leaf one part of so many stays free, so that the entries of the next nights do not split it. */
const FREE_PART = 16;

/** The most bytes that an entry has besides the values of its columns: two varints, the type and the body of the rowid. */
const MOST_FRAME_BYTES = 9 + 9 + 1 + 8;

/** Where the parts of a column lie in the encoder's memory. */
interface EntryColumn {
  readonly values: KeyValues;
  readonly codesAt: number;
  readonly bytesAt: number;
  readonly startsAt: number;
  readonly typeLengthsAt: number;
  readonly bodyLengthsAt: number;
}

/** The most bytes that the values of an entry can take. */
function mostValueBytes(columns: readonly SortColumn[]): number {
  let total = 0;
  for (const { values } of columns) {
    let most = 0;
    for (let code = 0; code < values.count; code++) {
      const length = values.typeLengths[code] + values.bodyLengths[code];
      if (length > most) most = length;
    }
    total += most;
  }
  return total;
}

/** Writes the entries of one index, see assembly/pages/entries.ts. */
export class EntryWriter {
  readonly tree: IndexTreeWriter;
  readonly #encoder: PageEncoder;
  readonly #columns: readonly SortColumn[];
  readonly #codes: readonly Uint32Array[];
  readonly #rowids: Float64Array;
  /** Where an entry is written that is not put into a leaf straight away. */
  readonly #entryAt: number;

  /** Lays the encoder's memory out: the caller has reserved what it needs itself. */
  constructor(encoder: PageEncoder, space: PageSpace, columns: readonly SortColumn[]) {
    this.#encoder = encoder;
    this.#columns = columns;
    const rowidsAt = encoder.reserve(BATCH_ENTRIES * 8);
    const descriptorsAt = encoder.reserve(columns.length * 20);
    const takenAt = encoder.reserve(columns.length * 4);
    this.#entryAt = encoder.reserve(mostValueBytes(columns) + MOST_FRAME_BYTES);
    const laidOut = columns.map(({ values }): EntryColumn => {
      const { byteLength, count } = values;
      return {
        values,
        codesAt: encoder.reserve(BATCH_ENTRIES * 4),
        bytesAt: encoder.reserve(byteLength),
        startsAt: encoder.reserve(count * 4),
        typeLengthsAt: encoder.reserve(count),
        bodyLengthsAt: encoder.reserve(count * 4),
      };
    });
    this.tree = new IndexTreeWriter(space, {
      scratchBytes: encoder.reservedBytes,
      allocate: (byteLength) => encoder.allocate(byteLength),
    });
    const { bytes } = this.tree;
    const { buffer } = bytes;
    const words = (at: number, count: number) => new Uint32Array(buffer, at, count);
    laidOut.forEach(({ values, codesAt, bytesAt, startsAt, typeLengthsAt, bodyLengthsAt }, i) => {
      words(descriptorsAt + i * 20, 5).set([codesAt, bytesAt, startsAt, typeLengthsAt, bodyLengthsAt]);
      bytes.set(values.bytes, bytesAt);
      words(startsAt, values.count).set(values.starts);
      bytes.set(values.typeLengths, typeLengthsAt);
      words(bodyLengthsAt, values.count).set(values.bodyLengths);
    });
    this.#codes = laidOut.map(({ codesAt }) => words(codesAt, BATCH_ENTRIES));
    this.#rowids = new Float64Array(buffer, rowidsAt, BATCH_ENTRIES);
    encoder.set('entryRowid', rowidsAt);
    encoder.set('columns', descriptorsAt);
    encoder.set('columnCount', columns.length);
    encoder.set('taken', takenAt);
    encoder.set('maximumLocal', this.tree.maximumLocal);
    const spareBytes = Math.floor(space.usableSize / FREE_PART);
    this.tree.spareBytes = spareBytes;
    encoder.set('spareRoom', spareBytes);
    encoder.functions.beginEntries();
  }

  /** Takes the entries of rows, at most `BATCH_ENTRIES`, to be added. */
  take(numbered: NumberedRows, rows: Uint32Array): void {
    this.#columns.forEach(({ codes }, i) => {
      const batch = this.#codes[i];
      for (let entry = 0; entry < rows.length; entry++) batch[entry] = codes[rows[entry]];
    });
    const rowids = this.#rowids;
    for (let entry = 0; entry < rows.length; entry++) rowids[entry] = rowidOf(numbered, rows[entry]);
  }

  /** Adds the entries `[start, end)` of those that were taken. */
  add(start: number, end: number): void {
    const encoder = this.#encoder;
    const { functions } = encoder;
    for (let entry = start; entry < end; ) {
      this.tree.fillLeaf(
        (leafAt, cellStart, cellCount) => {
          entry = functions.addEntries(entry, end, leafAt, cellStart, cellCount);
          return encoder;
        },
        () => encoder.lastCellLength,
      );
      if (entry < end) this.addAlone(entry++);
    }
  }

  /** Adds an entry that does not fit into the open leaf. */
  addAlone(entry: number): void {
    const { tree } = this;
    const length = this.#encoder.functions.writeEntry(entry, this.#entryAt);
    const payloadAt = this.#entryAt + varintLength(length);
    const { bytes } = tree;
    if (length > tree.maximumLocal) tree.addLargeEntry(bytes.slice(payloadAt, payloadAt + length));
    else bytes.copyWithin(tree.beginEntry(length), payloadAt, payloadAt + length);
  }
}

/** An index whose entries are all written anew; plain data, that can be handed to another thread. */
export interface IndexJob {
  readonly numbered: NumberedRows;
  readonly columns: readonly SortColumn[];
  /** A 1 for each place of a new row that is left out; null when none is. */
  readonly isRefused: Uint8Array | null;
  /** All rows in the order of the index; null when they are to be sorted. */
  readonly sorted: RowList | null;
  /** The page that its root has. */
  readonly rootPage: number;
}

/** Builds the b-tree of an index. @param checkpoint is called now and then */
export async function writeIndex(
  space: PageSpace,
  { numbered, columns, isRefused, sorted, rootPage }: IndexJob,
  checkpoint: () => Promise<void>,
): Promise<void> {
  const rows = sorted ?? sortRows(rowsById(numbered, isRefused), columns).rows;
  const rowCount = rowCountOf(rows);
  const writer = new EntryWriter(await PageEncoder.open(), space, columns);
  for (let start = 0, batches = 1; start < rowCount; start += BATCH_ENTRIES, batches++) {
    const end = Math.min(rowCount, start + BATCH_ENTRIES);
    writer.take(numbered, rowsBetween(rows, start, end));
    writer.add(0, end - start);
    if (batches % SLICE_BATCHES === 0) await checkpoint();
  }
  writer.tree.finish(rootPage);
  await checkpoint();
}
