import { decodeUtf8 } from '../rules/utf8.js';

/** Longer texts are not remembered: they hardly ever come again. */
const LONGEST_REMEMBERED_BYTES = 256;

/** Past this many texts no more are usually remembered, so that a column of nothing but different ones costs bounded memory. */
const MOST_REMEMBERED = 1 << 20;

const UNKNOWN_CODE = -2147483648;

/**
 * A function from text to a small number, remembered: by the text itself and by its UTF-8 bytes, so that a text that
 * comes again and again in a table's bytes is never made a string again.
 *
 * The bytes of the remembered texts lie one behind the other; an open-addressed table of their hashes finds them:
 *
 * ```
 * slots    | 0 | 3 | 0 | 1 | 2 | ...     entry number + 1, 0 for a free slot; at most half are taken
 * starts   | 0 | 8 | 22 | 29 | ...       entry i is bytes[starts[i] .. starts[i + 1]]
 * bytes    birthdayeffective_date...
 * ```
 */
export class TextMemo {
  readonly #codeOf: (text: string | null) => number;
  readonly #most: number;
  readonly #byText = new Map<string, number>();
  #codeOfNull = UNKNOWN_CODE;
  private slots = new Int32Array(256);
  private hashes = new Int32Array(128);
  private starts = new Uint32Array(129);
  private codes = new Int32Array(128);
  private bytes = new Uint8Array(4096);
  private words = new DataView(this.bytes.buffer);
  private count = 0;
  private last = 0;
  /** The entry that was asked for after each entry; columns repeat their texts in the same order for every contact. */
  private followers = new Int32Array(128);

  /**
   * @param codeOf is asked once for a text, or a few times for a long or rare one; null is NULL
   * @param most how many texts are remembered
   */
  constructor(codeOf: (text: string | null) => number, most: number = MOST_REMEMBERED) {
    this.#codeOf = codeOf;
    this.#most = most;
  }

  /** The code of a text, or of NULL. */
  codeOf(text: string | null): number {
    if (text === null) {
      if (this.#codeOfNull === UNKNOWN_CODE) this.#codeOfNull = this.#codeOf(null);
      return this.#codeOfNull;
    }
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const code = this.#codeOf(text);
    if (text.length <= LONGEST_REMEMBERED_BYTES && this.#byText.size < this.#most) this.#byText.set(text, code);
    return code;
  }

  /** The code of the text whose UTF-8 bytes are from `start` to `end` of a view. */
  codeOfBytes(source: DataView, start: number, end: number): number {
    const follower = this.followers[this.last];
    if (follower < this.count && this.isEntry(follower, source, start, end)) {
      this.last = follower;
      return this.codes[follower];
    }
    return this.search(source, start, end);
  }

  private isEntry(entry: number, source: DataView, start: number, end: number): boolean {
    const { words } = this;
    let i = this.starts[entry];
    if (this.starts[entry + 1] - i !== end - start) return false;
    let j = start;
    for (; j + 4 <= end; i += 4, j += 4) if (words.getInt32(i) !== source.getInt32(j)) return false;
    for (; j < end; i++, j++) if (words.getInt8(i) !== source.getInt8(j)) return false;
    return true;
  }

  private search(source: DataView, start: number, end: number): number {
    if (end - start > LONGEST_REMEMBERED_BYTES) return this.#codeOf(decodeUtf8(bytesOf(source), start, end));
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ source.getUint8(i), 0x01000193);
    hash ^= hash >>> 15;
    const { slots, hashes } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    while (slots[slot] !== 0) {
      const entry = slots[slot] - 1;
      if (hashes[entry] === hash && this.isEntry(entry, source, start, end)) return this.follow(entry);
      slot = (slot + 1) & mask;
    }
    const bytes = bytesOf(source);
    const code = this.#codeOf(decodeUtf8(bytes, start, end));
    if (this.count < this.#most) this.add(slot, hash, code, bytes.subarray(start, end));
    return code;
  }

  private follow(entry: number): number {
    this.followers[this.last] = entry;
    this.last = entry;
    return this.codes[entry];
  }

  private add(slot: number, hash: number, code: number, text: Uint8Array): void {
    const entry = this.count++;
    if (this.count > this.codes.length) this.growEntries();
    const end = this.starts[entry] + text.length;
    if (end > this.bytes.length) {
      this.bytes = grown(this.bytes, Math.max(end, this.bytes.length * 2));
      this.words = new DataView(this.bytes.buffer);
    }
    this.bytes.set(text, this.starts[entry]);
    this.starts[entry + 1] = end;
    this.hashes[entry] = hash;
    this.codes[entry] = code;
    this.slots[slot] = entry + 1;
    this.follow(entry);
    if (this.count * 2 > this.slots.length) this.growSlots();
  }

  private growEntries(): void {
    const length = this.codes.length * 2;
    this.hashes = grown(this.hashes, length);
    this.codes = grown(this.codes, length);
    this.followers = grown(this.followers, length);
    this.starts = grown(this.starts, length + 1);
  }

  private growSlots(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.count; entry++) {
      let slot = this.hashes[entry] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.slots = slots;
  }
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function grown<Values extends Int32Array | Uint32Array | Uint8Array>(values: Values, length: number): Values {
  const larger = new (values.constructor as new (length: number) => Values)(length);
  larger.set(values);
  return larger;
}
