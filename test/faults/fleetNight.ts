import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetStatus, retryFailed } from '../../src/fleet.js';
import type { RedisServer } from '../fleet/redisServer.js';
import { type Outcome, type Started, startProgram } from '../helpers/program.js';
import type { Draw } from '../helpers/scanDatabases.js';
import { FIRST_DAY } from './books.js';
import type { FaultCase } from './campaign.js';
import type { FleetOfBooks } from './fleetOfBooks.js';
import { unforeseen } from './sendplanProgram.js';

/** What is done to a fleet while it works. */
export type Act =
  | 'worker killed'
  | 'book process killed'
  | 'zombie'
  | 'Redis restarted'
  | 'Redis emptied'
  | 'enqueued again';

/** How often each comes, of all together. */
const ACTS: readonly (readonly [act: Act, share: number])[] = [
  ['worker killed', 8],
  ['book process killed', 4],
  ['zombie', 5],
  ['Redis restarted', 1],
  ['Redis emptied', 1],
  ['enqueued again', 2],
];

/** How a night is disturbed. */
export interface NightOptions {
  readonly workers: number;
  /** How many acts there are at the most: then the night is left alone, and ends. */
  readonly acts: number;
  /** The pause between two acts, in milliseconds, at the least; twice as long at the most. */
  readonly pauseMs: number;
}

const LOCK_SECONDS = 2;
const LOOK_EVERY_MS = 500;
/** Longer than any book takes here: a process that is there for so long has no end. */
const LAST_PROCESS_MS = 90_000;
/** The prefixes of two fleets in one Redis. */
const FLEETS = ['one', 'other'] as const;

/** What may come of a book that is disturbed, besides a full disk. */
const DISTURBED = ['process_died', 'file_busy', 'file_changed', 'interrupted'];
const DISK_FULL = 'file_unwritable';

interface WorkerProcess extends Started {
  readonly prefix: string;
  readonly ended: Promise<void>;
  /** Set before it is killed. */
  isKilled: boolean;
  isStopped: boolean;
  outcome: Promise<Outcome>;
}

function childrenOf(id: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(id)], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

function signal(id: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(id, name);
    return true;
  } catch {
    return false; // It has ended already.
  }
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

/** A night in which workers, Redis and a disk are disturbed, until every book is planned. */
export class FleetNight {
  readonly counts: Partial<Record<Act, number>> = {};
  /** How often attempts failed, by the code of the error. */
  readonly failures: Record<string, number> = {};
  readonly faults: string[] = [];
  readonly #draw: Draw;
  #workers: WorkerProcess[] = [];
  /** Processes of books whose workers were killed. */
  readonly #orphans = new Set<number>();
  /** What goes on and has an end. */
  readonly #meanwhile = new Set<Promise<void>>();
  readonly #texts: string[] = [];
  #isOver = false;

  constructor(
    private readonly fault: FaultCase,
    private readonly fleet: FleetOfBooks,
    private readonly redis: RedisServer,
    private readonly options: NightOptions,
  ) {
    this.#draw = fault.draw;
  }

  /** Has the night be; books of the folder `shared` are in the queues of two fleets. */
  async run(): Promise<void> {
    await this.#enqueue();
    for (let i = 0; i < this.options.workers; i++) this.#start('one');
    this.#start('other');
    const disturbing = this.#disturbUntilPlanned();
    let hasRoom = false;
    while (!this.#isOver) {
      await sleep(LOOK_EVERY_MS);
      const state = await this.#state();
      if (state?.failedOnDisk === true && !hasRoom) {
        this.fleet.makeRoom();
        hasRoom = true;
      }
      if (state !== null && state.left === 0) this.#isOver = await this.#isPlanned();
    }
    await disturbing;
    await this.#end();
  }

