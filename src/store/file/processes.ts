import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { fileIdentity } from './heldFiles.js';

// What Linux tells of other processes in /proc; elsewhere nothing is known. Processes of other users and of other containers may
// stay unseen.

/** A process that has a file open. */
export interface FileUser {
  readonly processId: number;
  /** The program's name, as the system has it. */
  readonly program: string;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** The pid namespace of this process, in which its process ids mean something; null where the system does not tell. */
export function processNamespace(): string | null {
  return /^pid:\[([0-9]+)\]$/.exec(readLink('/proc/self/ns/pid') ?? '')?.[1] ?? null;
}

/** When a process began, in the system's ticks since it started: no two processes of one id share it. Null when there is none. */
export function processStart(processId: number): string | null {
  const stat = readText(`/proc/${processId}/stat`);
  // The program's name, in parentheses, may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/**
 * Tells whether somebody holds a lock on a file, as every connection does that is in a transaction; null where the system does not
 * tell.
 *
 * @param identity as `fileIdentity` gives it
 * @param who `writer_here` asks only for locks that keep others out, held by this process, in which SQLite's own locks do not
 *   work between one copy of SQLite and another
 */
export function hasLocks(identity: string, who: 'anybody' | 'writer_here' = 'anybody'): boolean | null {
  const locks = readText('/proc/locks');
  const stat = /^([0-9]+):([0-9]+)$/.exec(identity);
  if (locks === null || stat === null) return null;
  const device = BigInt(stat[1]);
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  const hex = (part: bigint) => part.toString(16).padStart(2, '0');
  const place = ` ${hex(major)}:${hex(minor)}:${stat[2]} `;
  const isMeant = (line: string) => who === 'anybody' || line.includes(`WRITE ${process.pid}${place}`);
  return locks.split('\n').some((line) => line.includes(place) && isMeant(line));
}

/** The processes, other than this one, that have a file open; empty where the system does not tell. @param identity of the file */
export function usersOf(identity: string): FileUser[] {
  const found: FileUser[] = [];
  let ids: string[];
  try {
    ids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid);
  } catch {
    return [];
  }
  for (const id of ids) {
    let descriptors: string[];
    try {
      descriptors = readdirSync(`/proc/${id}/fd`);
    } catch {
      continue; // Another user's, or gone.
    }
    const isOpen = descriptors.some((descriptor) => isSameFile(`/proc/${id}/fd/${descriptor}`, identity));
    if (isOpen) found.push({ processId: Number(id), program: readText(`/proc/${id}/comm`)?.trim() ?? 'a program' });
  }
  return found;
}

function isSameFile(path: string, identity: string): boolean {
  // Sockets, pipes and terminals have names of their own; asking for more would take several times as long.
  if (readLink(path)?.startsWith('/') !== true) return false;
  try {
    return statSync(path).isFile() && fileIdentity(path) === identity;
  } catch {
    return false;
  }
}
