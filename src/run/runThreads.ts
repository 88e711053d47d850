import { availableParallelism } from 'node:os';
import { ScheduleThread } from '../store/read/startScheduleThread.js';
import { KeyThread } from '../store/write/byPages/startKeyThread.js';
import { PlanThreads } from './startPlanThreads.js';

/** The threads that read a file, and plan what is in it, beside the run over it. */
export class RunThreads {
  readonly schedules: ScheduleThread;
  readonly keys: KeyThread;
  readonly plans: PlanThreads;

  /** @param threads how many threads the run may have, its own included; as many as the machine runs at once when left out */
  constructor(threads: number = availableParallelism()) {
    this.schedules = new ScheduleThread(threads);
    this.keys = new KeyThread(threads);
    this.plans = new PlanThreads(threads);
  }

  /** Ends them; afterwards they read no more. */
  async stop(): Promise<void> {
    await Promise.all([this.schedules.stop(), this.keys.stop(), this.plans.stop()]);
  }
}
