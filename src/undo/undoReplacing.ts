import { rmSync } from 'node:fs';
import { SendplanError } from '../errors.js';
import { openLazily } from '../store/driver/lazyConnection.js';
import { loadFileLocks } from '../store/driver/sqliteLocks.js';
import { loadSqlJs } from '../store/driver/sqljs.js';
import { isDatabaseItself, type KeptFile, keptFilesOf } from '../store/file/keptFiles.js';
import { type OpenedFile, openDatabaseFile, whileUnchanged } from '../store/file/openDatabaseFile.js';
import { putBackFile } from '../store/file/putBackFile.js';
import { isBeingReplaced } from '../store/file/temporaryFiles.js';
import { readSchema } from '../store/schema/readSchema.js';
import { digestAsLeft, readSoundLastRun } from '../store/write/sealFile.js';
import { type ListedRun, listRuns } from './checkpoints.js';
import { compareDatabases } from './compareDatabases.js';
import { type LostChanges, lossText, type UndoFileOptions, type UndoReport } from './undoReport.js';

/** Tells whether two files hold the same bytes, as after a run that ended between keeping the one and replacing the other. */
async function isSameContent(file: OpenedFile, kept: OpenedFile): Promise<boolean> {
  if (file.stamp.sizeBytes !== kept.stamp.sizeBytes) return false;
  // A run has no empty name, so that no digest within the file is left out.
  return (await digestAsLeft(file, '')) === (await digestAsLeft(kept, ''));
}

/** What is lost when `kept` takes the place of `file`, which is not as the undone run left it. */
async function findLost(file: OpenedFile, old: OpenedFile, { runId }: KeptFile): Promise<LostChanges> {
  const open = await loadSqlJs();
  const before = openLazily(old.pages, open);
  const after = openLazily(file.pages, open);
  try {
    const known = new Set([runId, ...listRuns(before, readSchema(before)).map((run) => run.run_id)]);
    const runs = listRuns(after, readSchema(after)).filter((run) => !known.has(run.run_id));
    return { runs, tables: compareDatabases(before, after) };
  } finally {
    before.close();
    after.close();
  }
}

/** Removes what was kept for a run that replaced nothing; one that is under way needs it as soon as it has replaced the file. */
async function dropKept(file: OpenedFile, kept: KeptFile): Promise<void> {
  if (!(await isBeingReplaced(file.path, null, await loadFileLocks()))) rmSync(kept.path, { force: true });
}

/** The newest kept file that a run has replaced, and what was changed since; what no run replaced is not kept any longer. */
async function chooseKept(file: OpenedFile): Promise<{ kept: KeptFile; lost: LostChanges | null } | null> {
  const all = keptFilesOf(file.path);
  const lastRunId = readSoundLastRun(file)?.runId;
  const isOfLastRun = ({ runId }: KeptFile) => runId === lastRunId;
  for (const kept of all) {
    if (isDatabaseItself(file.path, kept)) {
      await dropKept(file, kept);
      continue;
    }
    if ((await digestAsLeft(file, kept.runId)) === kept.digest) return { kept, lost: null };
    const old = openDatabaseFile(kept.path);
    try {
      if (await isSameContent(file, old)) {
        await dropKept(file, kept);
        continue;
      }
      // A newer one than that of the database's last run is of a run that was to write, and ended before it did.
      if (all.some(isOfLastRun) && !isOfLastRun(kept)) continue;
      return { kept, lost: await findLost(file, old, kept) };
    } finally {
      old.close();
    }
  }
  return null;
}

/** The run of a name in the database as it is. */
async function findRun(file: OpenedFile, runId: string): Promise<ListedRun | null> {
  const connection = openLazily(file.pages, await loadSqlJs());
  try {
    return listRuns(connection, readSchema(connection)).find((run) => run.run_id === runId) ?? null;
  } finally {
    connection.close();
  }
}

/** `undoFile` with the driver sqljs: the file that the last run replaced takes its old place. */
export async function undoReplacing(path: string, { force = false }: UndoFileOptions): Promise<UndoReport> {
  const file = openDatabaseFile(path, 'replace');
  try {
    return await whileUnchanged(file, async () => {
      const chosen = await chooseKept(file);
      if (chosen === null) {
        throw new SendplanError('nothing_to_undo', `No file of an earlier run is kept beside ${file.path}.`, {
          hint: 'run --keep N keeps the files of the last N runs; what was kept with --driver native is undone with --driver native.',
        });
      }
      const { kept, lost } = chosen;
      const run = await findRun(file, kept.runId);
      if (lost !== null && !force) {
        throw new SendplanError(
          'held_back',
          `${file.path} has changed since run ${kept.runId}, nothing was undone.\n${lossText(lost)}`,
          {
            hint: 'All of that would be lost, emails that were marked as sent among it. If it may be, undo with --force.',
          },
        );
      }
      const all = keptFilesOf(file.path);
      const warnings = await putBackFile(file, kept, await loadFileLocks());
      const newer = all.filter(({ generation }) => generation > kept.generation);
      warnings.push(...newer.map((one) => `${one.path} is of a later run, which the database did not have; it stays.`));
      return {
        database: file.path,
        driver: 'sqljs',
        undone: { run_id: kept.runId, as_of: run?.as_of ?? null, started_at: run?.started_at ?? null },
        rows: null,
        lost,
        left: all.filter(({ generation }) => generation < kept.generation).length,
        warnings,
      };
    });
  } finally {
    file.close();
  }
}
