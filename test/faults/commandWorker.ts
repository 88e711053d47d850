// Runs commands of the program one after the other in one process, as a server does that uses it as a library, and tells how each
// ended. What they print goes nowhere.
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { type Command, CommanderError } from 'commander';
import { SendplanError } from '../../src/errors.js';
import type { CommandEnd } from './commandProcess.js';

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('../../src/cli/run.js')).runCommand(),
  verify: async () => (await import('../../src/cli/verify.js')).verifyCommand(),
  explain: async () => (await import('../../src/cli/explain.js')).explainCommand(),
  report: async () => (await import('../../src/cli/report.js')).reportCommand(),
};

async function runCommand([name, ...words]: readonly string[]): Promise<CommandEnd> {
  try {
    const command = await COMMANDS[name]();
    await command.exitOverride().parseAsync(words, { from: 'user' });
    return { kind: 'done', code: 'ok', message: '' };
  } catch (error) {
    if (error instanceof SendplanError) {
      return { kind: 'refused', code: error.code, message: error.message };
    }
    if (error instanceof CommanderError) return { kind: 'refused', code: 'usage', message: error.message };
    const stack = error instanceof Error ? error.stack : undefined;
    return { kind: 'unforeseen', code: 'unforeseen', message: stack ?? String(error) };
  }
}

/** libsql keeps a connection open, and with it the files of WAL mode, until its statements are collected. */
async function collect(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await setImmediate();
  }
}

process.on('message', async (words: readonly string[]) => {
  const end = await runCommand(words);
  // Collecting takes as long as most commands do.
  if (words.includes('native') && existsSync(`${words[1]}-shm`)) await collect();
  process.send?.(end);
});