  async #disturbUntilPlanned(): Promise<void> {
    for (let i = 0; i < this.options.acts; i++) {
      await sleep(this.options.pauseMs + this.#draw.below(this.options.pauseMs));
      if (this.#isOver) return;
      await this.#disturb().catch((error: Error) => this.faults.push(`the harness: ${error.stack}`));
    }
  }

  /** What is left to do, and whether the disk has been full; null while Redis is away. */
  async #state(): Promise<{ readonly left: number; readonly failedOnDisk: boolean } | null> {
    this.#tellAll();
    const failedOnDisk = DISK_FULL in this.failures;
    try {
      const states = await Promise.all(FLEETS.map((prefix) => fleetStatus({ redis: this.redis.url, prefix })));
      const left = states.reduce((sum, { books }) => sum + books.waiting + books.active + books.delayed, 0);
      return { left, failedOnDisk };
    } catch {
      return null;
    }
  }

  /** Tells whether all books say that they are planned; what failed is tried again. */
  async #isPlanned(): Promise<boolean> {
    try {
      for (const prefix of FLEETS) await retryFailed({ redis: this.redis.url, prefix });
    } catch {
      return false; // Redis is away.
    }
    const report = await this.#enqueue();
    if (report === null) return false;
    const { added, failed_before, there_already, books, already_planned } = report;
    return added + failed_before + there_already === 0 && already_planned === books;
  }

  /** Enqueues the books of both fleets; null where Redis went away meanwhile. */
  async #enqueue(): Promise<Record<string, number> | null> {
    const report = await this.#ask('one', this.fleet.root);
    const shared = await this.#ask('other', `${this.fleet.root}/shared`);
    if (report === null || shared === null) return null;
    return Object.fromEntries(Object.entries(report).map(([name, count]) => [name, count + (shared[name] ?? 0)]));
  }

  async #ask(prefix: string, root: string): Promise<Record<string, number> | null> {
    const place = ['--redis', this.redis.url, '--prefix', prefix];
    const outcome = await this.fault.program.run('fleet', 'enqueue', root, '--as-of', FIRST_DAY, '--json', ...place);
    this.faults.push(...unforeseen('fleet enqueue', outcome));
    if (outcome.code === 0) return JSON.parse(outcome.stdout);
    if (!/"redis_(unreachable|error)"/.test(outcome.stdout)) {
      this.faults.push(`fleet enqueue exited ${outcome.code}: ${outcome.stderr.slice(0, 500)}`);
    }
    return null;
  }

  #start(prefix: string): void {
    const place = ['--redis', this.redis.url, '--prefix', prefix];
    const words = ['fleet', 'work', '--json', '--lock', String(LOCK_SECONDS), '--grace', '1', ...place];
    const started = startProgram(process.execPath, [this.fault.program.main, ...words]);
    const worker: WorkerProcess = {
      ...started,
      prefix,
      isKilled: false,
      isStopped: false,
      ended: started.outcome.then((outcome) => this.#look(worker, outcome)),
    };
    started.child.stdout?.on('data', (text: string) => this.#tell(text));
    this.#workers.push(worker);
  }

  #tell(text: string): void {
    this.#texts.push(text);
  }

  /** Counts the attempts that failed. */
  #tellAll(): void {
    for (const [, code] of this.#texts
      .splice(0)
      .join('')
      .matchAll(/"kind":"failed".*?"code":"([a-z_]+)"/g)) {
      this.failures[code] = (this.failures[code] ?? 0) + 1;
    }
  }

  /** Looks how a worker ended, and has another one come, as a service does. */
  #look(worker: WorkerProcess, outcome: Outcome): void {
    this.#workers = this.#workers.filter((one) => one !== worker);
    if (worker.isKilled || (this.#isOver && outcome.code === 0)) return;
    this.faults.push(...unforeseen('a worker', outcome));
    // Where there is no Redis when it begins, it says so and ends.
    if (!/"redis_(unreachable|error)"/.test(outcome.stdout)) {
      this.faults.push(`a worker exited ${outcome.code}: ${outcome.stderr.slice(0, 500)}`);
    }
    if (!this.#isOver) this.#start(worker.prefix);
  }

  #drawAct(): Act {
    let place = this.#draw.below(ACTS.reduce((sum, [, share]) => sum + share, 0));
    for (const [act, share] of ACTS) {
      if (place < share) return act;
      place -= share;
    }
    return ACTS[0][0];
  }

  async #disturb(): Promise<void> {
    const act = this.#drawAct();
    const worker = this.#draw.of(this.#workers.filter(({ isStopped }) => !isStopped));
    if (worker === undefined && (act === 'zombie' || act.endsWith('killed'))) return;
    if (act === 'worker killed') this.#killWorker(worker);
    else if (act === 'zombie') this.#stop(worker);
    else if (act === 'book process killed') {
      const books = childrenOf(worker.child.pid ?? 0);
      if (books.length === 0) return;
      for (const id of books) signal(id, 'SIGKILL');
    } else if (act === 'enqueued again') this.#enqueueMeanwhile();
    else {
      await this.redis.kill();
      await sleep(this.#draw.below(1500));
      if (act === 'Redis restarted') await this.redis.restart();
      else {
        await this.redis.restartEmpty();
        this.#enqueueMeanwhile();
      }
    }
    this.counts[act] = (this.counts[act] ?? 0) + 1;
  }

  /** Has books enqueued while other things go on. */
  #enqueueMeanwhile(): void {
    const asking = this.#enqueue().then(() => {
      this.#meanwhile.delete(asking);
    });
    this.#meanwhile.add(asking);
  }

  /** kill -9; the processes of its books are killed too, or left to find out. */
  #killWorker(worker: WorkerProcess): void {
    const books = childrenOf(worker.child.pid ?? 0);
    worker.isKilled = true;
    worker.child.kill('SIGKILL');
    for (const id of books) {
      if (this.#draw.once(2)) signal(id, 'SIGKILL');
      this.#orphans.add(id);
    }
    this.#start(worker.prefix);
  }

  /** Stops a worker beyond its lock, and with it the processes of its books, or not; then it goes on. */
  #stop(worker: WorkerProcess): void {
    const books = this.#draw.once(2) ? childrenOf(worker.child.pid ?? 0) : [];
    const ids = [worker.child.pid ?? 0, ...books];
    worker.isStopped = true;
    for (const id of ids) signal(id, 'SIGSTOP');
    const pauseMs = LOCK_SECONDS * 1000 + 1200 + this.#draw.below(1500);
    const waking = sleep(pauseMs).then(() => {
      for (const id of ids) signal(id, 'SIGCONT');
      worker.isStopped = false;
      this.#meanwhile.delete(waking);
    });
    this.#meanwhile.add(waking);
  }

  async #end(): Promise<void> {
    await Promise.all(this.#meanwhile);
    const workers = [...this.#workers];
    for (const { child } of workers) {
      for (const id of childrenOf(child.pid ?? 0)) this.#orphans.add(id);
      child.kill('SIGTERM');
    }
    await Promise.all(workers.map(({ ended }) => ended));
    const endMs = performance.now() + LAST_PROCESS_MS;
    while ([...this.#orphans].some(isAlive) && performance.now() < endMs) await sleep(50);
    const left = [...this.#orphans].filter(isAlive);
    if (left.length > 0) this.faults.push(`${left.length} processes of books have no end`);
    this.#tellAll();
    const strange = Object.keys(this.failures).filter((code) => code !== DISK_FULL && !DISTURBED.includes(code));
    this.faults.push(...strange.map((code) => `books failed with ${code}`));
  }

  /** Kills what is left when something went wrong. */
  kill(): void {
    for (const { child } of this.#workers) {
      for (const id of childrenOf(child.pid ?? 0)) signal(id, 'SIGKILL');
      child.kill('SIGKILL');
    }
    for (const id of this.#orphans) signal(id, 'SIGKILL');
  }
}
