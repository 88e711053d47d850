import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: (() => void) | null = null;

/** The engine's own function, which is there only where it was asked for; one that does nothing where it is not to be had. */
function findCollector(): () => void {
  try {
    setFlagsFromString('--expose-gc');
    const gc: unknown = runInNewContext('gc');
    return typeof gc === 'function' ? () => gc() : () => {};
  } catch {
    return () => {};
  }
}

/** Has the engine look for what is unused now, and not when it likes. Node only. */
export function collectGarbage(): void {
  collector ??= findCollector();
  collector();
}
