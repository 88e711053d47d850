import { SendplanError } from '../errors.js';

interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/** Lets work begin while the memory that all of it takes together stays within a limit; who waits longest is next. */
export class MemoryAdmission {
  readonly limitBytes: number | null;
  #usedBytes = 0;
  readonly #waiting: Waiting[] = [];

  /** @param limitBytes null for no limit */
  constructor(limitBytes: number | null) {
    this.limitBytes = limitBytes;
  }

  /** What the work that has begun takes together, about. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * Waits until there is room.
   *
   * @param signal gives the waiting up
   * @returns gives the room back; to be called once
   * @throws SendplanError `memory_limit` when there can never be so much, `interrupted` by the signal
   */
  async admit(bytes: number, signal: AbortSignal): Promise<() => void> {
    if (this.limitBytes !== null && bytes > this.limitBytes) {
      const [needed, limit] = [bytes, this.limitBytes].map((size) => Math.ceil(size / 1e6));
      throw new SendplanError(
        'memory_limit',
        `Planning this book takes about ${needed} MB of memory; this worker may use ${limit} MB.`,
        { hint: 'Give one worker a larger --memory-limit.' },
      );
    }
    if (this.#waiting.length > 0 || !this.#fits(bytes)) await this.#wait(bytes, signal);
    else this.#usedBytes += bytes;
    return () => {
      this.#usedBytes -= bytes;
      this.#admitNext();
    };
  }

  #fits(bytes: number): boolean {
    return this.limitBytes === null || this.#usedBytes + bytes <= this.limitBytes;
  }

  #wait(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        bytes,
        admit: () => {
          signal.removeEventListener('abort', giveUp);
          this.#usedBytes += bytes;
          resolve();
        },
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new SendplanError('interrupted', 'The worker ended before there was memory for this book.'));
        this.#admitNext();
      };
      if (signal.aborted) {
        reject(new SendplanError('interrupted', 'The worker ends.'));
        return;
      }
      this.#waiting.push(waiting);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #admitNext(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.admit();
    }
  }
}
