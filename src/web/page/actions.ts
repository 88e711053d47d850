import { parseIsoDay } from '../../calendar/iso.js';
import type { ExportFormat } from '../../export/formats.js';
import { type ConfigInput, checkConfig } from '../../rules/config.js';
import type {
  CallName,
  Calls,
  GenerateRequest,
  Progress,
  QueryResult,
  SimulateRequest,
  TableDescription,
} from '../protocol/protocol.js';
import { rememberSettings } from './remembered.js';
import type { ChosenDatabase, Draft, PageState, Store } from './state.js';
import { CallError, WorkerClient } from './workerClient.js';

/** How many runs of a visit can be compared. */
const MOST_RUNS = 8;

/** What people do on the page: every action changes the store, most of them by asking a worker. */
export class Actions {
  readonly #store: Store;
  /** Holds the plan of the last run. */
  #planner: WorkerClient | null = null;
  /** Holds the result of the last run, open for SQL. */
  #queries: { readonly worker: WorkerClient; readonly tables: readonly TableDescription[] } | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Opens a file, in the place of whatever was being done; it is looked at when it is planned. */
  choose(database: ChosenDatabase): void {
    this.#store.state.job?.cancel();
    this.#forgetResult();
    this.#store.set({ database, failure: null });
  }

  /** Makes a database up and opens it. */
  async generate(request: GenerateRequest): Promise<void> {
    const worker = new WorkerClient();
    const made = await this.#during('Making up a database', worker, 'generate', request, () => worker.end());
    worker.end();
    if (made === null) return;
    const name = `${request.shape}-${request.contacts}.sqlite3`;
    this.choose({ name, file: made.database, isGenerated: true });
  }

