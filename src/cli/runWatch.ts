import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Option } from 'commander';
import { SendplanError } from '../errors.js';
import type { RunEnd } from '../report/runMetrics.js';
import type { RunReport } from '../run/runReport.js';
import type { RunProgress, Stage, StageTiming } from '../run/stopwatch.js';
import { reasonOf } from '../store/format/fileErrors.js';
import { noteTold } from './output.js';
import { progressLine } from './progress.js';

/** The options that say how a run is watched. */
export interface WatchFlags {
  readonly quiet?: true;
  readonly log?: 'json';
  readonly metrics?: string;
}

/** The options of `WatchFlags`. */
export function watchOptions(): Option[] {
  return [
    new Option('--quiet', 'write nothing but errors to stderr'),
    new Option(
      '--log <form>',
      'json: a line with a time stamp for each stage, warning and end on stderr, in the place of the summary; with the optional package pino',
    ).choices(['json']),
    new Option(
      '--metrics <file>',
      "write figures of the run in Prometheus' text format, replaced in one step, also when it fails; with the optional package prom-client",
    ),
  ];
}

/** Those who watch a run. */
export interface RunWatch {
  /** Whether the run is told by lines of a log, so that nothing else goes to stderr. */
  readonly isLogged: boolean;
  readonly onProgress: RunProgress;
  readonly onStage: (timing: StageTiming) => void;
  /** Runs what is watched; its end is told before it is returned or thrown. @param configuration where it comes from, asked in the end */
  watch(run: () => Promise<RunReport>, configuration: () => unknown): Promise<RunReport>;
}

function endOf(error: unknown): RunEnd {
  const code = error instanceof SendplanError ? error.code : null;
  return code === 'held_back' || code === 'interrupted' ? code : 'failed';
}

/** A file of metrics is a page of text. */
const MOST_METRICS_BYTES = 4 * 1024 * 1024;

function misuse(file: string, reason: string): SendplanError {
  return new SendplanError('bad_input', `${file} cannot be written: ${reason}.`, {
    hint: 'Name a file of metrics, or one that is not there, in a folder that is (--metrics).',
  });
}

/** What is at a path, undefined for nothing. @throws SendplanError `bad_input` when the system does not tell */
function lookAt(path: string, file: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw misuse(file, reasonOf(error));
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw misuse(file, reasonOf(error));
  }
}

/** The metrics that a file holds, none when it is not there. @throws SendplanError `bad_input` when it is another file */
function readMetrics(file: string): string {
  const stat = lookAt(file, file);
  if (stat === undefined) return '';
  if (!stat.isFile()) throw misuse(file, 'it is no regular file');
  const text = stat.size > MOST_METRICS_BYTES ? '?' : readText(file);
  if (text !== '' && !text.startsWith('# HELP ')) throw misuse(file, 'there is a file that holds no metrics');
  return text;
}

/** Sees to it that metrics can be written, before anything is done. */
async function openMetrics(file: string, database: string) {
  const { lastSuccessOf, loadPrometheus, metricsText } = await import('../report/runMetrics.js');
  await loadPrometheus();
  const folder = dirname(file);
  if (lookAt(folder, file)?.isDirectory() !== true) throw misuse(file, `${folder} is no folder`);
  readMetrics(file);
  const { writeWholeFile } = await import('../store/file/writeWholeFile.js');
  return async (end: RunEnd, report: RunReport | null, stages: readonly StageTiming[]) => {
    const lastSuccessAt = lastSuccessOf(readMetrics(file));
    const run = { database, end, report, stages, endedAt: Date.now() / 1000, lastSuccessAt };
    await writeWholeFile(file, await metricsText(run));
  };
}

/** An error of writing metrics, when the run itself is done. */
function afterRun(error: unknown): unknown {
  if (!(error instanceof SendplanError)) return error;
  const hint = `The run itself went well. ${error.hint ?? ''}`.trim();
  return new SendplanError(error.code, error.message, { hint, cause: error });
}

/**
 * Sees to it that a run is watched as its options say. Nothing is loaded for what is not wanted.
 *
 * @throws SendplanError `package_missing` when the package for it is not installed, `bad_input` when a file cannot be written
 */
export async function watchRun(path: string, { quiet, log, metrics }: WatchFlags): Promise<RunWatch> {
  const lines = log === 'json' ? await (await import('./runLog.js')).openRunLog(path, quiet ? 'error' : 'info') : null;
  const writeMetrics = metrics === undefined ? null : await openMetrics(metrics, resolve(path));
  const bar = quiet || lines !== null ? null : await progressLine();
  const stages = new Map<Stage, StageTiming>();
  return {
    isLogged: lines !== null,
    onProgress(stage, done, total) {
      lines?.onProgress(stage, done, total);
      bar?.update(stage, done, total);
    },
    onStage(timing) {
      stages.set(timing.stage, timing);
      lines?.onStage(timing);
    },
    async watch(run, configuration) {
      let report: RunReport;
      try {
        report = await run().finally(() => bar?.stop());
      } catch (error) {
        lines?.failed(error);
        if (lines !== null) noteTold(error);
        // What went wrong first is what is told.
        await writeMetrics?.(endOf(error), null, [...stages.values()]).catch(() => {});
        throw error;
      }
      lines?.ended(report, configuration());
      await writeMetrics?.(report.outcome, report, report.stages).catch((error: unknown) => {
        throw afterRun(error);
      });
      return report;
    },
  };
}
