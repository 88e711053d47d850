import { parseIsoDay } from '../../calendar/iso.js';
import { SendplanError } from '../../errors.js';
import { DEFAULT_AS_OF_DAY, writeTables } from '../../generate/writeTables.js';
import { MemorySink } from '../../store/format/memorySink.js';
import type { Generated, GenerateRequest } from '../protocol/protocol.js';

/**
 * Generates a database, the same bytes as `sendplan generate` writes for the same options.
 *
 * @throws SendplanError `bad_input` when a number is out of bounds
 */
export function generateFile(
  { contacts, seed, shape, asOf }: GenerateRequest,
  onProgress: (contactsDone: number) => void,
): Generated {
  const startMs = performance.now();
  const asOfDay = asOf === '' ? DEFAULT_AS_OF_DAY : parseIsoDay(asOf);
  if (asOfDay === null) throw new SendplanError('bad_input', `The day ${asOf} is no date YYYY-MM-DD.`);
  const sink = new MemorySink();
  for (const contactsDone of writeTables(sink, { contacts, seed, shape, asOfDay })) onProgress(contactsDone);
  const database = new Blob(sink.pieces(), { type: 'application/vnd.sqlite3' });
  return { database, seconds: (performance.now() - startMs) / 1000 };
}
