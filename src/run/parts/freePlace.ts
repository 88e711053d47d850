import { lstatSync, type Stats } from 'node:fs';
import { resolve } from 'node:path';
import { occupied } from '../../store/file/temporaryFiles.js';
import { makingError } from '../../store/format/fileErrors.js';

/**
 * The absolute path of a place where nothing is, not even a link to nowhere.
 *
 * @param another what else the path may be, as `another file`
 * @throws SendplanError `file_unwritable` when something is there, or could not be made there
 */
export function requireFreePlace(path: string, another: string): string {
  let place = path;
  let found: Stats | undefined;
  try {
    place = resolve(path);
    found = lstatSync(place, { throwIfNoEntry: false });
  } catch (error) {
    throw makingError(error, place, another);
  }
  if (found !== undefined) throw occupied(place);
  return place;
}
