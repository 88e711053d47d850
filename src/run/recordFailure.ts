import { formatIsoDay } from '../calendar/iso.js';
import { SendplanError, type SendplanErrorCode } from '../errors.js';
import { resolveConfig } from '../rules/config.js';
import { textChecksum } from '../store/changes/checksums.js';
import type { Connection } from '../store/driver/connection.js';
import { openLazily } from '../store/driver/lazyConnection.js';
import { openNative } from '../store/driver/native.js';
import { loadFileLocks } from '../store/driver/sqliteLocks.js';
import { loadSqlJs } from '../store/driver/sqljs.js';
import { keptFilesOf, renewKeptFile } from '../store/file/keptFiles.js';
import { openDatabaseFile, requireDatabaseFile } from '../store/file/openDatabaseFile.js';
import { replaceDatabaseFile } from '../store/file/replaceDatabaseFile.js';
import { isOfFileSystem } from '../store/format/fileErrors.js';
import { findColumn, findTable, readSchema } from '../store/schema/readSchema.js';
import { TABLES } from '../store/schema/tables.js';
import { type Checkpoint, writeCheckpoint } from '../store/write/bookkeeping.js';
import { currentTimeText, nameRun } from '../store/write/runName.js';
import { digestAsLeft, sealAsLeft } from '../store/write/sealFile.js';
import type { RunFileOptions } from './runFileOptions.js';
import { resolveToday } from './today.js';

/**
 * The errors after which the file can be written: those of what is in it and of the run itself. All others are wrong use, or of a file
 * that cannot be written, is in use, or changes meanwhile; and a guard that holds writes nothing.
 */
const RECORDED: readonly SendplanErrorCode[] = [
  ...(['missing_table', 'missing_column', 'unsupported_schema', 'database_error'] as const),
  ...(['memory_limit', 'kernel_error', 'file_too_large'] as const),
];

function checkpointOf(error: SendplanError, startedText: string, options: RunFileOptions): Checkpoint {
  const config = resolveConfig(options.config);
  return {
    runId: nameRun().runId,
    startedText,
    contactsChecksum: null,
    schedulesBeforeChecksum: null,
    schedulesAfterChecksum: null,
    contactsProcessed: null,
    emailsScheduled: null,
    emailsSkipped: null,
    status: 'failed',
    errorCode: error.code,
    errorMessage: error.message,
    completedText: currentTimeText(),
    asOfText: formatIsoDay(resolveToday(options.asOf, config, 'asOf')),
    configHash: textChecksum(JSON.stringify(config)),
    rows: null,
  };
}

/**
 * Whether a database has the table as runs have it, and is sound: one that is damaged is left as it is.
 *
 * @param check the pragma that tells; only `integrity_check` finds indexes that do not agree with their tables
 */
function isRecordable(connection: Connection, check: 'quick_check' | 'integrity_check'): boolean {
  const table = findTable(readSchema(connection), 'scheduler_checkpoints');
  if (table === null || table.kind !== 'table') return false;
  if (Object.keys(TABLES.scheduler_checkpoints).some((column) => findColumn(table, column) === null)) return false;
  for (const [found] of connection.query(`PRAGMA ${check}(1)`)) return found === 'ok';
  return false;
}

/** Damage may be what a run failed by; all other errors say nothing of the file, and looking at every index takes minutes in a large one. */
function checkAfter({ errorCode }: Checkpoint): 'quick_check' | 'integrity_check' {
  return errorCode === 'database_error' ? 'integrity_check' : 'quick_check';
}

async function recordReplacing(path: string, checkpoint: Checkpoint): Promise<void> {
  const file = openDatabaseFile(path, 'replace');
  try {
    const connection = openLazily(file.pages, await loadSqlJs());
    try {
      if (!isRecordable(connection, checkAfter(checkpoint))) return;
      if (!writeCheckpoint(connection, checkpoint).isWritten) return;
      // What a run left stays undoable: that it failed since is no change of others.
      const kept = keptFilesOf(file.path).at(0);
      const isAsLeft = kept !== undefined && (await digestAsLeft(file, kept.runId)) === kept.digest;
      const locks = await loadFileLocks();
      if (!isAsLeft) {
        await replaceDatabaseFile(file, connection.toPages(), { locks });
        return;
      }
      // Of the bytes that are written here: what others write as soon as the file is in its place is theirs.
      let digest = '';
      const seal = async (descriptor: number, sizeBytes: number) => {
        digest = await sealAsLeft(descriptor, sizeBytes, kept.runId);
        return null;
      };
      await replaceDatabaseFile(file, connection.toPages(), { locks, seal });
      renewKeptFile(file.path, kept, digest);
    } finally {
      connection.close();
    }
  } finally {
    file.close();
  }
}

async function recordInPlace(path: string, checkpoint: Checkpoint): Promise<void> {
  const connection = await openNative(requireDatabaseFile(path));
  try {
    if (!isRecordable(connection, checkAfter(checkpoint))) return;
    if (writeCheckpoint(connection, checkpoint).isWritten) connection.commit();
  } finally {
    connection.close();
  }
}

/**
 * Leaves a row in `scheduler_checkpoints` that a run failed, where the file can be written: the database has had a run before, is
 * sound, and the error is none of the file's own. What keeps the row from being written is no error: the run's own is told.
 *
 * @param startedText when the run began, `YYYY-MM-DD HH:MM:SS` in UTC
 */
export async function recordFailure(
  path: string,
  options: RunFileOptions,
  error: unknown,
  startedText: string,
): Promise<void> {
  if (!(error instanceof SendplanError) || !RECORDED.includes(error.code)) return;
  if (options.dryRun === true || options.outPath !== undefined) return;
  try {
    const checkpoint = checkpointOf(error, startedText, options);
    await (options.driver === 'native' ? recordInPlace : recordReplacing)(path, checkpoint);
  } catch (cause) {
    if (!(cause instanceof SendplanError) && !isOfFileSystem(cause)) throw cause;
  }
}
