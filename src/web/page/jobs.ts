import type { CallName, Calls, Progress } from '../protocol/protocol.js';
import type { Store } from './state.js';
import { CallError, type WorkerClient } from './workerClient.js';

/** A request that is shown as the job under way. */
export interface JobRequest<Name extends CallName> {
  readonly title: string;
  readonly worker: WorkerClient;
  readonly call: Name;
  readonly given: Calls[Name]['given'];
  readonly cancel: () => void;
  /** Where failures are told: in the state, where everybody sees them, or by throwing, to who asked. */
  readonly failures: 'told' | 'thrown';
}

/** Does one request at a time and shows how far it has come. */
export class Jobs {
  constructor(private readonly store: Store) {}

  /** Shows a request as the job under way; null when it failed or was cancelled, which the state then tells. */
  async do<Name extends CallName>(request: JobRequest<Name>): Promise<Calls[Name]['back'] | null> {
    const { store } = this;
    if (store.state.job !== null) return null;
    const { title, cancel } = request;
    const job = { title, progress: null, stageStartMs: performance.now(), stagesDone: [], cancel };
    store.set({ job, failure: null });
    try {
      return await request.worker.call(request.call, request.given, (progress) => this.#note(progress));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (request.failures === 'thrown' && !error.isCancelled) throw error;
      store.set({ failure: error });
      return null;
    } finally {
      store.set({ job: null });
    }
  }

  /** Does something quick; what fails is told. */
  async report(work: () => Promise<void>): Promise<void> {
    try {
      this.store.set({ failure: null });
      await work();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!error.isCancelled) this.store.set({ failure: error });
    }
  }

  #note(progress: Progress): void {
    const { job, simulation } = this.store.state;
    if (job === null) return;
    if (progress.days !== undefined && simulation !== null) {
      this.store.set({ simulation: { ...simulation, days: [...simulation.days, ...progress.days] } });
    }
    const before = job.progress?.stage;
    const isNext = before !== progress.stage;
    this.store.set({
      job: {
        ...job,
        progress,
        stageStartMs: isNext ? performance.now() : job.stageStartMs,
        stagesDone: isNext && before !== undefined ? [...job.stagesDone, before] : job.stagesDone,
      },
    });
  }
}
