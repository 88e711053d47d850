import { z } from 'zod';
import type { Placements } from '../../balance/groups.js';
import type { RangeCounts } from '../../balance/ranges.js';

/*
 * The shapes of what the rounds of a book leave for one another. Such files may come of another version of the program, or of anybody
 * who can write to the book's folder: what does not have its shape is none.
 */

/** The shape of a number of things. */
export const countShape = z.number().int().min(0);

/** The shape of what a range counts. */
export const countsShape: z.ZodType<RangeCounts> = z.object({
  contactRows: countShape,
  history: z.instanceof(Int32Array),
  smoothed: z.instanceof(Int32Array),
});

/** The shape of the days of groups. */
export const placementsShape: z.ZodType<Placements> = z.object({
  first: z.instanceof(Uint32Array),
  day: z.instanceof(Int32Array),
  size: z.instanceof(Uint32Array),
  isSkipped: z.instanceof(Uint8Array),
});
