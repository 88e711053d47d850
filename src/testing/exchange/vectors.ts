import fc from 'fast-check';
import { formatIsoDay } from '../../calendar/iso.js';
import type { Issue, PlannedRow } from '../../rules/records.js';
import { organization } from '../arbitraries/organization.js';
import { answerRequest } from './answer.js';
import { readRequest } from './request.js';

// Apart from the rest of the exchange because it needs fast-check, which not everybody has.

/** An organization with what must come of it. */
export interface TestVector {
  /** Counts from 1; with the seed, the name of the organization. */
  readonly vector: number;
  readonly seed: number;
  /** What `sendplan oracle` reads. */
  readonly organization: object;
  readonly rows: readonly PlannedRow[];
  readonly issues: readonly Issue[];
}

/** Which test vectors are made. */
export interface VectorOptions {
  readonly count: number;
  /** A whole number; the same one gives the same vectors, and more of them begin with the fewer. */
  readonly seed: number;
  /** Whether values that are broken are left out: dates that are none, unknown states, flags in words. */
  readonly wellFormed: boolean;
}

const BATCH = 200;
const MOST_CONTACTS = 5;

/** The seed of a batch: far from those of its neighbours, so that neither batches nor seeds share organizations. */
function seedOfBatch(seed: number, batch: number): number {
  return (Math.imul(seed, 0x9e3779b1) ^ Math.imul(batch + 1, 0x85ebca6b)) | 0;
}

/** Makes random organizations of at most five contacts, each with the rows that the reference model gives it (Rules 1 to 11). */
export function* testVectors({ count, seed, wellFormed }: VectorOptions): Generator<TestVector> {
  const cases = organization({ maxContacts: MOST_CONTACTS, wellFormed });
  for (let start = 0; start < count; start += BATCH) {
    const numRuns = Math.min(BATCH, count - start);
    const sampled = fc.sample(cases, { seed: seedOfBatch(seed, start / BATCH), numRuns });
    for (const [i, { records, config, today }] of sampled.entries()) {
      // The rows are those of what a reader of the line gets, not of what the line was made from.
      const text = JSON.stringify({ as_of: formatIsoDay(today), config, ...records });
      const { rows, issues } = answerRequest(readRequest(text));
      yield { vector: start + i + 1, seed, organization: JSON.parse(text), rows, issues };
    }
  }
}
