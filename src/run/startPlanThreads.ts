import type { Worker } from 'node:worker_threads';
import type { Placements } from '../balance/groups.js';
import type { RangeCounts, RangeGroups } from '../balance/ranges.js';
import { contactsBetween } from '../columns/contactRange.js';
import type { Organization } from '../columns/organization.js';
import { toShared } from '../columns/sharedOrganization.js';
import { errorOfThread, type PlainError, SendplanError } from '../errors.js';
import { KERNEL_LIMITS, type KernelLimits, sharesOf } from '../plan/rangePlans.js';
import type { RunRules } from '../plan/runRules.js';
import { startWorker } from '../store/format/startWorker.js';
import type { ShareCounts } from './planShare.js';
import type { PlanMessage, PlanQuestion, PlanTask } from './planThread.js';
import type { ShareBeside, Shares, TakenBeside } from './takePlans.js';

/** The contacts that are planned while a thread starts. */
const HEAD_START_CONTACTS = 50_000;

const SCRIPT = new URL('./planThread.js', import.meta.url);

/** When contacts are divided, and how; a test's. */
export interface ShareThreadSettings {
  /** See `sharesOf`. */
  readonly fromContacts?: number;
  /** How many contacts this thread plans until others have started. */
  readonly headStartContacts: number;
  /** What kernels of all threads together may take. */
  readonly limits: KernelLimits;
}

/** Plans the last contacts of an organization on threads of their own, where that pays (`sharesOf`). */
export class PlanThreads {
  readonly #threads: number;
  readonly #settings: ShareThreadSettings;
  readonly #workers: Worker[] = [];

  /** @param threads how many threads the run may have, the one that calls included */
  constructor(threads: number, settings: Partial<ShareThreadSettings> = {}) {
    this.#threads = threads;
    this.#settings = { headStartContacts: HEAD_START_CONTACTS, limits: KERNEL_LIMITS, ...settings };
  }

  /**
   * Divides the contacts of an organization, whose columns must stay as they are, and begins to plan those of the others; null where
   * all are this thread's.
   */
  divide(organization: Organization, run: RunRules, batchSize?: number): Shares | null {
    const { count } = organization.contacts;
    const shares = sharesOf(count, this.#threads, this.#settings.fromContacts);
    if (shares === 1) return null;
    const limits = partOf(this.#settings.limits, shares);
    const headStart = Math.min(this.#settings.headStartContacts, Math.floor(count / shares));
    const starts = Array.from({ length: shares - 1 }, (_, i) => {
      return headStart + Math.floor(((count - headStart) * (i + 1)) / shares);
    });
    const beside: ShareBeside[] = [];
    // From the last on: what no thread is to be had for is left to this one.
    let end = count;
    for (const start of starts.reverse()) {
      const task = taskOf(organization, run, { start, end }, { limits, batchSize });
      const worker = startWorker(SCRIPT, task);
      if (worker === null) break;
      this.#workers.push(worker);
      beside.unshift(new ThreadShare(worker));
      end = start;
    }
    return beside.length === 0 ? null : { ownEnd: end, limits, beside };
  }

  /** Ends them. */
  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function partOf({ contacts, bytes, keptBytes }: KernelLimits, shares: number): KernelLimits {
  return { contacts: Math.ceil(contacts / shares), bytes: bytes / shares, keptBytes: keptBytes / shares };
}

function taskOf(
  organization: Organization,
  { config, today, limits: daily, assigned }: RunRules,
  { start, end }: { readonly start: number; readonly end: number },
  { limits, batchSize }: Pick<PlanTask, 'limits' | 'batchSize'>,
): PlanTask {
  const { rules, ruleOf } = assigned;
  return {
    organization: toShared(contactsBetween(organization, start, end)),
    run: { config, today, limits: daily, assigned: { rules, ruleOf: ruleOf.slice(start, end) } },
    limits,
    batchSize,
  };
}

/** What a thread answers. */
type Answer = Exclude<PlanMessage, { readonly contactsDone: number } | { readonly error: PlainError }>;

/** A share that a thread plans. */
class ThreadShare implements ShareBeside {
  contactsDone = 0;
  #onProgress: () => void = () => {};
  readonly #worker: Worker;
  readonly #counts: Promise<Answer>;
  #give: (answer: Answer) => void = () => {};
  #fail: (error: Error) => void = () => {};
  /** Why it answers no more. */
  #failure: Error | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (message: PlanMessage) => this.#hear(message));
    worker.once('messageerror', (cause) => this.#end(lost(cause)));
    worker.once('error', (cause) => this.#end(lost(cause)));
    worker.once('exit', () => this.#end(lost()));
    this.#counts = this.#answer();
  }

  async count(onProgress: () => void): Promise<ShareCounts> {
    this.#onProgress = onProgress;
    const answer = await this.#counts;
    if ('counts' in answer) return answer.counts;
    throw outOfTurn('counts');
  }

  async group(all: RangeCounts): Promise<readonly RangeGroups[]> {
    const answer = await this.#ask({ round: 'group', all });
    if ('groups' in answer) return answer.groups;
    throw outOfTurn('groups');
  }

  async take(all: RangeCounts, placements: readonly Placements[]): Promise<TakenBeside> {
    const answer = await this.#ask({ round: 'take', all, placements });
    if ('taken' in answer) return answer.taken;
    throw outOfTurn('taken');
  }

  #hear(message: PlanMessage): void {
    if ('contactsDone' in message) this.#tell(message.contactsDone);
    else if ('error' in message) this.#end(errorOfThread(message.error));
    else this.#give(message);
  }

  #tell(contactsDone: number): void {
    this.contactsDone = contactsDone;
    try {
      this.#onProgress();
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #ask(question: PlanQuestion): Promise<Answer> {
    this.#worker.postMessage(question);
    return this.#answer();
  }

  #answer(): Promise<Answer> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#give = resolve;
      this.#fail = reject;
    });
    // Whoever waits for it gets the error, and nobody does when the work is given up before.
    answer.catch(() => {});
    return answer;
  }

  #end(error: Error): void {
    this.#failure ??= error;
    this.#fail(this.#failure);
  }
}

function outOfTurn(wanted: string): TypeError {
  return new TypeError(`a thread that plans was asked for ${wanted}, and answered something else`);
}

function lost(cause?: unknown): SendplanError {
  return new SendplanError(
    'kernel_error',
    'A thread that planned a part of the contacts has ended before it was done.',
    {
      hint: 'Have one thread plan (--threads 2), which needs less memory at once.',
      cause,
    },
  );
}
