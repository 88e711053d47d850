import { lstatSync, mkdirSync, renameSync } from 'node:fs';
import { leaveAtEnd, occupied, removeAtEnd, removeNow, temporaryName } from './temporaryFiles.js';

/** A new folder under a name that nobody else has, which is removed with all that is in it unless it takes its place. */
export class TemporaryFolder {
  readonly path: string;
  #isOwn = true;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes a folder beside a path. @param mode the permission bits, less the process's own mask @throws an error of the file system */
  static create(beside: string, mode: number): TemporaryFolder {
    const path = temporaryName(beside, false);
    removeAtEnd(path);
    try {
      mkdirSync(path, mode);
      return new TemporaryFolder(path);
    } catch (error) {
      leaveAtEnd(path);
      throw error;
    }
  }

  /**
   * Gives the folder another name. Whatever was written must be on the disk already.
   *
   * @throws SendplanError `file_unwritable` when something is there but an empty folder; an error of the file system
   */
  moveToFree(target: string): void {
    try {
      renameSync(this.path, target);
    } catch (error) {
      if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) throw occupied(target);
      throw error;
    }
    this.#isOwn = false;
    leaveAtEnd(this.path);
  }

  /** Removes the folder, unless it has moved. */
  discard(): void {
    if (!this.#isOwn) return;
    this.#isOwn = false;
    removeNow(this.path);
  }
}
