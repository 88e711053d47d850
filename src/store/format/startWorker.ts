import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * Starts a thread; null where none can be made: the system makes no more of them, or the script is missing, because whoever uses the
 * library bundled it into one file.
 */
export function startWorker(script: URL, workerData: unknown): Worker | null {
  if (!existsSync(fileURLToPath(script))) return null;
  try {
    return new Worker(script, { workerData, execArgv: [] });
  } catch {
    return null;
  }
}
