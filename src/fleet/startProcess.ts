import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SendplanError, type SendplanErrorCode } from '../errors.js';
import type { ProcessAnswers, ProcessMessage, ProcessTask } from './bookProcess.js';

const SCRIPT = fileURLToPath(new URL('./bookProcess.js', import.meta.url));

/** A task that a process of its own works at. */
export interface StartedProcess<Answer> {
  /** Rejects with the SendplanError of the task, `process_died` when the process ended without an answer. */
  readonly answer: Promise<Answer>;
  /** Has it take back what it has begun, as soon as it listens. */
  stop(): void;
  kill(): void;
}

type AnswerOf<Task extends ProcessTask> = ProcessAnswers[Task['kind']];

/** How much of what a process says on its way out is told. */
const MOST_LAST_WORDS = 2000;

function diedError(task: ProcessTask, code: number | null, signal: string | null, lastWords: string): SendplanError {
  const what = task.kind === 'find' ? 'looked for books' : `planned ${task.path}`;
  const isHeap = /heap out of memory/i.test(lastWords);
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const memory = isHeap ? ', out of memory' : '';
  const last = lastWords
    .trim()
    .split('\n')
    .findLast((line) => /error/i.test(line));
  return new SendplanError(
    'process_died',
    `The process that ${what} ended ${how}${memory}, without an answer${last === undefined ? '.' : `: ${last.trim()}`}`,
    {
      hint: 'What it had begun is taken back. Where the system ended it for want of memory, give the worker a --memory-limit.',
    },
  );
}

/**
 * Starts a task in a process of its own, in a group of its own, so that Ctrl-C in a terminal reaches the worker alone.
 *
 * @param onStage is told the stage that the task is in
 */
export function startProcess<Task extends ProcessTask>(
  task: Task,
  onStage: (stage: string) => void = () => {},
): StartedProcess<AnswerOf<Task>> {
  const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const;
  const execArgv = [...process.execArgv, '--expose-gc'];
  const child = fork(SCRIPT, [], { detached: true, execArgv, stdio: [...stdio] });
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-MOST_LAST_WORDS);
  });
  const answer = new Promise<AnswerOf<Task>>((resolve, reject) => {
    child.on('message', (message: ProcessMessage) => {
      if ('stage' in message) onStage(message.stage);
      else if ('answer' in message) resolve(message.answer as AnswerOf<Task>);
      else {
        const { code, message: text, hint } = message.failure;
        // Codes of errors nobody foresaw are those that `--json` tells.
        reject(new SendplanError(code as SendplanErrorCode, text, { hint: hint ?? undefined }));
      }
    });
    child.on('error', (error) => {
      reject(new SendplanError('process_died', `No process could be started: ${error.message}`, { cause: error }));
    });
    child.on('close', (code, signal) => reject(diedError(task, code, signal, lastWords)));
  });
  // Whoever waits for the answer gets its error; nobody may be waiting yet.
  answer.catch(() => {});
  child.send(task, () => {});
  return {
    answer,
    stop: () => void (child.connected && child.send('stop', () => {})),
    kill: () => void child.kill('SIGKILL'),
  };
}
