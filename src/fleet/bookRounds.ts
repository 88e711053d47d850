import { randomBytes } from 'node:crypto';
import type { Job } from 'bullmq';
import { SendplanError, type SendplanErrorCode } from '../errors.js';
import type { PartRound } from '../run/parts/partRounds.js';
import {
  ATTEMPTS,
  type BookJob,
  JOB_NAMES,
  type JobProgress,
  parseFailure,
  type RoundJob,
  roundJobId,
} from './bookJob.js';
import type { Fleet } from './fleetQueue.js';

// A book in parts is a flow: its job sends out the rounds that are to be made as jobs, which any worker takes, and waits for them; when
// they are made it is taken again, and asks the book what is to be done next. Nothing that rounds find out goes through Redis.

/** Three times is usual; more often when parts are changed by others between the rounds. */
const MOST_TIMES = 15;

/** Tells that a round has failed for good, with all its attempts, and with it its book. */
export class RoundFailed extends SendplanError {
  /** @param text `failureText` of the round */
  constructor(text: string) {
    const { code, message } = parseFailure(text);
    // Codes of errors nobody foresaw are those that `--json` tells.
    super(code as SendplanErrorCode, message);
  }
}

/** Sends out the rounds of books in parts, and has the books wait for them. */
export class BookRounds {
  readonly #fleet: Pick<Fleet, 'bullmq' | 'queue'>;
  readonly #lockMs: number;
  readonly #worker: string;

  /** @param worker who tells of books, as host and process */
  constructor(fleet: Pick<Fleet, 'bullmq' | 'queue'>, lockMs: number, worker: string) {
    this.#fleet = fleet;
    this.#lockMs = lockMs;
    this.#worker = worker;
  }

  /**
   * Looks what became of the rounds that a book's job sent out, if it did.
   *
   * @throws WaitingChildrenError when some are still to be made
   * @throws RoundFailed with the sentence of a round that failed; enqueued again, the job sends it out again
   */
  async requireMade(job: Job<BookJob>, token: string): Promise<void> {
    const { sent } = job.data;
    if (sent === undefined) return;
    const { WaitingChildrenError } = this.#fleet.bullmq;
    // Taken over from a worker that fell silent, it may be here before its rounds are made.
    if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
    const failures = Object.entries(await job.getIgnoredChildrenFailures());
    const [, sentence] = failures.find(([key]) => key.endsWith(sent.id)) ?? [];
    if (sentence === undefined) return;
    await job.updateData({ ...job.data, sent: undefined });
    throw new RoundFailed(sentence);
  }

  /**
   * Sends out rounds and has the book wait for them.
   *
   * @throws WaitingChildrenError that tells so to BullMQ; where all are made already, it returns instead
   * @throws SendplanError `file_changed` when they have been sent out too often, `interrupted` when another worker has the book
   */
  async send(job: Job<BookJob>, token: string, rounds: readonly PartRound[]): Promise<void> {
    const times = (job.data.sent?.times ?? 0) + 1;
    if (times > MOST_TIMES) {
      throw new SendplanError(
        'file_changed',
        `Other programs kept changing the parts of ${job.data.path} while they were planned.`,
        { hint: 'The parts that are written are sound. sendplan fleet retry has it tried again.' },
      );
    }
    // A worker that was silent for too long has lost the book, and is not to send out what nobody waits for.
    if (!(await job.extendLock(token, this.#lockMs))) {
      throw new SendplanError('interrupted', 'Another worker has taken this book over.');
    }
    await job.updateData({ ...job.data, sent: { id: randomBytes(6).toString('hex'), times } });
    // What has begun is ended before other books begin.
    await job.changePriority({ priority: 0 });
    const progress: JobProgress = { stage: rounds[0].round, worker: this.#worker };
    await job.updateProgress(progress);
    await this.#fleet.queue.addBulk(rounds.map((round) => this.#jobOf(job, round)));
    if (await job.moveToWaitingChildren(token)) throw new this.#fleet.bullmq.WaitingChildrenError();
    await this.requireMade(job, token);
  }

  #jobOf(job: Job<BookJob>, round: PartRound) {
    const data: RoundJob = { ...job.data, ...round };
    const opts = {
      ...ATTEMPTS,
      jobId: roundJobId(job.data, round),
      parent: { id: job.id ?? '', queue: job.queueQualifiedName },
      // The book's job tells what went wrong; it is to wait for the others too.
      ignoreDependencyOnFailure: true,
      removeOnComplete: true,
      removeOnFail: true,
    };
    return { name: JOB_NAMES.round, data, opts };
  }
}
