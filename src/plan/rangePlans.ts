import { contactsBetween } from '../columns/contactRange.js';
import type { Organization } from '../columns/organization.js';
import type { KernelCounts } from '../kernel/columns.js';
import { type Kernel, kernelBytes } from '../kernel/kernel.js';
import { letGo } from '../kernel/letGo.js';
import { countColumns } from './countColumns.js';
import type { Plan } from './plan.js';
import { type PlanOptions, planContacts } from './planOrganization.js';
import type { RunRules } from './runRules.js';

/** How contacts are divided among kernels, which changes no row. */
export interface KernelLimits {
  /** The most contacts of a kernel. */
  readonly contacts: number;
  /** The most memory of a kernel that may be asked for, of which most is not touched. */
  readonly bytes: number;
  /** The most memory of all kernels that are there at once; where they would need more, each goes before the next and comes again. */
  readonly keptBytes: number;
}

/** A kernel holds what 4 GiB hold, and goes the sooner the smaller it is. */
export const KERNEL_LIMITS: KernelLimits = { contacts: 1_500_000, bytes: 3.5 * 2 ** 30, keptBytes: 3.5 * 2 ** 30 };

/** With fewer contacts a share is planned before a thread has started. */
const SHARE_FROM_CONTACTS = 100_000;

/**
 * How many threads share the planning of a book: of two threads of a run, the other one copies the file meanwhile, or reads keys.
 *
 * @param threads how many the run may have
 * @param fromContacts how many contacts of a share pay; a test's
 */
export function sharesOf(contacts: number, threads: number, fromContacts: number = SHARE_FROM_CONTACTS): number {
  return Math.max(1, Math.min(threads - 1, Math.floor(contacts / fromContacts)));
}

/** Memory that is worth the time in which the engine looks for it. */
const LEAST_BYTES = 2 ** 26;

interface ContactRange {
  readonly start: number;
  readonly end: number;
}

/** A range that fits into a kernel, and what `countColumns` says of it. */
interface KernelRange extends ContactRange {
  readonly counts: KernelCounts;
}

/** The contacts of an organization in ranges, each planned by a kernel of its own, which goes when it is not needed any more. */
export class RangePlans {
  readonly run: RunRules;
  /** Whether plans stay until they are let go; otherwise each goes when the next is made. */
  readonly isKept: boolean;
  readonly #ranges: KernelRange[] = [];
  readonly #plans: (Plan | null)[];
  /** Null when no more plans are to be made of it. */
  #organization: Organization | null;
  /** The memory of kernels that were let go and may still be there. */
  #releasedBytes = 0;

  /** @param limits null for one kernel, whatever it takes */
  constructor(organization: Organization, run: RunRules, limits: KernelLimits | null) {
    this.run = run;
    this.#organization = organization;
    const bytes = this.#divide({ start: 0, end: organization.contacts.count }, limits);
    this.isKept = limits === null || bytes <= limits.keptBytes;
    this.#plans = this.#ranges.map(() => null);
  }

  /** How many ranges there are. */
  get count(): number {
    return this.#ranges.length;
  }

  /** Divides a range until it fits. @returns the bytes of its kernels */
  #divide(range: ContactRange, limits: KernelLimits | null): number {
    const contacts = range.end - range.start;
    const halves = limits === null || contacts < 2 ? 1 : Math.ceil(contacts / limits.contacts);
    if (halves > 1) return this.#divideInto(range, halves, limits);
    const counts = this.#countColumns(range);
    const bytes = kernelBytes(counts);
    if (limits !== null && bytes > limits.bytes && contacts > 1) return this.#divideInto(range, 2, limits);
    this.#ranges.push({ ...range, counts });
    return bytes;
  }

  #divideInto({ start, end }: ContactRange, count: number, limits: KernelLimits | null): number {
    const size = Math.ceil((end - start) / count);
    let bytes = 0;
    for (let at = start; at < end; at += size)
      bytes += this.#divide({ start: at, end: Math.min(end, at + size) }, limits);
    return bytes;
  }

  #part({ start, end }: ContactRange): { readonly organization: Organization; readonly run: RunRules } {
    if (this.#organization === null) throw new TypeError('the organization was let go');
    const { rules, ruleOf } = this.run.assigned;
    return {
      organization: contactsBetween(this.#organization, start, end),
      run: { ...this.run, assigned: { rules, ruleOf: ruleOf.subarray(start, end) } },
    };
  }

  #countColumns(range: ContactRange): KernelCounts {
    const { organization, run } = this.#part(range);
    return countColumns(organization, run);
  }

  /** Plans a range, if it is not planned. @param options `onProgress` is told of contacts of all ranges */
  async plan(i: number, options: PlanOptions = {}): Promise<void> {
    if (this.#plans[i] !== null) return;
    const { start, counts } = this.#ranges[i];
    const { organization, run } = this.#part(this.#ranges[i]);
    const onProgress = (done: number) => options.onProgress?.(start + done);
    this.#plans[i] = await planContacts(organization, run, counts, { ...options, onProgress });
    if (this.isKept && this.#plans.every((plan) => plan !== null)) this.end();
  }

  /** No more plans are made. */
  end(): void {
    this.#organization = null;
  }

  /** The plan of a range; not to be held longer than until the next turn of the engine. */
  at(i: number): Plan {
    const plan = this.#plans[i];
    if (plan === null) throw new TypeError(`range ${i} is not planned`);
    return plan;
  }

  /** Lets the plan of a range go; small kernels go when the engine likes. @param collect see `letGo` */
  async letGo(i: number, collect?: () => void): Promise<void> {
    const kernel = this.#release(i);
    if (kernel !== null) await letGo(kernel, collect);
  }

  /** Apart, for what waits holds its variables. @returns the kernel, if it is to be waited for */
  #release(i: number): WeakRef<Kernel> | null {
    const { kernel } = this.at(i);
    this.#plans[i] = null;
    this.#releasedBytes += kernel.memoryBytes;
    if (this.#releasedBytes < LEAST_BYTES) return null;
    this.#releasedBytes = 0;
    return new WeakRef(kernel);
  }
}
