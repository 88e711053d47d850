import { SendplanError } from '../errors.js';
import { SCALAR_KERNEL, SIMD_KERNEL } from './binary.js';
import {
  KERNEL_COLUMNS,
  KERNEL_NUMBERS,
  type KernelColumn,
  type KernelCounts,
  type KernelNumbers,
  type KernelViews,
} from './columns.js';
import { compileModule } from './compileModule.js';

const PAGE_BYTES = 65536;
const MOST_PAGES = 65536;
const ALIGNMENT = 16;

/** The functions of the compiled kernel; assembly/ describes each. */
interface KernelFunctions {
  heapBase(): number;
  planContacts(start: number, end: number): number;
  planLanes(start: number, end: number, aepEvent: number): number;
  replanContacts(count: number): number;
  smoothDays(): number;
  groupCandidates(first: number): number;
  countGroups(): number;
  placeCandidates(first: number, end: number): void;
  limitMovedContacts(): number;
  countAll(): void;
  lateCampaigns(): number;
  idealOf(candidate: number): number;
  deadlineOf(candidate: number): number;
  priorityOf(candidate: number): number;
  plannedOf(candidate: number): number;
}

/** A kernel with its memory laid out for one run. */
export interface Kernel {
  readonly views: KernelViews;
  /** The size of the kernel's memory; pages never touched cost address space only. */
  readonly memoryBytes: number;
  /** Plans the contacts `[start, end)` and returns the number of candidates so far (Rules 5 to 10). */
  planContacts(start: number, end: number): number;
  /**
   * Works out the plain anniversaries of the contacts `[start, end)` alone, as `planContacts` does first (Rules 4 and 5).
   *
   * @param aepEvent the day of the aep event
   * @returns whether the kernel does that many at a time
   */
  planLanes(start: number, end: number, aepEvent: number): boolean;
  /** Changes a number of the run; what is planned from here on goes by it. */
  setNumber(name: keyof KernelNumbers, value: number): void;
  /**
   * Plans the first `count` contacts of `replanList` again, each into its own slot of the candidate columns, and sets their
   * `changeDay`; assembly/replan.ts tells how.
   *
   * @returns how many were planned before one had more candidates than its slot holds; `count` when all fit
   */
  replanContacts(count: number): number;
  /** Spreads crowded days of policy anniversaries and returns how many emails moved (Rules 9, smoothing). */
  smoothDays(): number;
  /**
   * Puts the scheduled candidates of the days that `isGroupedDay` marks into groups of those that the daily cap cannot tell
   * apart, from `first` on and starting with no groups, while there is room for groups; assembly/groups.ts tells how they lie.
   * Until they are placed, `candidateSend` has no day for them.
   *
   * @returns the first candidate that is in no group yet; how many groups there are, `countGroups` tells
   */
  groupCandidates(first: number): number;
  countGroups(): number;
  /**
   * Gives the candidates `[first, end)`, which were grouped together, the days that the placements say (Rules 9, daily cap):
   * `groupCursor` has each group's first one.
   */
  placeCandidates(first: number, end: number): void;
  /** Applies the contact limits once more to those whose emails moved (Rules 9, step 4). */
  limitMovedContacts(): void;
  /** Counts all candidates anew into `dayCount`, and on top of what is there into `smoothingHistogram`; planning counts by itself. */
  countAll(): void;
  /** How many campaign candidates came too late to become rows (Rules 6). */
  lateCampaigns(): number;
  /** The day on which a candidate would go out if nothing stood in its way (Rules 5). */
  idealOf(candidate: number): number;
  /** The last day on which a candidate makes sense (Rules 5), `NO_DEADLINE` for none. */
  deadlineOf(candidate: number): number;
  /** A candidate's priority (Rules 5 and 10). */
  priorityOf(candidate: number): number;
  /** The day that a candidate's row says it was planned for (Rules 5, step 3). */
  plannedOf(candidate: number): number;
}

/** The two builds of the kernel, which give the same rows. */
export type KernelBuild = 'simd' | 'scalar';

const compiled: Partial<Record<KernelBuild, Promise<WebAssembly.Module>>> = {};

function compileKernel(build: KernelBuild): Promise<WebAssembly.Module> {
  const known = compiled[build];
  if (known !== undefined) return known;
  // An engine without SIMD finds the other build invalid.
  const module =
    build === 'scalar' ? compileModule(SCALAR_KERNEL) : compileModule(SIMD_KERNEL).catch(() => compileKernel('scalar'));
  compiled[build] = module;
  return module;
}

