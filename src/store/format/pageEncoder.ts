import { compileModule } from '../../kernel/compileModule.js';
import { PAGE_ENCODER } from './encoderBinary.js';

const WASM_PAGE_BYTES = 65536;
const ALIGNMENT = 8;

/**
 * Why the encoder stopped: all is done, the leaf is full or the payload too long, a row needs a template, an old row has overflow
 * pages, a bound is reached, or an old row does not lie in its page.
 */
export const STOPPED = { done: 0, full: 1, unknown: 2, large: 3, reached: 4, damaged: 5 } as const;

/** The functions of the compiled encoder; assembly/pages describes each. */
export interface EncoderFunctions {
  addRows(row: number, last: number, leafAt: number, cellStart: number, cellCount: number): number;
  addTemplate(row: number, start: number, length: number): number;
  forgetTemplates(): void;
  beginEntries(): void;
  addEntries(entry: number, last: number, leafAt: number, cellStart: number, cellCount: number): number;
  writeEntry(entry: number, at: number): number;
  beginOld(): void;
  copyRows(cell: number, cellEnd: number, before: number, leafAt: number, cellStart: number, cellCount: number): number;
  lastRowid(): number;
  countLarge(id: number): number;
  openEntries(cellCount: number): number;
  skipGone(cell: number, cellEnd: number): number;
  mergeEntries(
    cell: number,
    cellEnd: number,
    entry: number,
    last: number,
    leafAt: number,
    cellStart: number,
    cellCount: number,
  ): number;
}

let compiled: Promise<WebAssembly.Module> | null = null;

/**
 * Puts rows and index entries into the leaves of one b-tree, in WebAssembly with a memory of its own.
 *
 * Memory is laid out once: what the caller needs is reserved piece by piece, `allocate` puts the leaves behind it, and only then
 * views are made, because memory that grows detaches them.
 */
export class PageEncoder {
  readonly functions: EncoderFunctions;
  readonly #instance: WebAssembly.Instance;
  readonly #memory: WebAssembly.Memory;
  #reserved: number;
  #outcome = new Uint32Array(4);

  private constructor(instance: WebAssembly.Instance, memory: WebAssembly.Memory) {
    this.#instance = instance;
    this.#memory = memory;
    this.functions = instance.exports as unknown as EncoderFunctions;
    this.#reserved = (instance.exports.heapBase as () => number)();
  }

  /** Makes an encoder; the module is compiled once a thread. */
  static async open(): Promise<PageEncoder> {
    compiled ??= compileModule(PAGE_ENCODER);
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
    const instance = new WebAssembly.Instance(await compiled, { env: { memory, abort: () => {} } });
    return new PageEncoder(instance, memory);
  }

  /** Reserves zeroed bytes and returns their address, a multiple of 8. */
  reserve(byteLength: number): number {
    const address = Math.ceil(this.#reserved / ALIGNMENT) * ALIGNMENT;
    this.#reserved = address + byteLength;
    return address;
  }

  /** The bytes that are reserved so far, the encoder's own included: the `scratchBytes` of a tree. */
  get reservedBytes(): number {
    return Math.ceil(this.#reserved / ALIGNMENT) * ALIGNMENT;
  }

  /** Ends the layout: the first bytes of the memory, at least as many as are reserved. An index is an address. */
  allocate(byteLength: number): Uint8Array<ArrayBuffer> {
    const missing = Math.ceil((byteLength - this.#memory.buffer.byteLength) / WASM_PAGE_BYTES);
    if (missing > 0) this.#memory.grow(missing);
    const { buffer } = this.#memory;
    this.#outcome = new Uint32Array(buffer, this.#global('outcome').value, 4);
    return new Uint8Array(buffer, 0, byteLength);
  }

  /** Sets one of the encoder's numbers or addresses. */
  set(name: string, value: number): void {
    this.#global(name).value = value;
  }

  /** Reads one of the encoder's numbers or addresses. */
  get(name: string): number {
    return this.#global(name).value;
  }

  /** Where the lowest cell of the leaf is, after a call of `addRows` or `addEntries`. */
  get cellStart(): number {
    return this.#outcome[0];
  }

  /** The cells of the leaf, after such a call. */
  get cellCount(): number {
    return this.#outcome[1];
  }

  /** The length of the cell that was added last. */
  get lastCellLength(): number {
    return this.#outcome[2];
  }

  /** Why the call ended, one of `STOPPED`. */
  get stopped(): number {
    return this.#outcome[3];
  }

  #global(name: string): WebAssembly.Global {
    const global = this.#instance.exports[name];
    if (!(global instanceof WebAssembly.Global)) throw new TypeError(`page encoder: the export ${name} is missing`);
    return global;
  }
}
