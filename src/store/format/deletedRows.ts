import { sharedBytes } from '../../columns/sharedBytes.js';
import type { PageEncoder } from './pageEncoder.js';

/** Up to this many bits tell of one id each. */
const MOST_EXACT_BITS = 2 ** 27;
/** With fewer bits than ids, so many for each id. */
const BITS_PER_ID = 64;

/** The ids of rows that go, ascending, in memory that all threads see. */
export function sortIds(ids: Float64Array): Float64Array {
  const sorted = new Float64Array(sharedBytes(ids.length * 8));
  sorted.set(ids);
  return sorted.sort();
}

/**
 * The rows that go, in an encoder's memory; see assembly/pages/deleted.ts.
 *
 * Reserves what it needs at once; `fill` writes it when the memory is laid out.
 */
export class DeletedRows {
  readonly #ids: Float64Array;
  readonly #first: number;
  readonly #bitCount: number;
  readonly #bitsAt: number;
  readonly #idsAt: number;

  /** @param ids ascending */
  constructor(encoder: PageEncoder, ids: Float64Array) {
    this.#ids = ids;
    this.#first = ids.length === 0 ? 0 : ids[0];
    const span = ids.length === 0 ? 0 : ids[ids.length - 1] - this.#first + 1;
    const isExact = span <= MOST_EXACT_BITS;
    const wanted = isExact ? span : ids.length * BITS_PER_ID;
    this.#bitCount = 2 ** Math.ceil(Math.log2(Math.max(8, wanted)));
    this.#bitsAt = encoder.reserve(this.#bitCount / 8);
    this.#idsAt = isExact ? 0 : encoder.reserve(ids.length * 8);
    encoder.set('deletedBits', this.#bitsAt);
    encoder.set('deletedMask', this.#bitCount - 1);
    encoder.set('deletedFirst', this.#first);
    encoder.set('deletedSpan', span);
    encoder.set('deletedIds', this.#idsAt);
    encoder.set('deletedCount', ids.length);
  }

  fill(buffer: ArrayBuffer): void {
    const bits = new Uint8Array(buffer, this.#bitsAt, this.#bitCount / 8);
    const ids = this.#ids;
    for (let i = 0; i < ids.length; i++) {
      const bit = (ids[i] - this.#first) % this.#bitCount;
      bits[bit >>> 3] |= 1 << (bit & 7);
    }
    if (this.#idsAt > 0) new Float64Array(buffer, this.#idsAt, ids.length).set(ids);
  }
}
