import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { WorkFolder } from './workFolder.js';

/** What came of a process. */
export interface ProcessResult {
  /** What it printed on stdout. */
  readonly output: string;
  /** From before its start to after its end. */
  readonly seconds: number;
  /** The most memory it held at once, as the operating system counts it. */
  readonly peakBytes: number;
}

/** A process that did not do what it was asked to. */
export class ProcessFailure extends Error {
  constructor(
    readonly exitCode: number | null,
    readonly errorOutput: string,
  ) {
    super(`the process ended with ${exitCode}: ${errorOutput.trim() || 'without a word'}`);
    this.name = 'ProcessFailure';
  }
}

const PEAK_MEMORY = new URL('./peakMemory.js', import.meta.url).href;

async function readAll(stream: Readable | null): Promise<string> {
  if (stream === null) return '';
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

/**
 * Runs a script in a Node process of its own and measures it from start to end. On a terminal the process shows its own
 * progress there.
 *
 * @throws ProcessFailure when it does not end with 0
 */
export async function runMeasured(
  folder: WorkFolder,
  script: string,
  parameters: readonly string[],
): Promise<ProcessResult> {
  const isTerminal = process.stderr.isTTY === true;
  const startMs = performance.now();
  const child = spawn(process.execPath, ['--import', PEAK_MEMORY, script, ...parameters], {
    stdio: ['ignore', 'pipe', isTerminal ? 'inherit' : 'pipe', 'pipe'],
  });
  folder.watch(child);
  const ended = new Promise<{ code: number | null; seconds: number }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, seconds: (performance.now() - startMs) / 1000 }));
  });
  const [{ code, seconds }, output, errorOutput, peak] = await Promise.all([
    ended,
    readAll(child.stdout),
    readAll(child.stderr),
    readAll(child.stdio[3] as Readable),
  ]);
  if (code !== 0) throw new ProcessFailure(code, errorOutput);
  return { output, seconds, peakBytes: Number(peak) };
}
