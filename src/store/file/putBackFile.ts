import { renameSync } from 'node:fs';
import { writingError } from '../format/fileErrors.js';
import type { FileLocks } from './fileLocks.js';
import type { KeptFile } from './keptFiles.js';
import { type OpenedFile, openDatabaseFile } from './openDatabaseFile.js';
import { requireNoSidecars } from './sidecars.js';
import { adoptPermissions, heldOldFile } from './successor.js';
import { syncFolder } from './syncFolder.js';
import { takePlace } from './takePlace.js';
import { removeLeftovers } from './temporaryFiles.js';

/**
 * Puts a kept file back into its database's place, all or nothing: by one renaming, with which the kept file is none any more. Until
 * then, and after an error, a signal or a crash, both are as they were. Permissions are those of the file that goes.
 *
 * @param file the database as it was found, opened to be replaced; it is not there any more afterwards
 * @returns what is not as it was, or belongs to the old file still, in sentences
 * @throws SendplanError `file_changed` or `file_busy` when another program has written to the database since it was opened or has
 *   changes beside either file, `not_a_database` when the kept file is damaged, `file_unwritable` when the folder does not allow it
 */
export async function putBackFile(file: OpenedFile, kept: KeptFile, locks: FileLocks | null): Promise<string[]> {
  await removeLeftovers(file.path, async () => locks);
  const old = openDatabaseFile(kept.path);
  try {
    // A log of the database that goes would be played into the one that comes.
    requireNoSidecars(file.path, { isWal: file.isWal || old.isWal, purpose: 'replace' });
    const warnings = adoptPermissions(kept.path, file, file.mode);
    await takePlace({ moveTo: (target) => renameSync(kept.path, target) }, file, locks);
    syncFolder(file.path);
    return [...warnings, ...heldOldFile(file)];
  } catch (error) {
    throw writingError(error, `${file.path} cannot be replaced by ${kept.path}`, 'Nothing was changed.');
  } finally {
    old.close();
  }
}
