import { readdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

// Temporary files of this process that must not outlive it. While there is one, the process removes it on its way out,
// whether it ends by itself or by Ctrl-C. After a SIGKILL or a power cut it stays; the next run over the same file
// removes it, because its name tells which process it belonged to.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const live = new Set<string>();

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already, or the disk is: there is nothing left to do about it.
  }
}

function removeAll(): void {
  for (const path of live) remove(path);
}

function onSignal(signal: NodeJS.Signals): void {
  removeAll();
  unwatch();
  // With no other listener the signal is sent again, now with its usual effect: the process ends as signalled.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function watch(): void {
  process.on('exit', removeAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unwatch(): void {
  process.off('exit', removeAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

/** The name of the temporary file beside `path`, for this process. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.sendplan-${process.pid}.tmp`);
}

/** Sees to it that the file does not outlive the process, until `forgetTemporary`. */
export function watchTemporary(path: string): void {
  if (live.size === 0) watch();
  live.add(path);
}

/** Ends `watchTemporary`. */
export function forgetTemporary(path: string): void {
  if (live.delete(path) && live.size === 0) unwatch();
}

/** Removes a temporary file now, if it is still there. */
export function removeTemporary(path: string): void {
  remove(path);
  forgetTemporary(path);
}

function isAlive(processId: number): boolean {
  if (processId === process.pid) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== 'ESRCH';
  }
}

/** Removes the temporary files that processes which are no more left beside `path`. */
export function removeStaleTemporaries(path: string): void {
  const prefix = `.${basename(path)}.sendplan-`;
  let names: string[];
  try {
    names = readdirSync(dirname(path));
  } catch {
    return; // Whoever writes here next says why it cannot be done.
  }
  for (const name of names) {
    const processId = name.startsWith(prefix) ? /^([0-9]+)\.tmp$/.exec(name.slice(prefix.length))?.[1] : undefined;
    const stale = join(dirname(path), name);
    if (processId !== undefined && !live.has(stale) && !isAlive(Number(processId))) remove(stale);
  }
}
