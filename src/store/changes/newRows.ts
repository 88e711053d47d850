import type { ScheduleRows } from '../../columns/scheduleRows.js';
import type { KindRows } from '../../plan/rowKinds.js';

/** Rows that are to be written, by their place in the order in which they would be inserted. */
export interface NewRows {
  readonly count: number;
  /**
   * The rows at some places as kinds, in the order asked for; good until the next call.
   *
   * @param places at most `FLUSH_BATCH_ROWS`
   */
  kinds(places: Uint32Array): KindRows;
  /** The whole row at a place, as the first one of a batch; good until the next call. */
  rowAt(place: number): ScheduleRows;
}

/** The most rows that are asked for at once. */
export const FLUSH_BATCH_ROWS = 16_384;

/** The first and one past the last day whose text is kept ready: 1790 to 2508. */
export const DAY_RANGE = { first: -65536, end: 196608 } as const;
