import type { Calls, QueryRequest, QueryResult, TableDescription } from '../protocol/protocol.js';
import type { Jobs } from './jobs.js';
import { WorkerClient } from './workerClient.js';

/** Questions in SQL to the result of the last run, which a worker of their own holds open. */
export class QueryActions {
  readonly #jobs: Jobs;
  readonly #write: () => Promise<Blob | null>;
  #opened: { readonly worker: WorkerClient; readonly tables: readonly TableDescription[] } | null = null;

  /** @param write gives the result as a database; null when that was cancelled or failed, which the state tells */
  constructor(jobs: Jobs, write: () => Promise<Blob | null>) {
    this.#jobs = jobs;
    this.#write = write;
  }

  /** Opens the result for SQL; null as for `writeDatabase`. */
  async openResult(): Promise<readonly TableDescription[] | null> {
    if (this.#opened !== null) return this.#opened.tables;
    const database = await this.#write();
    if (database === null) return null;
    const worker = new WorkerClient();
    const [title, cancel] = ['Opening the result', () => worker.end()];
    const given = { database };
    const tables = await this.#jobs.do({ title, worker, call: 'openResult', given, cancel, failures: 'told' });
    if (tables === null) worker.end();
    else this.#opened = { worker, tables };
    return tables;
  }

  /** Runs SQL on the result; null as for `writeDatabase`. @throws CallError with what SQLite says */
  async query(request: QueryRequest): Promise<QueryResult | null> {
    return this.#ask('query', 'Running SQL', request);
  }

  /** All rows of a query as CSV; null as for `writeDatabase`. @throws CallError with what SQLite says */
  async exportQuery(request: QueryRequest): Promise<Blob | null> {
    return this.#ask('exportQuery', 'Writing the file', request);
  }

  /** Asks the open result, which is opened for that; cancelling ends its worker. */
  async #ask<Name extends 'query' | 'exportQuery'>(
    call: Name,
    title: string,
    given: Calls[Name]['given'],
  ): Promise<Calls[Name]['back'] | null> {
    if ((await this.openResult()) === null || this.#opened === null) return null;
    const { worker } = this.#opened;
    const cancel = () => {
      worker.end();
      this.#opened = null;
    };
    return this.#jobs.do({ title, worker, call, given, cancel, failures: 'thrown' });
  }

  /** Lets go of the result, in whose place another one comes. */
  close(): void {
    this.#opened?.worker.end();
    this.#opened = null;
  }
}
