import type { Logger } from 'pino';
import { SendplanError } from '../errors.js';
import type { RunReport } from '../run/runReport.js';
import type { RunProgress, Stage, StageTiming } from '../run/stopwatch.js';
import { VERSION } from '../version.js';
import { writeError } from './output.js';

/** A run told line by line, each a JSON object with a time stamp. */
export interface RunLog {
  readonly onProgress: RunProgress;
  readonly onStage: (timing: StageTiming) => void;
  /** @param configuration where it comes from */
  ended(report: RunReport, configuration: unknown): void;
  failed(error: unknown): void;
}

/** What happens before anything of the file is read, back and forth; it is told when that is over. */
const OPENING: readonly Stage[] = ['open', 'compare'];

async function openLogger(level: 'info' | 'error'): Promise<Logger> {
  try {
    const { pino } = await import('pino');
    const options = {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    return pino(options, { write: writeError });
  } catch (cause) {
    throw new SendplanError('package_missing', '--log json needs the package pino, which is not installed.', {
      hint: 'Install it (npm install pino@10.4.0), or leave out --log.',
      cause,
    });
  }
}

/**
 * Opens the log of a run on stderr.
 *
 * @param level `error` tells nothing but what went wrong
 * @throws SendplanError `package_missing` without pino
 */
export async function openRunLog(path: string, level: 'info' | 'error'): Promise<RunLog> {
  const logger = await openLogger(level);
  logger.info({ database: path, version: VERSION }, 'run started');
  const ended = new Map<Stage, StageTiming>();
  const tellStages = (except: Stage | null) => {
    for (const [stage, { seconds, memoryBytes }] of ended) {
      if (stage === except) continue;
      ended.delete(stage);
      logger.info({ stage, seconds, memory_bytes: memoryBytes }, 'stage ended');
    }
  };
  return {
    onProgress(stage) {
      if (!OPENING.includes(stage)) tellStages(stage);
    },
    onStage: (timing) => ended.set(timing.stage, timing),
    ended(report, configuration) {
      tellStages(null);
      for (const warning of report.warnings) logger.warn({ run_id: report.run_id }, warning);
      const { run_id, as_of, outcome, changes, rows, issues, missed, seconds, memory } = report;
      logger.info(
        {
          ...{ run_id, as_of, outcome, repeats: report.repeats, changes, issues, missed: missed.rows, seconds },
          ...{ pre_scheduled: rows.pre_scheduled, skipped: rows.skipped, memory, configuration },
        },
        'run ended',
      );
    },
    failed(error) {
      tellStages(null);
      const { code, hint } =
        error instanceof SendplanError
          ? error
          : ({ code: 'unexpected', hint: 'SENDPLAN_DEBUG=1 shows where.' } as const);
      logger.error({ code, hint }, error instanceof Error ? error.message : String(error));
    },
  };
}
