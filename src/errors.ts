/** What went wrong, for programs: stable over releases, while messages may be reworded. */
export type SendplanErrorCode =
  | 'bad_config'
  | 'bad_input'
  | 'bad_book'
  | 'not_a_database'
  | 'file_not_found'
  | 'file_busy'
  | 'file_changed'
  | 'file_too_large'
  | 'file_unwritable'
  | 'missing_table'
  | 'missing_column'
  | 'unsupported_schema'
  | 'database_error'
  | 'driver_missing'
  | 'package_missing'
  | 'memory_limit'
  | 'kernel_error'
  | 'held_back'
  | 'nothing_to_undo'
  | 'redis_unreachable'
  | 'redis_error'
  | 'window_closed'
  | 'process_died'
  | 'interrupted';

/**
 * An error of the domain: the input, the configuration or the database, never a misuse of an argument.
 *
 * `message` is a sentence that names the thing and what was found; `hint` says what to do about it.
 *
 * @example
 * import { SendplanError, resolveConfig } from 'sendplan';
 * try {
 *   resolveConfig({ timezone: 'Texas' });
 * } catch (error) {
 *   console.log(error instanceof SendplanError, error.code); // true bad_config
 * }
 */
export class SendplanError extends Error {
  readonly code: SendplanErrorCode;
  readonly hint: string | null;

  constructor(code: SendplanErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SendplanError';
    this.code = code;
    this.hint = options.hint ?? null;
  }
}

/** An error as data that goes from thread to thread. */
export interface PlainError {
  /** Null for one that nobody foresaw. */
  readonly code: SendplanErrorCode | null;
  readonly message: string;
  readonly hint: string | null;
  /** Where it happened, as its thread tells. */
  readonly stack: string | null;
}

/** An error for another thread. */
export function plainError(error: unknown): PlainError {
  const { code, hint } = error instanceof SendplanError ? error : { code: null, hint: null };
  if (!(error instanceof Error)) return { code, message: String(error), hint, stack: null };
  return { code, message: error.message, hint, stack: error.stack ?? null };
}

/** The error of another thread. */
export function errorOfThread({ code, message, hint, stack }: PlainError): Error {
  const error = code === null ? new Error(message) : new SendplanError(code, message, { hint: hint ?? undefined });
  if (stack !== null) error.stack = stack;
  return error;
}

/** Tells whether an error of the engine means that there was no more memory to be had. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /could not allocate memory|allocation failed|out of memory/i.test(error.message);
}
