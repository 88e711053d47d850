import cliProgress from 'cli-progress';
import type { RunProgress } from '../report/stopwatch.js';

/** A progress line on stderr. */
export interface ProgressLine {
  readonly update: RunProgress;
  /** Takes the line away. */
  stop(): void;
}

const QUIET: ProgressLine = { update: () => {}, stop: () => {} };

/** Shows which stage a run is in and how far it has come; nothing when stderr is no terminal. */
export function progressLine(): ProgressLine {
  if (!process.stderr.isTTY) return QUIET;
  const bar = new cliProgress.SingleBar({
    format: '{stage} [{bar}] {value}{of}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    // Stages keep the event loop busy, so that a timer would not get to draw.
    synchronousUpdate: true,
  });
  let shown = '';
  return {
    update: (stage, done, total) => {
      const payload = { stage: stage.padEnd(8), of: total === null ? ' rows' : `/${total}` };
      if (shown !== stage) {
        if (shown === '') bar.start(total ?? 0, done, payload);
        shown = stage;
      }
      bar.setTotal(total ?? Math.max(1, done));
      bar.update(done, payload);
    },
    stop: () => bar.stop(),
  };
}
