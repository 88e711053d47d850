import { type DatabaseImage, damaged } from './databaseImage.js';
import { DeletedRows } from './deletedRows.js';
import { type PageEncoder, STOPPED } from './pageEncoder.js';
import { LEAF_HEADER_BYTES, PAGE_KIND, type PayloadLimits, readUint16, writeUint16 } from './pageFormat.js';
import type { TableTreeWriter } from './tableTreeWriter.js';
import { gatherPayload, TreeReader } from './treeReader.js';

/** Readable bytes behind a page: values are read before it is known that they lie in it. */
const SLACK_BYTES = 32;
const CELL_BYTES = 16;
/** The address of the only cell of a leaf that is made of an interior page's entry. */
const ENTRY_AT = 16;

/** Where the rows of a table that was there are found, and which of them go. */
export interface OldRows {
  readonly image: DatabaseImage;
  /** Ascending. */
  readonly deletedIds: Float64Array;
}

/** What tells whether a table and its index are of the same rows: how many they are, and a sum of their mixed ids. */
export interface RowTally {
  readonly rowCount: number;
  /** How many of them go. */
  readonly deletedCount: number;
  /** The low and the high half. */
  readonly sum: readonly [number, number];
}

/**
 * The leaves of an old b-tree in an encoder's memory, one after the other; see assembly/pages/merge.ts.
 *
 * Reserves what it needs at once; `begin` is called when the memory is laid out.
 */
export class OldLeaves {
  /** The cells of the leaf. */
  cellCount = 0;
  /** The bytes that its header and its cells take, after `open`. */
  usedBytes = 0;
  readonly #leafKind: number;
  readonly #encoder: PageEncoder;
  readonly #old: OldRows;
  readonly #limits: PayloadLimits;
  readonly #walk: TreeReader;
  readonly #deleted: DeletedRows;
  readonly #pageAt: number;
  #bytes = new Uint8Array(0);

