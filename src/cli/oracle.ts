import { createReadStream } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { SendplanError } from '../errors.js';
import { counted } from '../report/text/prose.js';
import { fileError, isOfFileSystem } from '../store/format/fileErrors.js';
import { answerRequest } from '../testing/exchange/answer.js';
import { readRequest } from '../testing/exchange/request.js';
import { decodeJson, type LineAnswers } from './answerLines.js';
import { linesOf } from './lines.js';
import { wholeNumber } from './options.js';
import { startOracleThreads } from './oracleThreads.js';
import { writeError, writeJson, writeLines } from './output.js';

interface OracleFlags {
  readonly jsonl?: true;
  readonly vectors?: number;
  readonly seed?: number;
  readonly wellFormed?: true;
}

const EXAMPLES = `
An organization is an object with as_of (YYYY-MM-DD) and contacts, and with config, campaign_types, campaign_instances,
contact_campaigns, email_schedules, tracking_clicks, contact_events and suppressions where there are any: the columns of the tables
of these names. The answer has rows, why (of each row), absent (emails that contacts do not get, with why) and issues; it comes from
the reference model, not from the engine of run. docs/testing.md has all of it.

With --jsonl every line is an organization, and every answer a line with its number: {"line":1,"rows":[...],...}, or for a line that
cannot be answered {"line":2,"error":{"code","message","hint"}}; blank lines get none. Read answers while you write: a process that
only writes waits when the pipe is full.

Exit codes: 0 done, 1 some lines could not be answered, or a record lacks a column that must be there, 2 wrong use, such as an
organization that cannot be read.

Examples:
  $ npx sendplan oracle organization.json | jq '.rows[] | [.email_type, .scheduled_send_date, .skip_reason]'
  $ npx sendplan oracle --jsonl < organizations.jsonl > answers.jsonl
  $ npx sendplan oracle --vectors 1000 --seed 7 > vectors.jsonl      random organizations with their rows, needs fast-check
  $ echo '{"as_of":"2025-01-01","contacts":[{"id":1,"email":"a@example.com","state":"CA","birth_date":"1960-07-20"}]}' \\
      | npx sendplan oracle
`;

function seedNumber(text: string): number {
  const value = /^-?[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= -(2 ** 31) && value < 2 ** 31) return value;
  throw new InvalidArgumentError('Allowed is a whole number from -2147483648 to 2147483647.');
}

function inputOf(path: string | undefined): { readonly stream: AsyncIterable<Uint8Array>; readonly name: string } {
  if (path !== undefined && path !== '-') return { stream: createReadStream(path), name: path };
  if (process.stdin.isTTY) writeError('Reading from the keyboard; end with Ctrl-D.\n');
  return { stream: process.stdin, name: 'standard input' };
}

/** What lines that could not be answered come to. */
interface Failures {
  count: number;
  first: string | null;
}

async function writeAnswers(answers: LineAnswers, failures: Failures): Promise<void> {
  await writeLines(answers.text);
  failures.count += answers.failureCount;
  failures.first ??= answers.firstFailure;
}

async function answerStream(stream: AsyncIterable<Uint8Array>): Promise<void> {
  const threads = startOracleThreads();
  const failures: Failures = { count: 0, first: null };
  const ahead: Promise<void>[] = [];
  let lineCount = 0;
  let written: Promise<void> = Promise.resolve();
  try {
    for await (const lines of linesOf(stream)) {
      lineCount += lines.length;
      const answered = threads.answer(lines);
      written = Promise.all([answered, written]).then(([answers]) => writeAnswers(answers, failures));
      // What goes wrong is met where it is waited for.
      written.catch(() => {});
      ahead.push(written);
      if (ahead.length > threads.mostAhead) await ahead.shift();
      // Whoever read the answers has ended.
      if (process.stdout.destroyed) return;
    }
    await written;
  } finally {
    await threads.stop();
  }
  if (failures.count === 0) return;
  writeError(
    `Of ${counted(lineCount, 'line')} ${failures.count} could not be answered. The first, ${failures.first}\n`,
  );
  process.exitCode = 1;
}

async function answerOne(stream: AsyncIterable<Uint8Array>): Promise<void> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  writeJson(answerRequest(readRequest(decodeJson(Buffer.concat(pieces)))), 2);
}

async function writeVectors(count: number, { seed = 1, wellFormed = undefined }: OracleFlags): Promise<void> {
  const { testVectors } = await import('../testing/exchange/vectors.js').catch((cause: unknown) => {
    if ((cause as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new SendplanError('package_missing', 'Test vectors need the package fast-check, which is not there.', {
      hint: 'npm install fast-check',
      cause,
    });
  });
  for (const vector of testVectors({ count, seed, wellFormed: wellFormed === true })) {
    await writeLines(`${JSON.stringify(vector)}\n`);
    if (process.stdout.destroyed) return;
  }
}

function misuse(message: string, hint: string): SendplanError {
  return new SendplanError('bad_input', message, { hint });
}

async function answer(path: string | undefined, flags: OracleFlags): Promise<void> {
  if (flags.vectors !== undefined) {
    if (path !== undefined || flags.jsonl) throw misuse('--vectors reads nothing.', 'Leave out the file and --jsonl.');
    return writeVectors(flags.vectors, flags);
  }
  if (flags.seed !== undefined || flags.wellFormed)
    throw misuse('--seed and --well-formed are for --vectors.', 'Add --vectors N.');
  const { stream, name } = inputOf(path);
  try {
    await (flags.jsonl ? answerStream(stream) : answerOne(stream));
  } catch (cause) {
    if (!isOfFileSystem(cause)) throw cause;
    throw fileError(
      'file_not_found',
      `${name} cannot be read`,
      cause,
      'Give the path of a JSON file, or none for standard input.',
    );
  }
}

/** The `oracle` command: the reference model for tests in any language. Its action throws `SendplanError`; commander answers bad options. */
export function oracleCommand(): Command {
  return new Command('oracle')
    .argument('[file]', 'the JSON file to read; standard input when it is - or left out')
    .option('--jsonl', 'read an organization a line, answer each at once, and go on until the input ends')
    .option(
      '--vectors <n>',
      'write so many random organizations with their rows, one a line',
      wholeNumber(1, 10_000_000),
    )
    .option('--seed <s>', 'which random organizations (default: 1)', seedNumber)
    .option('--well-formed', 'random organizations without broken dates, states and references')
    .addHelpText('after', EXAMPLES)
    .action(answer);
}
