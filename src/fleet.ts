export type { BookJob, BookOutcome, BookResult, RoundJob } from './fleet/bookJob.js';
export { type EnqueueOptions, type EnqueueReport, enqueueBooks } from './fleet/enqueueBooks.js';
export { type FindOptions, type FoundBook, type FoundBooks, findBooks } from './fleet/findBooks.js';
export type { FleetOptions } from './fleet/fleetQueue.js';
export {
  type ActiveBook,
  type FailedBooks,
  type FleetStatus,
  fleetStatus,
  type StatusOptions,
} from './fleet/fleetStatus.js';
export type { WorkEvent } from './fleet/fleetWorker.js';
export { type RetryOptions, type RetryReport, retryFailed } from './fleet/retryFailed.js';
export {
  type FleetSchedule,
  type FleetScheduleOptions,
  fleetSchedules,
  removeSchedule,
  scheduleFleet,
} from './fleet/scheduleFleet.js';
export { type WorkOptions, type WorkReport, workOnFleet } from './fleet/workOnFleet.js';
export type { PartRound } from './run/parts/partRounds.js';
export type { BookRound } from './run/parts/runParts.js';
