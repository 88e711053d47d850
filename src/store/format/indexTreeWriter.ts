import { type FillLeaf, InteriorPage, LeafRun, largeIndexCell, type TreeOptions } from './leafRun.js';
import { INTERIOR_HEADER_BYTES, indexPayloadLimits, PAGE_KIND, writeUint32 } from './pageFormat.js';
import type { PageSpace } from './pageSpace.js';
import { varintLength, writeVarint } from './varint.js';

/** The cells that stand between the pages of a level, one after the other; a page's left neighbour is all smaller. */
class Separators {
  count = 0;
  bytes = new Uint8Array(16 * 1024);
  ends = new Uint32Array(256);

  start(i: number): number {
    return i === 0 ? 0 : this.ends[i - 1];
  }

  cellLength(i: number): number {
    return this.ends[i] - this.start(i);
  }

  add(source: Uint8Array, start: number, length: number): void {
    const at = this.start(this.count);
    if (at + length > this.bytes.length) {
      const larger = new Uint8Array((at + length) * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    if (this.count === this.ends.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.ends);
      this.ends = larger;
    }
    this.bytes.set(source.subarray(start, start + length), at);
    this.ends[this.count++] = at + length;
  }
}

/**
 * Builds the b-tree of an index from entries in ascending order: full leaves as they come, the levels above them at the end.
 *
 * Unlike a table's, the interior pages of an index hold entries of their own: the one that no longer fits into a leaf stands
 * between that leaf and the next. A leaf's cell is `varint payload length | payload`, and with a payload beyond
 * `indexPayloadLimits` the number of its first overflow page; an interior cell has the page number of its left child, 4 bytes,
 * in front of the same. The payload is a record of the indexed columns and the rowid.
 *
 * ```
 *                 [ e3 | e7 ]                    interior, root
 *                /     |     \
 *     [e0 e1 e2]   [e4 e5 e6]   [e8 e9]          leaves
 * ```
 */
export class IndexTreeWriter {
  /** The buffer of scratch and leaves, into which payloads are written. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same buffer. */
  readonly view: DataView;
  readonly #leaves: LeafRun;
  readonly #space: PageSpace;
  readonly #maximumLocal: number;
  readonly #separators = new Separators();
  /** Where the entry lies that did not fit into the open leaf: it goes between that leaf and the next, if there is a next one. */
  readonly #slotAt: number;
  #slotLength = 0;
  /** The length of the last cell of the open leaf. */
  #lastLength = 0;

