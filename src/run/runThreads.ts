import { availableParallelism } from 'node:os';
import { ScheduleThread } from '../store/read/startScheduleThread.js';
import { KeyThread } from '../store/write/byPages/startKeyThread.js';
import type { DatabaseSettings } from './schedule.js';
import { PlanThreads } from './startPlanThreads.js';

/** The threads that read a file, and plan what is in it, beside the run over it. */
export class RunThreads {
  readonly schedules: ScheduleThread;
  readonly keys: KeyThread;
  readonly plans: PlanThreads;

  /** How many threads the run may have, its own included. */
  readonly count: number;

  /** @param count as many as the machine runs at once when left out */
  constructor(count: number = availableParallelism()) {
    this.count = count;
    this.schedules = new ScheduleThread(count);
    this.keys = new KeyThread(count);
    this.plans = new PlanThreads(count);
  }

  /** What they do in a run. */
  settings(): Required<Pick<DatabaseSettings, 'readerOf' | 'divide'>> {
    return {
      readerOf: (...of) => this.schedules.readerOf(...of),
      divide: (...what) => this.plans.divide(...what),
    };
  }

  /** Ends them; afterwards they read no more. */
  async stop(): Promise<void> {
    await Promise.all([this.schedules.stop(), this.keys.stop(), this.plans.stop()]);
  }
}
