import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { SendplanError, type SendplanErrorCode } from '../../errors.js';

// What the file system says, in words.

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is no folder',
  ENAMETOOLONG: 'its name is too long',
  ENOMEM: 'there is not enough memory',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ETXTBSY: 'another program uses it',
  ELOOP: 'its symbolic links go in a circle',
  EISDIR: 'it is a folder',
  EBUSY: 'another program uses it',
  EFBIG: 'the file system does not hold files that large',
  EIO: 'the disk fails',
};

/** Tells whether an error is what the system said of a file. */
export function isOfFileSystem(error: unknown): error is NodeJS.ErrnoException {
  return typeof (error as NodeJS.ErrnoException | null)?.syscall === 'string';
}

/** Why the file system refused something, as the end of a sentence. */
export function reasonOf(error: unknown): string {
  const {
    code = '',
    syscall,
    message = String(error),
  } = error as { code?: string; syscall?: string; message?: string };
  if (syscall === 'uv_cwd') return 'the working folder is not there any more';
  return REASONS[code] ?? message;
}

/**
 * An error of the file system as one of the domain.
 *
 * @param subject the beginning of the sentence, such as `x.db cannot be read`
 */
export function fileError(code: SendplanErrorCode, subject: string, error: unknown, hint?: string): SendplanError {
  return new SendplanError(code, `${subject}: ${reasonOf(error)}.`, { hint, cause: error });
}

/** What a path is that is no regular file, as the end of a sentence. */
export function kindOf(stat: Stats): string {
  return stat.isDirectory() ? 'a folder' : 'no regular file';
}

const NO_RIGHT = ['EACCES', 'EPERM', 'EROFS'];

/** What writing a file met: `file_unwritable` for an error of the file system, any other error as it is. */
export function writingError(error: unknown, subject: string, hint: string): unknown {
  if (!isOfFileSystem(error)) return error;
  return fileError('file_unwritable', subject, error, hint);
}

function wayOut(code: string, syscall: string | undefined): string {
  if (syscall === 'uv_cwd') return 'Go to a folder that is there';
  if (NO_RIGHT.includes(code)) return 'Allow writing to its folder';
  return code === 'ENAMETOOLONG' ? 'Shorten the name' : 'Make room';
}

/** As `writingError`, of a file that was to be made at a path. @param another what else the path may be, as `another place` */
export function makingError(error: unknown, path: string, another: string): unknown {
  if (!isOfFileSystem(error)) return error;
  const { code = '', syscall } = error;
  if (code === 'ENOENT' && syscall !== 'uv_cwd') {
    return new SendplanError(
      'file_unwritable',
      `${path} cannot be written: the folder ${dirname(path)} does not exist.`,
      {
        hint: `Make the folder, or name ${another}.`,
        cause: error,
      },
    );
  }
  return writingError(error, `${path} cannot be written`, `${wayOut(code, syscall)}, or name ${another}.`);
}
