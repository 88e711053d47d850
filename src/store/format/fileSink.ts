import { writeSync } from 'node:fs';
import type { PageSink } from './pageSpace.js';

/** Writes a database into an open file. The descriptor stays the caller's to sync and close. */
export class FileSink implements PageSink {
  private readonly descriptor: number;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Writes all bytes. @throws the error of the file system, such as ENOSPC */
  write(bytes: Uint8Array, byteOffset: number): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.descriptor, bytes, done, bytes.length - done, byteOffset + done);
    }
  }
}