  /** Plans the open database in a worker of its own, which takes the place of the last run's when it succeeds. */
  async run(): Promise<void> {
    const { database, asOf, draft } = this.#store.state;
    if (database === null || checkConfig(draft).length > 0) return;
    const config = draft as ConfigInput;
    const worker = new WorkerClient();
    const given = { database: database.file, name: database.name, asOf, config };
    const result = await this.#during('Planning', worker, 'run', given, () => worker.end());
    if (result === null) {
      worker.end();
      return;
    }
    this.#endWorkers();
    this.#planner = worker;
    const { runs, view } = this.#store.state;
    const current = { number: (runs.at(-1)?.number ?? 0) + 1, databaseName: database.name, config, result };
    const isComparing = runs.length > 0 && view === 'compare';
    this.#store.set({
      current,
      runs: [...runs, current].slice(-MOST_RUNS),
      view: isComparing ? 'compare' : 'plan',
      day: null,
      found: null,
      explanation: null,
    });
  }

  setAsOf(asOf: string): void {
    this.#store.set({ asOf });
  }

  setDraft(draft: Draft): void {
    this.#store.set({ draft });
    if (this.#store.state.isRemembering) rememberSettings(draft);
  }

  setRemembering(isRemembering: boolean): void {
    this.#store.set({ isRemembering });
    rememberSettings(isRemembering ? this.#store.state.draft : null);
  }

  show(view: PageState['view']): void {
    this.#store.set({ view });
  }

  showDay(day: number): void {
    this.#store.set({ day, view: 'day' });
  }

  /** Asks for the planned emails of a day; null when there is no plan. */
  async emailsOfDay(request: Calls['emailsOfDay']['given']): Promise<Calls['emailsOfDay']['back'] | null> {
    return this.#planner?.call('emailsOfDay', request) ?? null;
  }

  /** Looks for contacts; when there is only one, explains it. */
  async findContacts(text: string): Promise<void> {
    const planner = this.#planner;
    if (planner === null) return;
    await this.#reporting(async () => {
      const found = await planner.call('findContacts', { text });
      this.#store.set({ found, explanation: null });
      if (found.contacts.length === 1) await this.explain(found.contacts[0].id);
    });
  }

  /** Explains a contact and shows the explanation. */
  async explain(contactId: number): Promise<void> {
    const planner = this.#planner;
    if (planner === null) return;
    await this.#reporting(async () => {
      const explanation = await planner.call('explain', { contactId });
      this.#store.set({ explanation, view: 'contact' });
    });
  }

  /** The database with the result in it; null when it was cancelled or failed, which the state tells. */
  async writeDatabase(): Promise<Blob | null> {
    const planner = this.#planner;
    return planner && this.#during('Writing the database', planner, 'writeDatabase', null, () => planner.stop());
  }

  /** The planned rows as a file; null as for `writeDatabase`. */
  async exportRows(format: ExportFormat): Promise<Blob | null> {
    const planner = this.#planner;
    return planner && this.#during('Writing the file', planner, 'exportRows', { format }, () => planner.stop());
  }

  /** Opens the result for SQL; null as for `writeDatabase`. */
  async openResult(): Promise<readonly TableDescription[] | null> {
    if (this.#queries !== null) return this.#queries.tables;
    const database = await this.writeDatabase();
    if (database === null) return null;
    const worker = new WorkerClient();
    const cancel = () => worker.end();
    const tables = await this.#during('Opening the result', worker, 'openResult', { database }, cancel);
    if (tables === null) worker.end();
    else this.#queries = { worker, tables };
    return tables;
  }

  /** Runs SQL on the result; null as for `writeDatabase`. @throws CallError with what SQLite says */
  async query(sql: string): Promise<QueryResult | null> {
    if ((await this.openResult()) === null || this.#queries === null) return null;
    const { worker } = this.#queries;
    const cancel = () => {
      worker.end();
      this.#queries = null;
    };
    return this.#during('Running SQL', worker, 'query', { sql }, cancel, true);
  }

  /** Lives through days in a worker of its own; the state has every day as soon as it is over. */
  async simulate(settings: Omit<SimulateRequest, 'database' | 'name' | 'config'>): Promise<void> {
    const { database, draft } = this.#store.state;
    const [first, last] = [parseIsoDay(settings.from), parseIsoDay(settings.to)];
    if (database === null || checkConfig(draft).length > 0 || first === null || last === null) return;
    const worker = new WorkerClient();
    const given = { ...settings, database: database.file, name: database.name, config: draft as ConfigInput };
    this.#store.set({ simulation: { startDay: first, endDay: last + 1, days: [], result: null } });
    const result = await this.#during('Living through the days', worker, 'simulate', given, () => worker.end());
    worker.end();
    const { simulation } = this.#store.state;
    if (simulation !== null) this.#store.set({ simulation: { ...simulation, result } });
  }

  dismissFailure(): void {
    this.#store.set({ failure: null });
  }

  #forgetResult(): void {
    this.#endWorkers();
    this.#store.set({ current: null, day: null, found: null, explanation: null, simulation: null });
  }

  #endWorkers(): void {
    this.#planner?.end();
    this.#queries?.worker.end();
    this.#planner = null;
    this.#queries = null;
  }

  async #reporting(work: () => Promise<void>): Promise<void> {
    try {
      this.#store.set({ failure: null });
      await work();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!error.isCancelled) this.#store.set({ failure: error });
    }
  }

  /** Shows a request as the job under way; null when it failed, which the state then tells. */
  async #during<Name extends CallName>(
    title: string,
    worker: WorkerClient,
    call: Name,
    given: Calls[Name]['given'],
    cancel: () => void,
    isThrowing = false,
  ): Promise<Calls[Name]['back'] | null> {
    if (this.#store.state.job !== null) return null;
    const job = { title, progress: null, stageStartMs: performance.now(), stagesDone: [], cancel };
    this.#store.set({ job, failure: null });
    try {
      return await worker.call(call, given, (progress) => this.#note(progress));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (isThrowing && !error.isCancelled) throw error;
      this.#store.set({ failure: error });
      return null;
    } finally {
      this.#store.set({ job: null });
    }
  }

  #note(progress: Progress): void {
    const { job, simulation } = this.#store.state;
    if (job === null) return;
    if (progress.days !== undefined && simulation !== null) {
      this.#store.set({ simulation: { ...simulation, days: [...simulation.days, ...progress.days] } });
    }
    const before = job.progress?.stage;
    const isNext = before !== progress.stage;
    this.#store.set({
      job: {
        ...job,
        progress,
        stageStartMs: isNext ? performance.now() : job.stageStartMs,
        stagesDone: isNext && before !== undefined ? [...job.stagesDone, before] : job.stagesDone,
      },
    });
  }
}
