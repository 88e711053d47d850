import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FIRST_DAY, strayFiles } from './books.js';
import type { CaseResult, FaultCase, FaultKind } from './campaign.js';
import { faultsOfRun } from './sendplanProgram.js';
import { ask, damageOf, hasProgram, missingSqlite3 } from './sqlite3.js';

const RUNS = 3;
const SENDER = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? '../../../test/faults/sender.py' : 'sender.py', import.meta.url),
);

/** What a sender was told. */
interface Sent {
  /** The ids of the emails of each commit that succeeded, by the time that they were marked with. */
  readonly commits: ReadonlyMap<string, readonly string[]>;
  readonly refusals: readonly string[];
}

/** Lets a sender work while something else goes on. */
async function sendDuring(path: string, seed: number, work: () => Promise<void>): Promise<Sent> {
  const child = spawn('python3', [SENDER, path, FIRST_DAY, String(seed)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  await once(child.stdout, 'data');
  try {
    await work();
  } finally {
    child.stdin.end('\n');
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`the sender exited ${code}: ${text.slice(-500)}`);
  const lines = text.split('\n').map((line) => line.split(' '));
  const commits = lines
    .filter(([word]) => word === 'committed')
    .map(([, day, time, ...ids]) => [`${day} ${time}`, ids] as const);
  const refusals = lines.filter(([word]) => word === 'refused').map(([, ...words]) => words.join(' '));
  return { commits: new Map(commits), refusals };
}

async function tryCase(fault: FaultCase): Promise<CaseResult> {
  const { draw, books, program, folder } = fault;
  const book = { contacts: fault.contacts, shape: 'realistic' as const, isWal: draw.once(2), days: [FIRST_DAY] };
  const path = join(folder, 'book');
  await books.copy(book, path);
  const faults: string[] = [];
  const codes: Record<string, number> = {};
  const { commits, refusals } = await sendDuring(path, 1 + draw.below(1_000_000), async () => {
    for (let i = 0; i < RUNS; i++) {
      const driver = draw.of(['sqljs', 'native']);
      const day = `2025-06-${14 + i * 3 + draw.below(3)}`;
      const outcome = await program.run('run', path, '--as-of', day, '--driver', driver);
      faults.push(...faultsOfRun(`the run (${driver})`, outcome));
      codes[`${driver} ${outcome.code}`] = (codes[`${driver} ${outcome.code}`] ?? 0) + 1;
      await sleep(draw.below(200));
    }
  });
  faults.push(...damageOf(path));
  const found = new Set(
    ask(path, `SELECT id || ' ' || actual_send_datetime FROM email_schedules WHERE status = 'sent'`).split('\n'),
  );
  for (const [mark, ids] of commits) {
    const lost = ids.filter((id) => !found.has(`${id} ${mark}`));
    if (lost.length > 0)
      faults.push(`the commit ${mark} of ${ids.length} emails succeeded and is lost (${lost.join(' ')})`);
  }
  faults.push(...strayFiles(path));
  const told = Object.keys(codes)
    .sort()
    .map((key) => key.replace(' ', ' exits '));
  for (const refusal of refusals) {
    if (!/locked|readonly|disk I\/O|moved/.test(refusal)) faults.push(`the sender was refused: ${refusal}`);
  }
  total.commits += commits.size;
  total.refusals += refusals.length;
  return { label: `${book.isWal ? 'wal' : 'rollback'}: ${told.join(', ')}`, faults };
}

const total = { commits: 0, refusals: 0 };

/** Runs beside a program that marks emails as sent. */
export const senders: FaultKind = {
  summary: 'runs beside a program that marks emails as sent',
  count: 50,
  contacts: 1000,
  missing: () => (hasProgram('python3') ? missingSqlite3() : 'the program python3 is not installed'),
  tryCase,
  async end() {
    console.log(`Senders made ${total.commits} commits and were refused ${total.refusals}.`);
  },
};
