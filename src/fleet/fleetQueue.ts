import type { Queue, RedisOptions } from 'bullmq';
import { SendplanError } from '../errors.js';

/** Where a fleet's jobs are kept. */
export interface FleetOptions {
  /** Redis, as `redis://[user:password@]host[:port][/database]` or `rediss://` for TLS. `redis://127.0.0.1:6379` when left out. */
  readonly redis?: string;
  /** The name of the queue; `sendplan` when left out. */
  readonly queue?: string;
  /** What all keys in Redis begin with; `bull` when left out, which is where tools for BullMQ look. */
  readonly prefix?: string;
}

/** The parts of BullMQ, which is loaded when a fleet is asked for. */
export type Bullmq = typeof import('bullmq');

/** An open queue, and how to open more of it. */
export interface Fleet {
  readonly bullmq: Bullmq;
  readonly queue: Queue;
  readonly name: string;
  readonly prefix: string;
  /** How to connect for a process that stays: it waits for Redis to come back, until it is told that it leaves. */
  lasting(isLeaving: () => boolean): RedisOptions;
  /** Redis without user and password. */
  readonly address: string;
  close(): Promise<void>;
}

const USUAL = { redis: 'redis://127.0.0.1:6379', queue: 'sendplan', prefix: 'bull' } as const;
const MOST_RETRY_PAUSE_MS = 2000;

/** Loads BullMQ and its client. @throws SendplanError `package_missing` when one is not installed */
async function loadBullmq(): Promise<Bullmq> {
  try {
    await import('ioredis');
    return await import('bullmq');
  } catch (cause) {
    throw new SendplanError(
      'package_missing',
      'A fleet needs the packages bullmq and ioredis, which are not installed.',
      { hint: 'Install them: npm install bullmq@6.7.0 ioredis@6.0.0', cause },
    );
  }
}

function parseRedis(text: string): URL {
  const hint = 'Give it as redis://host:6379, or rediss:// for TLS, by --redis or SENDPLAN_REDIS.';
  // The text is not told again: it may hold a password.
  if (!URL.canParse(text)) throw new SendplanError('bad_input', 'The address of Redis is no URL.', { hint });
  const url = new URL(text);
  if (url.protocol === 'redis:' || url.protocol === 'rediss:') return url;
  throw new SendplanError('bad_input', `The address of Redis begins with ${url.protocol}, not redis: or rediss:.`, {
    hint,
  });
}

function requireName(what: string, name: string): string {
  if (name !== '' && !name.includes(':')) return name;
  throw new SendplanError('bad_input', `The ${what} is ${JSON.stringify(name)}.`, {
    hint: 'It has at least one character, and no colon.',
  });
}

/** An error of Redis or BullMQ as one of the domain. @param address Redis, without password */
export function redisError(error: unknown, address: string): SendplanError {
  if (error instanceof SendplanError) return error;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const text = typeof message === 'string' && message !== '' ? message : String(code ?? error);
  const isConnection =
    (typeof code === 'string' && /^(E[A-Z]+|NR_CLOSED)$/.test(code)) ||
    /Connection is closed|connect|timed out|max retries/i.test(text);
  if (isConnection) {
    return new SendplanError('redis_unreachable', `Redis does not answer at ${address}: ${text}.`, {
      hint: 'Start it (apt-get install redis-server; redis-server), or name another by --redis or SENDPLAN_REDIS.',
      cause: error,
    });
  }
  return new SendplanError('redis_error', `Redis at ${address} says: ${text}`, {
    hint: 'docs/scale.md has what Redis has to be set to.',
    cause: error,
  });
}

/**
 * Opens the queue of a fleet.
 *
 * @throws SendplanError `package_missing` without BullMQ, `redis_unreachable` when Redis does not answer, `bad_input` for a wrong
 *   address or name
 */
export async function openFleet(options: FleetOptions = {}): Promise<Fleet> {
  const url = parseRedis(options.redis ?? USUAL.redis);
  const name = requireName('name of the queue', options.queue ?? USUAL.queue);
  const prefix = requireName('prefix', options.prefix ?? USUAL.prefix);
  const bullmq = await loadBullmq();
  const address = `${url.hostname}:${url.port || '6379'}`;
  // Who asks once is answered at once: whether there is a Redis is told, not waited for.
  const asking = { url: url.href, connectTimeout: 5000, disconnectTimeout: 100, retryStrategy: () => null };
  const queue = new bullmq.Queue(name, { connection: asking, prefix });
  let lastError: unknown = null;
  queue.on('error', (error) => {
    lastError ??= error;
  });
  try {
    await queue.waitUntilReady();
  } catch (error) {
    await queue.close().catch(() => {});
    throw redisError(lastError ?? error, address);
  }
  return {
    bullmq,
    queue,
    name,
    prefix,
    address,
    lasting: (isLeaving) => ({
      url: url.href,
      maxRetriesPerRequest: null,
      retryStrategy: (times) => (isLeaving() ? null : Math.min(times * 200, MOST_RETRY_PAUSE_MS)),
    }),
    close: () => queue.close().catch(() => {}),
  };
}

/** Opens the queue of a fleet, has it used, and closes it; errors of Redis come as those of the domain. @throws SendplanError */
export async function withFleet<Result>(
  options: FleetOptions,
  use: (fleet: Fleet) => Promise<Result>,
): Promise<Result> {
  const fleet = await openFleet(options);
  try {
    return await use(fleet);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    throw redisError(error, fleet.address);
  } finally {
    await fleet.close();
  }
}
