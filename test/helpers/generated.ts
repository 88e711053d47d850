import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIsoDay } from '../../src/calendar/iso.js';
import type { Shape } from '../../src/generate/contacts.js';
import { generateDatabase } from '../../src/generate/generateDatabase.js';

/** The image of a generated database. */
export async function generatedImage(shape: Shape, contacts: number, asOf: string, seed = 1): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-generated-'));
  try {
    const path = join(folder, 'generated.sqlite3');
    await generateDatabase({ path, contacts, seed, shape, asOfDay: parseIsoDay(asOf) ?? 0 });
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
