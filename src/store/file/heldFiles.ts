import { closeSync, fstatSync, statSync } from 'node:fs';

// POSIX takes every lock of a process off a file as soon as the process closes any descriptor of it, and SQLite's locks are
// such locks. So while a connection of this process may hold locks on a database file, descriptors of it that were opened
// for other purposes stay open, and are closed when the last such connection is gone.

interface Holding {
  connections: number;
  /** What is to be closed afterwards. */
  readonly descriptors: number[];
}

const holdings = new Map<string, Holding>();

/** What tells a file from every other, whatever its path; null when there is none, or none that can be looked at. */
export function fileIdentity(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** `fileIdentity` of an open file. */
export function descriptorIdentity(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return `${dev}:${ino}`;
}

/**
 * Tells that a connection of this process may hold locks on a file from here on.
 *
 * @returns ends it; to be called once, when the connection is closed
 */
export function holdFile(identity: string): () => void {
  const holding = holdings.get(identity) ?? { connections: 0, descriptors: [] };
  holdings.set(identity, holding);
  holding.connections++;
  return () => {
    holding.connections--;
    if (holding.connections > 0) return;
    holdings.delete(identity);
    for (const descriptor of holding.descriptors) closeSync(descriptor);
  };
}

/** Whether a connection of this process may hold locks on a file, which whoever opens and closes it would take off. */
export function isHeldByConnection(identity: string): boolean {
  return holdings.has(identity);
}

/** Closes the descriptor of a database file, at once or when nothing of this process holds locks on the file any more. */
export function closeDatabaseFile(descriptor: number): void {
  const holding = holdings.get(descriptorIdentity(descriptor));
  if (holding === undefined) closeSync(descriptor);
  else holding.descriptors.push(descriptor);
}
