/** A lock that is held. */
export interface HeldLock {
  /** Gives the lock up; nothing happens when it is given up already. */
  release(): void;
}

/** SQLite's own locks on files, which all programs that use SQLite keep to, whatever container they run in. */
export interface FileLocks {
  /**
   * Keeps everybody else from writing to a database that has a rollback journal; others may go on reading. Waits for about half a
   * minute while somebody writes.
   *
   * @throws SendplanError `file_busy` when somebody keeps writing, `database_error` when SQLite cannot open the file
   */
  lockDatabase(path: string): Promise<HeldLock>;
  /** Keeps everybody else from using a file through SQLite; it may be empty, and be written past SQLite meanwhile. */
  lockWhole(path: string): Promise<HeldLock>;
  /** Tells whether another process holds `lockWhole` on a file. */
  isLocked(path: string): Promise<boolean>;
}
