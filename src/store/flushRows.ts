import type { ScheduleRows } from '../columns/scheduleRows.js';
import type { KindRows } from '../plan/rowKinds.js';

/** Rows that are to be written, by their place in the order in which they would be inserted. */
export interface FlushRows {
  readonly count: number;
  /**
   * The rows at some places, in the order asked for; good until the next call of it.
   *
   * @param places at most `FLUSH_BATCH_ROWS`
   */
  at(places: Uint32Array): ScheduleRows;
  /** As `at`, with rows as kinds, whose numbers stay what they are. */
  kinds(places: Uint32Array): KindRows;
}

/** The most rows that are asked for at once. */
export const FLUSH_BATCH_ROWS = 16_384;

/** The first and one past the last day whose text is kept ready: 1790 to 2508. */
export const DAY_RANGE = { first: -65536, end: 196608 } as const;
