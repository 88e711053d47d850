import { z } from 'zod';
import type { RangeGroups } from '../../balance/ranges.js';
import type { ReadingReport } from '../readingReport.js';
import { countShape, countsShape } from './keptShapes.js';
import type { CountedPart } from './rounds.js';
import type { PartEnd } from './writePart.js';

const countedShape: z.ZodType<CountedPart> = z.object({
  counts: countsShape,
  reading: z.custom<ReadingReport>((value) => typeof value === 'object' && value !== null),
  lastDay: z.number().int().nullable(),
  isOtherConfig: z.boolean(),
  shared: z.string(),
});

const groupsShape: z.ZodType<RangeGroups> = z.object({
  starting: z.instanceof(Uint32Array),
  groups: z.object({
    count: countShape,
    priority: z.instanceof(Int32Array),
    start: z.instanceof(Int32Array),
    last: z.instanceof(Int32Array),
    booked: z.instanceof(Int32Array),
    size: z.instanceof(Uint32Array),
  }),
});

const endShape: z.ZodType<PartEnd> = z.object({
  outcome: z.enum(['changed', 'unchanged', 'dry_run']),
  run_id: z.string(),
  contacts: z.number(),
  rows: z.object({
    kept: z.number(),
    added: z.number(),
    changed: z.number(),
    removed: z.number(),
    refused: z.number(),
  }),
  warnings: z.number(),
});

const costShape = z.object({ seconds: z.number(), peakBytes: z.number() });

/** What a round took. */
export type Cost = Readonly<z.infer<typeof costShape>>;

/** The shape of what the first round left: good for one state of the part's file. */
export const keptCountShape = costShape.extend({ settings: z.string(), stamp: z.string(), counted: countedShape });
/** What the first round left. */
export type KeptCount = Readonly<z.infer<typeof keptCountShape>>;

/** The shape of what the second round left, good for one state of the file and of the counts: `all` is `digestOfCounts` of all parts. */
export const keptGroupsShape = keptCountShape.omit({ counted: true }).extend({ all: z.string(), groups: groupsShape });
/** What the second round left. */
export type KeptGroups = Readonly<z.infer<typeof keptGroupsShape>>;

/** The shape of what the third round left, good for one journal, by its id. */
export const keptEndShape = costShape.extend({ journal: z.string(), end: endShape });
/** What the third round left. */
export type KeptEnd = Readonly<z.infer<typeof keptEndShape>>;
