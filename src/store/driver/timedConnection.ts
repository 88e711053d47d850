import type { SqlValue } from '../format/sqlValue.js';
import type { Connection } from './connection.js';

/** What the runs of one statement took. */
export interface StatementTiming {
  readonly sql: string;
  readonly count: number;
  readonly milliseconds: number;
}

/** Runs statements on a connection that it does not own, and counts and times each text. */
export class TimedConnection {
  readonly #timings = new Map<string, { sql: string; count: number; milliseconds: number }>();

  constructor(readonly connection: Connection) {}

  /** Calls `run` and books its time to `sql`. */
  timed<Result>(sql: string, run: () => Result): Result {
    const start = performance.now();
    try {
      return run();
    } finally {
      let timing = this.#timings.get(sql);
      if (timing === undefined) {
        timing = { sql, count: 0, milliseconds: 0 };
        this.#timings.set(sql, timing);
      }
      timing.count++;
      timing.milliseconds += performance.now() - start;
    }
  }

  /** Runs statements without parameters. */
  execute(sql: string): void {
    this.timed(sql, () => this.connection.execute(sql));
  }

  /** The first column of the first row, or null when there is no row. */
  value(sql: string, values: readonly SqlValue[] = []): SqlValue {
    return this.timed(sql, () => {
      for (const [value] of this.connection.query(sql, values)) return value;
      return null;
    });
  }

  /** Every statement that was run, in the order of their first runs. */
  statements(): StatementTiming[] {
    return [...this.#timings.values()];
  }
}