  constructor(encoder: PageEncoder, old: OldRows, limits: PayloadLimits, rootPage: number, tree: 'table' | 'index') {
    this.#encoder = encoder;
    this.#old = old;
    this.#limits = limits;
    const { pageSize } = old.image;
    this.#leafKind = tree === 'table' ? PAGE_KIND.tableLeaf : PAGE_KIND.indexLeaf;
    this.#walk = new TreeReader(old.image, rootPage, tree);
    this.#deleted = new DeletedRows(encoder, old.deletedIds);
    this.#pageAt = encoder.reserve(pageSize + SLACK_BYTES);
    encoder.set('oldPage', this.#pageAt);
    if (tree === 'table') return;
    encoder.set('oldCells', encoder.reserve(Math.ceil(pageSize / 2) * CELL_BYTES));
    encoder.set('previous', encoder.reserve(limits.maximumLocal + SLACK_BYTES));
  }

  /** @param bytes the encoder's memory */
  begin(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#deleted.fill(bytes.buffer);
    this.#encoder.functions.beginOld();
  }

  /** Takes the next leaf, or an entry of an interior page as one; false at the end. @throws SendplanError `database_error` */
  next(): boolean {
    const walk = this.#walk;
    if (!walk.next()) return false;
    const { bytes, pageStart, entryAt, cellCount } = walk;
    if (entryAt < 0) this.#take(bytes, pageStart, cellCount);
    else this.takeEntry(bytes.subarray(entryAt, entryAt + this.#limits.maximumLocal + ENTRY_AT));
    return true;
  }

  /** Begins from the start again: nothing counts that was looked at. */
  startAgain(): void {
    this.#encoder.functions.beginOld();
  }

  /** The bytes of a page of the old file, good until the next one is asked for. */
  readPage(pageNumber: number): Uint8Array {
    const { image } = this.#old;
    image.requirePage(pageNumber);
    return image.source.read((pageNumber - 1) * image.pageSize, image.pageSize);
  }

  /** Takes the leaf of a page. @throws SendplanError `database_error` when the page is none of such a tree */
  open(pageNumber: number): void {
    const { image } = this.#old;
    const page = image.readLeaf(pageNumber, this.#leafKind);
    const cellCount = readUint16(page, 3);
    this.usedBytes = image.usableSize - readUint16(page, 5) + LEAF_HEADER_BYTES + 2 * cellCount;
    this.#take(page, 0, cellCount);
  }

  /** Takes an entry, as a leaf of one. @param entry its cell, and whatever is behind it */
  takeEntry(entry: Uint8Array): void {
    const page = this.#bytes;
    this.cellCount = 1;
    writeUint16(page, this.#pageAt + LEAF_HEADER_BYTES, ENTRY_AT);
    page.set(entry, this.#pageAt + ENTRY_AT);
    this.#encoder.set('oldEnd', ENTRY_AT + entry.length);
  }

  #take(bytes: Uint8Array, pageStart: number, cellCount: number): void {
    const { usableSize } = this.#old.image;
    this.cellCount = cellCount;
    this.#bytes.set(bytes.subarray(pageStart, pageStart + usableSize), this.#pageAt);
    this.#encoder.set('oldEnd', usableSize);
  }

  /**
   * Copies rows of the leaf to a table, from a cell on until the leaf is over or a row's id is `before` or above; see `isReached`.
   *
   * @returns the first cell that was not copied
   * @throws SendplanError `database_error` when a row does not lie in the leaf, or not in the order of ids
   */
  copyRows(tree: TableTreeWriter, cell: number, before: number): number {
    const encoder = this.#encoder;
    const { functions } = encoder;
    let next = cell;
    for (;;) {
      tree.fillLeaf((leafAt, cellStart, cellCount) => {
        next = functions.copyRows(next, this.cellCount, before, leafAt, cellStart, cellCount);
        return encoder;
      }, functions.lastRowid);
      if (encoder.stopped === STOPPED.full) {
        tree.closeLeaf();
      } else if (encoder.stopped === STOPPED.large) {
        const [payloadAt, payloadLength] = new Uint32Array(this.#bytes.buffer, encoder.get('oldStop') + 8, 2);
        tree.addLargeRow(this.stoppedId, this.gather(payloadAt, payloadLength));
      } else if (encoder.stopped === STOPPED.damaged) {
        throw damaged(`a row behind the one with the id ${functions.lastRowid()} leaves its page`);
      } else {
        return next;
      }
    }
  }

  /** Whether `copyRows` ended at the bound. */
  get isReached(): boolean {
    return this.#encoder.stopped === STOPPED.reached;
  }

  /** The id of the row that `copyRows` ended at. */
  get stoppedId(): number {
    return new Float64Array(this.#bytes.buffer, this.#encoder.get('oldStop'), 1)[0];
  }

  /** Puts together a payload whose front is in the leaf. @param payloadAt its address */
  gather(payloadAt: number, payloadLength: number): Uint8Array {
    const { image } = this.#old;
    const end = this.#pageAt + image.usableSize;
    if (payloadAt > end) throw damaged('a row leaves its page');
    return gatherPayload(image, this.#limits, this.#bytes.slice(payloadAt, end), 0, payloadLength);
  }

  /** The rows so far. */
  get tally(): RowTally {
    const [rowCount, deletedCount, low, high] = new Uint32Array(this.#bytes.buffer, this.#encoder.get('oldRows'), 4);
    return { rowCount, deletedCount, sum: [low, high] };
  }
}

/**
 * How many bytes each of the new leaves has to keep free, so that what is in the open one, the cells of an old one and some more are
 * shared evenly by as many as they need; 0 where they fit into one.
 *
 * @param more how many cells more there will be, below 0 for fewer; they count as being as long as the others
 * @param openBytes what the open leaf has already
 */
export function spareBytesFor(
  { usedBytes, cellCount }: OldLeaves,
  { more, openBytes, usableSize }: { readonly more: number; readonly openBytes: number; readonly usableSize: number },
): number {
  const cellBytes = usedBytes / Math.max(1, cellCount);
  const totalBytes = openBytes + usedBytes + more * cellBytes;
  const leafCount = Math.ceil(totalBytes / usableSize);
  return leafCount < 2 ? 0 : Math.max(0, Math.floor(usableSize - totalBytes / leafCount - cellBytes));
}

/** Tells whether a table and an index are of the same rows. */
export function isSameTally(a: RowTally, b: RowTally): boolean {
  return (
    a.rowCount === b.rowCount && a.deletedCount === b.deletedCount && a.sum[0] === b.sum[0] && a.sum[1] === b.sum[1]
  );
}
