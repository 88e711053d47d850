import { getHeapStatistics } from 'node:v8';

/** The most memory that was seen during a run, in bytes. */
export interface MemoryPeaks {
  /** What the operating system gave the process, which is never missed where this run went above all earlier ones. */
  readonly resident_bytes: number;
  /** JavaScript objects of the run's own thread, as far as samples saw them. */
  readonly heap_bytes: number;
  /** Typed arrays, buffers and WebAssembly memory of that thread, as far as samples saw them. */
  readonly array_buffer_bytes: number;
}

/** A stage keeps the event loop busy, so that most samples are those between stages. */
const SAMPLE_EVERY_MS = 100;
const BYTES_PER_KIBIBYTE = 1024;

/** The most memory the process has had so far; Node gives kibibytes. */
function mostResidentBytes(): number {
  return process.resourceUsage().maxRSS * BYTES_PER_KIBIBYTE;
}

/** The memory of the process in bytes; where the system does not tell what it has now (no /proc), the most that it has had. */
function memoryNow(): Pick<NodeJS.MemoryUsage, 'rss' | 'heapUsed' | 'arrayBuffers'> {
  try {
    return process.memoryUsage();
  } catch {
    const { used_heap_size: heapUsed, external_memory: arrayBuffers } = getHeapStatistics();
    return { rss: mostResidentBytes(), heapUsed, arrayBuffers };
  }
}

/** Looks at the memory of the process ten times a second and whenever it is asked to, until it is stopped. Node only. */
export class MemorySampler {
  readonly #residentBefore = mostResidentBytes();
  readonly #timer = setInterval(() => this.sample(), SAMPLE_EVERY_MS).unref();
  #resident = 0;
  #heap = 0;
  #arrayBuffers = 0;

  /** Takes a sample and returns the memory that the process has, in bytes. */
  sample(): number {
    const { rss, heapUsed, arrayBuffers } = memoryNow();
    this.#resident = Math.max(this.#resident, rss);
    this.#heap = Math.max(this.#heap, heapUsed);
    this.#arrayBuffers = Math.max(this.#arrayBuffers, arrayBuffers);
    return rss;
  }

  /** The peaks since the sampler was made. */
  peaks(): MemoryPeaks {
    this.sample();
    const most = mostResidentBytes();
    return {
      resident_bytes: most > this.#residentBefore ? Math.max(most, this.#resident) : this.#resident,
      heap_bytes: this.#heap,
      array_buffer_bytes: this.#arrayBuffers,
    };
  }

  /** Ends the sampling; to be called in any case. */
  stop(): void {
    clearInterval(this.#timer);
  }
}
