import type { Answer, CallName, Calls, Failure, Progress, Request } from '../protocol/protocol.js';
import PageWorker from '../worker/worker.ts?worker&inline';

/** An error that a worker reported, or why a request came to nothing. */
export class CallError extends Error {
  readonly code: string;
  readonly hint: string | null;

  constructor({ code, message, hint }: Failure) {
    super(message);
    this.name = 'CallError';
    this.code = code;
    this.hint = hint;
  }

  /** Whether somebody asked for the end. */
  get isCancelled(): boolean {
    return this.code === 'interrupted';
  }
}

interface Pending {
  readonly resolve: (back: never) => void;
  readonly reject: (error: CallError) => void;
  readonly onProgress: (progress: Progress) => void;
}

/** A worker with its requests under way. */
export class WorkerClient {
  readonly #worker: Worker = new PageWorker();
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const message = event.message === '' ? 'it could not be started' : event.message;
      this.#failAll({
        code: 'unexpected',
        message: `The worker has failed: ${message}.`,
        hint: 'Load the page again.',
      });
    };
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @throws CallError with what the worker reported; `interrupted` after `stop` or `end`
   */
  call<Name extends CallName>(
    call: Name,
    given: Calls[Name]['given'],
    onProgress: (progress: Progress) => void = () => {},
  ): Promise<Calls[Name]['back']> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onProgress });
      this.#worker.postMessage({ id, call, given } as Request);
    });
  }

  /** Ends the writing or exporting under way; the worker goes on with what comes next. */
  stop(): void {
    this.#worker.postMessage({ call: 'stop' } satisfies Request);
  }

  /** Ends the worker at once, whatever it does, and with it all requests. */
  end(): void {
    this.#worker.terminate();
    this.#failAll({ code: 'interrupted', message: 'Cancelled.', hint: null });
  }

  #take(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    if (answer.kind === 'progress') {
      pending.onProgress(answer.progress);
      return;
    }
    this.#pending.delete(answer.id);
    if (answer.kind === 'done') pending.resolve(answer.back as never);
    else pending.reject(new CallError(answer.failure));
  }

  #failAll(failure: Failure): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of all) pending.reject(new CallError(failure));
  }
}