/** Where each column goes, one after the other from `startByte` on, and the first byte behind them. */
function layOut(counts: KernelCounts, startByte: number): { offsets: Record<KernelColumn, number>; endByte: number } {
  const offsets = {} as Record<KernelColumn, number>;
  let endByte = startByte;
  for (const name of Object.keys(KERNEL_COLUMNS) as KernelColumn[]) {
    endByte = Math.ceil(endByte / ALIGNMENT) * ALIGNMENT;
    offsets[name] = endByte;
    endByte += counts[name] * KERNEL_COLUMNS[name].BYTES_PER_ELEMENT;
  }
  return { offsets, endByte };
}

/** About how many bytes of memory a kernel has for so many elements in each column. */
export function kernelBytes(counts: KernelCounts): number {
  return layOut(counts, 0).endByte;
}

/**
 * Makes a kernel for one run: compiles it once per process, sizes its memory for the columns, then makes the views.
 *
 * @param counts how many elements each column has; they start as zeros
 * @param build which build to use; `simd` falls back to `scalar` where the engine has no SIMD
 * @throws SendplanError `kernel_error` when the columns do not fit into the 4 GiB a kernel can address, or the host has no
 *   such memory
 */
export async function createKernel(
  counts: KernelCounts,
  numbers: KernelNumbers,
  build: KernelBuild = 'simd',
): Promise<Kernel> {
  const module = await compileKernel(build);
  // The kernel's own data ends below its first two pages; the probe tells where.
  const memory = new WebAssembly.Memory({ initial: 2, maximum: MOST_PAGES });
  const instance = new WebAssembly.Instance(module, { env: { memory, abort: () => {} } });
  const functions = instance.exports as unknown as KernelFunctions;
  const { offsets, endByte } = layOut(counts, functions.heapBase());
  growTo(memory, endByte);

  const views = {} as Record<KernelColumn, unknown>;
  for (const name of Object.keys(KERNEL_COLUMNS) as KernelColumn[]) {
    setGlobal(instance, name, offsets[name]);
    views[name] = new KERNEL_COLUMNS[name](memory.buffer, offsets[name], counts[name]);
  }
  for (const name of KERNEL_NUMBERS) setGlobal(instance, name, numbers[name]);
  return {
    views: views as KernelViews,
    memoryBytes: memory.buffer.byteLength,
    planContacts: (start, end) => functions.planContacts(start, end) >>> 0,
    planLanes: (start, end, aepEvent) => functions.planLanes(start, end, aepEvent) !== 0,
    setNumber: (name, value) => setGlobal(instance, name, value),
    replanContacts: (count) => functions.replanContacts(count) >>> 0,
    smoothDays: () => functions.smoothDays() >>> 0,
    groupCandidates: (first) => functions.groupCandidates(first) >>> 0,
    countGroups: () => functions.countGroups() >>> 0,
    placeCandidates: (first, end) => void functions.placeCandidates(first, end),
    limitMovedContacts: () => void functions.limitMovedContacts(),
    countAll: () => functions.countAll(),
    lateCampaigns: () => functions.lateCampaigns() >>> 0,
    idealOf: (candidate) => functions.idealOf(candidate),
    deadlineOf: (candidate) => functions.deadlineOf(candidate),
    priorityOf: (candidate) => functions.priorityOf(candidate),
    plannedOf: (candidate) => functions.plannedOf(candidate),
  };
}

function setGlobal(instance: WebAssembly.Instance, name: string, value: number): void {
  const global = instance.exports[name];
  if (!(global instanceof WebAssembly.Global)) throw new TypeError(`kernel: the export ${name} is missing`);
  global.value = value;
}

function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missingPages = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missingPages <= 0) return;
  const needed = `planning needs ${Math.ceil(bytes / 2 ** 20)} MiB of kernel memory`;
  if (bytes > MOST_PAGES * PAGE_BYTES) {
    throw new SendplanError('kernel_error', `${needed}; a WebAssembly memory holds at most 4096 MiB`, {
      hint: 'Plan the organization in parts, or give it fewer running campaigns.',
    });
  }
  try {
    memory.grow(missingPages);
  } catch (cause) {
    throw new SendplanError('kernel_error', `${needed}, which this machine does not have`, { cause });
  }
}
