import { readUint16 } from './pageFormat.js';
import type { PageSource } from './pageSource.js';
import { PieceBuffer } from './pieceBuffer.js';

const HEADER_BYTES = 100;
const HEADER_PAGE_SIZE = 16;
/** The size of blocks where a file has no header yet. */
const USUAL_BLOCK_BYTES = 4096;
/** Memory for blocks is made in pieces of this size. */
const SLAB_BYTES = 1024 * 1024;

/** A piece of a file, `[start, end)` in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Which bytes of a database are not those of another one, as far as that is known: in order and with gaps between them. */
export function rangesOver(source: PageSource, original: PageSource | undefined): readonly ByteRange[] {
  if (source === original) return [];
  if (original !== undefined && source instanceof ChangedPages && source.isOver(original))
    return source.changedRanges();
  return [{ start: 0, end: source.byteLength }];
}

/** The page size that a file's header tells, or a usual one. */
function blockBytesOf(base: PageSource): number {
  if (base.byteLength < HEADER_BYTES) return USUAL_BLOCK_BYTES;
  const told = readUint16(base.read(0, HEADER_BYTES), HEADER_PAGE_SIZE);
  const pageBytes = told === 1 ? 65536 : told;
  return pageBytes >= 512 && (pageBytes & (pageBytes - 1)) === 0 ? pageBytes : USUAL_BLOCK_BYTES;
}

/**
 * A database file with changes that are not in it: the bytes of a base, which stays as it is, and over them those that were
 * written. Only these are in memory, in blocks of the size of the file's pages.
 *
 * ```
 * base:     | 1 | 2 | 3 | 4 |
 * written:          | 3'|       | 6'|
 * file:     | 1 | 2 | 3'| 4 | 0 | 6'|
 * ```
 */
export class ChangedPages implements PageSource {
  readonly hasEmptyLog: boolean;
  bytes: Uint8Array;
  readonly #base: PageSource;
  readonly #blockBytes: number;
  /** The blocks that were written, by number from 0. */
  readonly #blocks: Map<number, Uint8Array>;
  /** The numbers of those that no snapshot has. */
  readonly #own = new Set<number>();
  readonly #piece = new PieceBuffer();
  #byteLength: number;
  #slab = new Uint8Array(0);
  #slabUsed = 0;

  /** @param written the blocks of a file that was changed before, which stay as they are; none when left out */
  constructor(
    base: PageSource,
    byteLength: number = base.byteLength,
    written: ReadonlyMap<number, Uint8Array> = new Map(),
  ) {
    this.#base = base;
    this.#byteLength = byteLength;
    this.#blocks = new Map(written);
    this.#blockBytes = blockBytesOf(base);
    this.hasEmptyLog = base.hasEmptyLog;
    this.bytes = base.bytes;
  }

  /** The length of the file: up to the last byte that is in the base or was written. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** How many blocks were written. */
  get changedBlocks(): number {
    return this.#blocks.size;
  }

  /** Whether its bytes are those of a source but for the changed ones. */
  isOver(base: PageSource): boolean {
    return this.#base === base;
  }

  /** Which bytes are not those of the base, in order and with gaps between them. */
  changedRanges(): ByteRange[] {
    const ranges: { start: number; end: number }[] = [];
    const add = (start: number, end: number) => {
      const last = ranges.at(-1);
      if (start >= end) return;
      if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
      else ranges.push({ start, end });
    };
    const ofBase = Math.min(this.#base.byteLength, this.#byteLength);
    for (const number of [...this.#blocks.keys()].sort((a, b) => a - b)) {
      const start = number * this.#blockBytes;
      if (start < ofBase) add(start, Math.min(this.#byteLength, start + this.#blockBytes));
    }
    add(this.#base.byteLength, this.#byteLength);
    return ranges;
  }

  locate(byteOffset: number, byteLength: number): number {
    const number = Math.floor(byteOffset / this.#blockBytes);
    const inBlock = byteOffset - number * this.#blockBytes;
    const block = this.#blocks.get(number);
    if (block !== undefined && inBlock + byteLength <= block.length) {
      this.bytes = block;
      return inBlock;
    }
    if (this.#isOfBase(byteOffset, byteOffset + byteLength)) {
      const found = this.#base.locate(byteOffset, byteLength);
      this.bytes = this.#base.bytes;
      return found;
    }
    this.bytes = new Uint8Array(byteLength);
    this.#assemble(this.bytes, byteOffset);
    return 0;
  }

  read(byteOffset: number, byteLength: number): Uint8Array {
    if (this.#isOfBase(byteOffset, byteOffset + byteLength)) return this.#base.read(byteOffset, byteLength);
    const piece = this.#piece.take(byteLength);
    this.#assemble(piece, byteOffset);
    return piece;
  }

  /** Writes bytes into the file, which gets longer when they reach beyond it. */
  write(bytes: Uint8Array, byteOffset: number): void {
    for (let done = 0; done < bytes.length; ) {
      const number = Math.floor((byteOffset + done) / this.#blockBytes);
      const start = byteOffset + done - number * this.#blockBytes;
      const count = Math.min(bytes.length - done, this.#blockBytes - start);
      this.#ownBlock(number, count === this.#blockBytes).set(bytes.subarray(done, done + count), start);
      done += count;
    }
    this.#byteLength = Math.max(this.#byteLength, byteOffset + bytes.length);
  }

  /** The file as it is, whatever is written to this one later. @param byteLength where it ends, zeros where there is nothing */
  snapshot(byteLength: number): PageSource {
    this.#own.clear();
    return new ChangedPages(this.#base, byteLength, this.#blocks);
  }

  #isOfBase(start: number, end: number): boolean {
    if (end > this.#base.byteLength) return false;
    if (this.#blocks.size === 0) return true;
    const last = Math.floor((end - 1) / this.#blockBytes);
    for (let number = Math.floor(start / this.#blockBytes); number <= last; number++) {
      if (this.#blocks.has(number)) return false;
    }
    return true;
  }

  #assemble(into: Uint8Array, byteOffset: number): void {
    const fromBase = Math.min(into.length, Math.max(0, this.#base.byteLength - byteOffset));
    if (fromBase > 0) into.set(this.#base.read(byteOffset, fromBase));
    into.fill(0, fromBase);
    for (let done = 0; done < into.length; ) {
      const number = Math.floor((byteOffset + done) / this.#blockBytes);
      const start = byteOffset + done - number * this.#blockBytes;
      const count = Math.min(into.length - done, this.#blockBytes - start);
      const block = this.#blocks.get(number);
      if (block !== undefined) into.set(block.subarray(start, start + count), done);
      done += count;
    }
  }

  /** A block that may be written to. @param isReplaced whether all of its bytes are about to be written */
  #ownBlock(number: number, isReplaced: boolean): Uint8Array {
    const found = this.#blocks.get(number);
    if (found !== undefined && this.#own.has(number)) return found;
    if (this.#slabUsed === this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#slabUsed = 0;
    }
    const block = this.#slab.subarray(this.#slabUsed, this.#slabUsed + this.#blockBytes);
    this.#slabUsed += this.#blockBytes;
    if (!isReplaced) this.#assemble(block, number * this.#blockBytes);
    this.#own.add(number);
    this.#blocks.set(number, block);
    return block;
  }
}
