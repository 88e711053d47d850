import { fdatasync } from 'node:fs';

/**
 * Has the system bring a file to the disk while it is still being written, so that little is left to wait for at the end. Whoever
 * needs all of it on the disk syncs it once more.
 */
export class EarlySync {
  readonly #descriptor: number;
  #running: Promise<void> | null = null;
  #error: Error | null = null;

  /** @param descriptor must stay open until `settled` is over */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Starts to bring to the disk what was written so far, where that is not going on already. */
  start(): void {
    this.#running ??= new Promise((resolve) => {
      fdatasync(this.#descriptor, (error) => {
        this.#error ??= error;
        this.#running = null;
        resolve();
      });
    });
  }

  /** Waits until nothing is going on. @throws the first error that there was: the system tells of each only once */
  async settled(): Promise<void> {
    await this.#running;
    if (this.#error !== null) throw this.#error;
  }
}
