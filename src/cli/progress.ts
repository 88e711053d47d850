import type { SingleBar } from 'cli-progress';

/** A progress line on stderr. */
export interface ProgressLine {
  /** @param stage what is being done, a word; @param total null when it is not known */
  readonly update: (stage: string, done: number, total: number | null) => void;
  /** Takes the line away. */
  stop(): void;
}

const QUIET: ProgressLine = { update: () => {}, stop: () => {} };

/** A bar on stderr that is not drawn yet; null, and nothing is loaded for it, when stderr is no terminal. */
export async function terminalBar(format: string): Promise<SingleBar | null> {
  if (!process.stderr.isTTY) return null;
  const { default: cliProgress } = await import('cli-progress');
  return new cliProgress.SingleBar({
    format,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    // Work keeps the event loop busy, so that a timer would not get to draw.
    synchronousUpdate: true,
  });
}

/** Shows which stage a run is in and how far it has come; nothing when stderr is no terminal. */
export async function progressLine(): Promise<ProgressLine> {
  const bar = await terminalBar('{stage} [{bar}] {value}{of}');
  if (bar === null) return QUIET;
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
