import type { PageSource } from '../format/pageSource.js';
import type { SqlValue } from '../format/sqlValue.js';
import type { Connection, PreparedStatement } from './connection.js';

/** What one statement of a run cost, all its executions together. */
export interface StatementCost {
  readonly sql: string;
  readonly count: number;
  readonly milliseconds: number;
  readonly slowestMilliseconds: number;
  /** SQLite's plan for it, a line each; empty for statements that SQLite does not explain. */
  readonly plan: readonly string[];
  /** A sentence about a plan that reads a whole big table to find a few rows, else null. */
  readonly warning: string | null;
}

interface Cost {
  count: number;
  milliseconds: number;
  slowestMilliseconds: number;
  plan: readonly string[];
}

/** A table with more rows than this is big. */
const BIG_TABLE_ROWS = 10_000;

/** Counts, times and explains every statement that is run on another connection. */
export class ObservedConnection implements Connection {
  readonly #connection: Connection;
  readonly #costs = new Map<string, Cost>();
  readonly #bigTables = new Map<string, boolean>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  execute(sql: string): void {
    this.#timed(sql, () => this.#connection.execute(sql));
  }

  *query(sql: string, values?: readonly SqlValue[]): Generator<SqlValue[]> {
    this.#costOf(sql);
    let milliseconds = 0;
    let startMs = performance.now();
    const rows = this.#connection.query(sql, values)[Symbol.iterator]();
    try {
      for (;;) {
        const next = rows.next();
        milliseconds += performance.now() - startMs;
        if (next.done) return;
        yield next.value;
        startMs = performance.now();
      }
    } finally {
      rows.return?.();
      this.#add(sql, milliseconds);
    }
  }

  prepare(sql: string): PreparedStatement {
    this.#costOf(sql);
    const statement = this.#connection.prepare(sql);
    return {
      run: (values) => this.#timed(sql, () => statement.run(values)),
      close: () => statement.close(),
    };
  }

  changes(): number {
    return this.#connection.changes();
  }

  pages(): PageSource | null {
    return this.#connection.pages?.() ?? null;
  }

  schemaOnly(): Connection | null {
    return this.#connection.schemaOnly?.() ?? null;
  }

  close(): void {
    this.#connection.close();
  }

  /** What every statement cost, the most expensive first. */
  costs(): StatementCost[] {
    return [...this.#costs]
      .map(([sql, cost]) => ({ sql, ...cost, warning: this.#warning(sql, cost.plan) }))
      .sort((a, b) => b.milliseconds - a.milliseconds);
  }

  #timed<Result>(sql: string, work: () => Result): Result {
    this.#costOf(sql);
    const startMs = performance.now();
    try {
      return work();
    } finally {
      this.#add(sql, performance.now() - startMs);
    }
  }

  #costOf(sql: string): Cost {
    let cost = this.#costs.get(sql);
    if (cost === undefined) {
      cost = { count: 0, milliseconds: 0, slowestMilliseconds: 0, plan: this.#explain(sql) };
      this.#costs.set(sql, cost);
    }
    return cost;
  }

  #add(sql: string, milliseconds: number): void {
    const cost = this.#costOf(sql);
    cost.count++;
    cost.milliseconds += milliseconds;
    cost.slowestMilliseconds = Math.max(cost.slowestMilliseconds, milliseconds);
  }

  #explain(sql: string): string[] {
    if (!/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(sql)) return [];
    try {
      return Array.from(this.#connection.query(`EXPLAIN QUERY PLAN ${sql}`), (row) => String(row[3]));
    } catch {
      // What cannot be explained fails by itself, with a better message.
      return [];
    }
  }

  /** A statement without WHERE reads a whole table on purpose; one with WHERE should not have to. */
  #warning(sql: string, plan: readonly string[]): string | null {
    if (!/\bWHERE\b/i.test(sql)) return null;
    for (const line of plan) {
      const table = /^SCAN (\w+)/.exec(line)?.[1];
      if (table !== undefined && !/USING (COVERING )?INDEX/.test(line) && this.#isBig(table)) {
        return `reads all of "${table}" to find a few rows`;
      }
    }
    return null;
  }

  #isBig(table: string): boolean {
    let isBig = this.#bigTables.get(table);
    if (isBig === undefined) {
      isBig = false;
      try {
        const sql = `SELECT count(*) FROM (SELECT 1 FROM "${table}" LIMIT ${BIG_TABLE_ROWS + 1})`;
        for (const [count] of this.#connection.query(sql)) isBig = Number(count) > BIG_TABLE_ROWS;
      } catch {
        // A plan can name what is no table, such as a list of constants.
      }
      this.#bigTables.set(table, isBig);
    }
    return isBig;
  }
}