  constructor(space: PageSpace, options: TreeOptions = {}) {
    const limits = indexPayloadLimits(space.usableSize);
    const scratchBytes = options.scratchBytes ?? 0;
    this.#space = space;
    this.#maximumLocal = limits.maximumLocal;
    this.#slotAt = scratchBytes;
    this.#leaves = new LeafRun(space, PAGE_KIND.indexLeaf, limits, {
      ...options,
      scratchBytes: scratchBytes + limits.maximumLocal + 16,
    });
    this.bytes = this.#leaves.bytes;
    this.view = this.#leaves.view;
  }

  /** The longest payload that `beginEntry` takes; longer ones are for `addLargeEntry`. */
  get maximumLocal(): number {
    return this.#maximumLocal;
  }

  /**
   * Lets entries be put into the open leaf, as many as fit. To be called when there is one to add, for a leaf may be opened.
   *
   * @param fill adds entries above the last one
   * @param lastCellLength tells, after `fill`, the length of the last cell that it added
   */
  fillLeaf(fill: FillLeaf, lastCellLength: () => number): void {
    this.#takeSlot();
    const { cellCount } = this.#leaves;
    this.#leaves.fill(fill);
    if (this.#leaves.cellCount > cellCount) this.#lastLength = lastCellLength();
  }

  /**
   * Makes room for an entry and returns where in `bytes` its payload has to be written, at once and in full.
   *
   * @param payloadLength in bytes, at most `maximumLocal`
   * @throws RangeError when it is longer
   */
  beginEntry(payloadLength: number): number {
    if (payloadLength > this.#maximumLocal) {
      throw new RangeError(`a payload of ${payloadLength} bytes; ${this.#maximumLocal} fit into a cell`);
    }
    const cell = this.#beginCell((payloadLength < 128 ? 1 : varintLength(payloadLength)) + payloadLength);
    return writeVarint(this.bytes, cell, payloadLength);
  }

  /** Adds an entry as the cell that it was in another leaf. @param start where that lies in `bytes` */
  copyCell(start: number, cellLength: number): void {
    this.bytes.copyWithin(this.#beginCell(cellLength), start, start + cellLength);
  }

  /** Whether `addSeparator` may end the open leaf: it is filled well enough, and all that was added is in it. */
  get isLeafFilled(): boolean {
    return this.#slotLength === 0 && this.#leaves.isFilled;
  }

  /** The bytes that the open leaf's entries take. */
  get openBytes(): number {
    return this.#leaves.openBytes;
  }

  /** Bytes that a leaf which has entries keeps free, from here on. */
  set spareBytes(spareBytes: number) {
    this.#leaves.spareBytes = spareBytes;
  }

  /** Goes on with a leaf that is in the file already and stays; the open leaf must be empty, and a separator comes behind it. */
  keepLeaf(pageNumber: number, readPage: (pageNumber: number) => Uint8Array): void {
    this.#leaves.keep(pageNumber, readPage);
  }

  /**
   * Puts an entry between the leaf so far, which `isLeafFilled` or was kept, and the next one, which must get entries or be kept.
   *
   * @param start where its cell lies in `cells`
   */
  addSeparator(cells: Uint8Array, start: number, cellLength: number): void {
    if (this.#leaves.cellCount > 0) this.#leaves.close();
    this.#separators.add(cells, start, cellLength);
  }

  /** Adds an entry whose payload does not fit into a cell. */
  addLargeEntry(payload: Uint8Array): void {
    const cell = largeIndexCell(this.#space, payload, this.#leaves.limits);
    this.bytes.set(cell, this.#beginCell(cell.length));
  }

  /**
   * Writes what is left of the leaves and the levels above them.
   *
   * @param rootPage the page that is to be the root; a new one when left out
   * @returns the page number of the root
   */
  finish(rootPage?: number): number {
    this.#endLeaves();
    const leaves = this.#leaves;
    const root = rootPage ?? this.#space.allocate();
    leaves.end();
    if (leaves.leafCount === 1) {
      leaves.writeOnlyLeaf(root);
      return root;
    }
    let children = leaves.leafNumbers;
    let separators = this.#separators;
    for (;;) {
      const ends = this.#pageEnds(separators);
      if (ends.length === 1) {
        this.#space.writePage(root, this.#interiorPage(children, separators, 0, separators.count));
        return root;
      }
      const parents = new Uint32Array(ends.length);
      const between = new Separators();
      let start = 0;
      ends.forEach((end, i) => {
        this.#space.append(this.#interiorPage(children, separators, start, end), parents, i);
        if (end < separators.count) between.add(separators.bytes, separators.start(end), separators.cellLength(end));
        start = end + 1;
      });
      children = parents;
      separators = between;
    }
  }

  #beginCell(cellLength: number): number {
    this.#takeSlot();
    const leaves = this.#leaves;
    if (leaves.hasRoom(cellLength)) {
      this.#lastLength = cellLength;
      return leaves.push(cellLength);
    }
    this.#slotLength = cellLength;
    return this.#slotAt;
  }

  /** Ends the open leaf when an entry follows that did not fit into it. */
  #takeSlot(): void {
    if (this.#slotLength === 0) return;
    this.#separators.add(this.bytes, this.#slotAt, this.#slotLength);
    this.#slotLength = 0;
    this.#leaves.close();
  }

  /** Nothing comes after an entry that did not fit: it needs a leaf, and the one before it goes between the leaves. */
  #endLeaves(): void {
    const length = this.#slotLength;
    if (length === 0) return;
    const leaves = this.#leaves;
    this.#slotLength = 0;
    leaves.spareBytes = 0;
    if (leaves.hasRoom(length)) {
      this.bytes.copyWithin(leaves.push(length), this.#slotAt, this.#slotAt + length);
      return;
    }
    this.#separators.add(this.bytes, leaves.pop(this.#lastLength), this.#lastLength);
    leaves.close();
    this.bytes.copyWithin(leaves.push(length), this.#slotAt, this.#slotAt + length);
  }

  /**
   * Deals the separators of a level out to pages, and returns for each page the separator that follows its last one: it goes up
   * to the next level. A page never gets less than one of its own.
   */
  #pageEnds(separators: Separators): number[] {
    const room = this.#space.usableSize - INTERIOR_HEADER_BYTES;
    const { count } = separators;
    const ends: number[] = [];
    let used = 0;
    for (let i = 0; i < count; i += 1) {
      const length = 2 + 4 + separators.cellLength(i);
      if (used + length <= room) {
        used += length;
        continue;
      }
      const end = i === count - 1 ? i - 1 : i;
      ends.push(end);
      used = end === i ? 0 : length;
    }
    ends.push(count);
    return ends;
  }

  #interiorPage(children: Uint32Array, separators: Separators, start: number, end: number): Uint8Array {
    const page = new InteriorPage(this.#space.pageSize, this.#space.usableSize, INTERIOR_HEADER_BYTES);
    for (let i = start; i < end; i += 1) {
      const from = separators.start(i);
      const length = separators.cellLength(i);
      const cell = page.push(4 + length);
      writeUint32(page.page, cell, children[i]);
      page.page.set(separators.bytes.subarray(from, from + length), cell + 4);
    }
    return page.finish(PAGE_KIND.indexInterior, children[end]);
  }
}
