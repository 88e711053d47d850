import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { planner } from './openPage.js';

const SHOTS = process.env.SENDPLAN_SHOTS ?? null;

/** Leaves a picture of the page, to be looked at, in the folder SENDPLAN_SHOTS where it is set. */
export async function picture(name: string, fullPage = false): Promise<void> {
  if (SHOTS === null) return;
  mkdirSync(SHOTS, { recursive: true });
  await planner.page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage });
}
