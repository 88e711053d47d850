import { availableParallelism } from 'node:os';
import { ScheduleThread } from '../store/read/startScheduleThread.js';
import { KeyThread } from '../store/write/byPages/startKeyThread.js';

/** The threads that read a file beside the run over it. */
export class ReadingThreads {
  readonly schedules: ScheduleThread;
  readonly keys: KeyThread;

  /** @param threads how many threads the run may have, its own included; as many as the machine runs at once when left out */
  constructor(threads: number = availableParallelism()) {
    this.schedules = new ScheduleThread(threads);
    this.keys = new KeyThread(threads);
  }

  /** Ends them; afterwards they read no more. */
  async stop(): Promise<void> {
    await Promise.all([this.schedules.stop(), this.keys.stop()]);
  }
}
