import { setTimeout as sleep } from 'node:timers/promises';
import { SendplanError } from '../../errors.js';
import type { Connection } from './connection.js';

/** How long SQLite itself waits for a lock before it says that the database is busy. */
export const BUSY_TIMEOUT_MS = 2000;
/** The pauses between attempts to get a lock, which grow so that a long writer is not hammered. */
const LOCK_PAUSES_MS = [100, 200, 400, 800, 1600, 3200, 6400];

function keptBusy(path: string, cause: unknown): SendplanError {
  const attempts = LOCK_PAUSES_MS.length + 1;
  const seconds = Math.round(
    (LOCK_PAUSES_MS.reduce((sum, pause) => sum + pause, 0) + attempts * BUSY_TIMEOUT_MS) / 1000,
  );
  const message = `${path} is being written by another program, and was so for the ${seconds} seconds that were waited.`;
  return new SendplanError('file_busy', message, { hint: 'Start again when the other program has finished.', cause });
}

/** Runs a statement that takes a lock, again and again while another program has it. @throws SendplanError `file_busy` */
export async function takeLock(connection: Connection, path: string, sql: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      connection.execute(sql);
      return;
    } catch (error) {
      const isBusy = error instanceof SendplanError && error.code === 'file_busy';
      if (!isBusy) throw error;
      if (attempt === LOCK_PAUSES_MS.length) throw keptBusy(path, error);
      await sleep(LOCK_PAUSES_MS[attempt]);
    }
  }
}
