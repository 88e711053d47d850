import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether the system has a Redis to try fleets with. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** What a test says that needs one. */
export const REDIS_MISSING = 'redis-server is not installed: apt-get install redis-server';

/** Whether nobody listens at a port of the loopback. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port of the loopback that nobody listens at: below those that connections get, so that none takes it while Redis is away. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + randomInt(20_000);
    if (await isFree(port)) return port;
  }
}

/** A Redis of one's own. */
export interface RedisServer {
  readonly url: string;
  /** Ends at once; what it holds is kept for `restart` where it was started so. */
  kill(): Promise<void>;
  /** Begins at the same port with what it held. */
  restart(): Promise<void>;
  /** Begins at the same port with nothing. */
  restartEmpty(): Promise<void>;
  end(): Promise<void>;
}

function startServer(port: number, folder: string, keepsData: boolean): Promise<() => Promise<void>> {
  const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--maxmemory-policy', 'noeviction'];
  words.push('--appendonly', keepsData ? 'yes' : 'no', '--dir', folder);
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!text.includes('Ready to accept connections')) return;
      resolve(() => {
        child.kill('SIGKILL');
        return ended;
      });
    });
  });
}

/** Starts Redis at a random port of the loopback. @param keepsData whether it writes what it holds to the disk, for `restart` */
export async function startRedis({ keepsData = false } = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-redis-'));
  const port = await freePort();
  let kill = await startServer(port, folder, keepsData);
  const restart = async () => {
    kill = await startServer(port, folder, keepsData);
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => kill(),
    restart,
    restartEmpty: async () => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      await restart();
    },
    end: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
