import { SendplanError } from '../errors.js';
import { answerRequest } from '../testing/exchange/answer.js';
import { readRequest } from '../testing/exchange/request.js';

/** A line of a stream: its bytes, or null when it is too long. */
export interface Line {
  /** Counts from 1, blank lines included. */
  readonly number: number;
  readonly bytes: Uint8Array | null;
}

/** Answers to lines, and what of them could not be answered. */
export interface LineAnswers {
  /** A line of JSON for each line that is not blank, in their order, each with its end. */
  readonly text: string;
  readonly failureCount: number;
  /** The first of the errors, null for none. */
  readonly firstFailure: string | null;
}

/** A line longer than this is read past, and told of as an error. */
export const MOST_LINE_BYTES = 64 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON's bytes as text. @throws SendplanError `bad_input` when they are not UTF-8 */
export function decodeJson(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new SendplanError('bad_input', 'This is not UTF-8, so that letters in it cannot be known.', {
      hint: 'Write JSON as UTF-8, or with \\u escapes.',
      cause,
    });
  }
}

/** An error as an answer has it. */
function errorOf(error: unknown): { readonly code: string; readonly message: string; readonly hint: string | null } {
  if (error instanceof SendplanError) return { code: error.code, message: error.message, hint: error.hint };
  const message = `This should not have happened: ${error instanceof Error ? error.message : String(error)}`;
  return { code: 'unforeseen', message, hint: null };
}

function textOf({ bytes }: Line): string {
  if (bytes !== null) return decodeJson(bytes);
  throw new SendplanError('bad_input', `The line has more than ${MOST_LINE_BYTES} bytes.`, {
    hint: 'Give each organization a line of its own.',
  });
}

/** Answers lines that hold an organization each, a line each; what cannot be answered is told in its answer, and nothing is thrown. */
export function answerLines(lines: readonly Line[]): LineAnswers {
  let failureCount = 0;
  let firstFailure: string | null = null;
  const texts = lines.map((line) => {
    try {
      const text = textOf(line);
      return text.trim() === ''
        ? ''
        : `${JSON.stringify({ line: line.number, ...answerRequest(readRequest(text)) })}\n`;
    } catch (thrown) {
      const error = errorOf(thrown);
      failureCount++;
      firstFailure ??= `line ${line.number}: ${error.message}`;
      return `${JSON.stringify({ line: line.number, error })}\n`;
    }
  });
  return { text: texts.join(''), failureCount, firstFailure };
}
