import { chmodSync, chownSync, fstatSync, statSync } from 'node:fs';
import { descriptorIdentity } from './heldFiles.js';
import type { OpenedFile } from './openDatabaseFile.js';
import { usersOf } from './processes.js';

/**
 * Gives the file that is to take another's place that one's permissions, and its owner where the system lets us.
 *
 * @param path the file that comes
 * @param mode the permission bits that it gets
 * @returns what it does not get, in sentences
 */
export function adoptPermissions(path: string, file: Pick<OpenedFile, 'path' | 'descriptor'>, mode: number): string[] {
  const told: string[] = [];
  const { uid, gid } = fstatSync(file.descriptor);
  try {
    chownSync(path, uid, gid);
  } catch {
    // Only the system's administrator can give files away.
    const own = statSync(path);
    if (own.uid !== uid)
      told.push(`The owner of the new file is the user ${own.uid}, that of ${file.path} was ${uid}.`);
    else if (own.gid !== gid) told.push(`The group of the new file is ${own.gid}, that of ${file.path} was ${gid}.`);
  }
  chmodSync(path, mode);
  return told;
}

/** What programs and names still hold on to a file that another one has replaced, in sentences. */
export function heldOldFile({ path, descriptor, linkCount }: OpenedFile): string[] {
  const told = usersOf(descriptorIdentity(descriptor)).map(
    ({ program, processId }) =>
      `${program} (process ${processId}) had ${path} open and still has the old file: it reads no changes, and what it writes is lost or refused. Let it open the file again, or use the driver native (--driver native), which works in place.`,
  );
  if (linkCount > 1) {
    const names = linkCount === 2 ? 'one other name' : `${linkCount - 1} other names`;
    told.push(`${path} had ${names} (hard links), which keep the old content.`);
  }
  return told;
}
