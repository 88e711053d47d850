import { parseIsoDay } from '../../calendar/iso.js';
import type { ExportFormat } from '../../export/formats.js';
import type { DayRange } from '../../report/charts/volumeLayers.js';
import { type ConfigInput, checkConfig } from '../../rules/config.js';
import type { ContactMapping } from '../protocol/contactColumns.js';
import type {
  Calls,
  EmailFilter,
  GenerateRequest,
  QueryRequest,
  QueryResult,
  SimulateRequest,
  TableDescription,
} from '../protocol/protocol.js';
import { lonelyLogFailure, sortChosen } from './chosenFiles.js';
import { Jobs } from './jobs.js';
import { ownSettings } from './ownSettings.js';
import { rememberSettings } from './remembered.js';
import { forgetSession } from './session.js';
import {
  ALL_EMAILS,
  type ChosenDatabase,
  type Draft,
  type OfferedFile,
  type Sight,
  type Store,
  type View,
} from './state.js';
import { CallError, WorkerClient } from './workerClient.js';

/** How many runs of a visit can be compared. */
const MOST_RUNS = 8;

/** How many databases of a visit can be gone back to. */
const MOST_FILES = 8;

/** What people do on the page: every action changes the store, most of them by asking a worker. */
export class Actions {
  readonly #store: Store;
  /** Holds the plan of the last run. */
  #planner: WorkerClient | null = null;
  /** Holds the result of the last run, open for SQL. */
  #queries: { readonly worker: WorkerClient; readonly tables: readonly TableDescription[] } | null = null;

  /** Settings that were taken from a database, and those that were there before. */
  #takenDraft: Draft | null = null;
  #draftBefore: Draft = {};
  /** Ends when the chosen database has been looked at. */
  #looking: Promise<void> = Promise.resolve();
  readonly #jobs: Jobs;

  constructor(store: Store) {
    this.#store = store;
    this.#jobs = new Jobs(store);
  }

  /** Opens files that were chosen; of several, and where another one is open, only what somebody says yes to. */
  offer(files: readonly File[], by: 'choice' | 'drop'): void {
    const { databases, lonelyLog, failure } = sortChosen(files);
    const { database: open } = this.#store.state;
    if (failure !== null) {
      this.#store.set({ failure, offered: [] });
      return;
    }
    if (lonelyLog !== null) {
      // A copy whose contacts were mapped has pages of its own, over which the log must not go.
      const isAsOnDisk = open !== null && open.made === null && open.mapping === null;
      const isItsOwn = databases.length === 0 && isAsOnDisk && lonelyLog.name === `${open.name}-wal`;
      if (open !== null && isItsOwn) void this.open({ name: open.name, file: open.file, log: lonelyLog });
      else this.#store.set({ failure: lonelyLogFailure(lonelyLog, open?.name ?? null), offered: [] });
      return;
    }
    const offered = databases.map(({ database, log }) => ({ name: database.name, file: database, log }));
    if (offered.length === 1 && (by === 'choice' || open === null)) void this.open(offered[0]);
    else this.#store.set({ offered });
  }

  /** Opens a file with what is in the log beside it. */
  async open({ name, file, log }: OfferedFile): Promise<void> {
    if (log === null) {
      this.choose({ name, file, made: null, log: null, mapping: null });
      return;
    }
    this.#store.state.job?.cancel();
    const worker = new WorkerClient();
    const given = { database: file, name, log, logName: log.name };
    const cancel = () => worker.end();
    const title = 'Reading the log';
    const merged = await this.#jobs.do({ title, worker, call: 'mergeLog', given, cancel, failures: 'told' });
    worker.end();
    if (merged === null) return;
    const { database, ...rest } = merged;
    this.choose({ name, file: database, made: null, log: rest, mapping: null });
  }

  /** Leaves the files that were offered. */
  refuseOffer(): void {
    this.#store.set({ offered: [] });
  }

  /** Opens a file, in the place of the one that was; the plan stays until the next one. */
  choose(database: ChosenDatabase): void {
    const { job, draft } = this.#store.state;
    job?.cancel();
    // Settings that came with the last file do not go over to the next.
    const own = draft === this.#takenDraft ? this.#draftBefore : draft;
    this.#takenDraft = null;
    const files = [...this.#store.state.files.filter(({ name }) => name !== database.name), database].slice(
      -MOST_FILES,
    );
    this.#store.set({
      database,
      files,
      draft: own,
      isWal: false,
      kept: null,
      contacts: null,
      offered: [],
      failure: null,
    });
    this.#looking = this.#look(database);
  }

  /** Reads the contacts of the open database from the table and columns that somebody named: of a copy that tells of them. */
  async mapContacts(mapping: ContactMapping): Promise<void> {
    const { database } = this.#store.state;
    if (database === null) return;
    const worker = new WorkerClient();
    const given = { database: database.file, mapping };
    const cancel = () => worker.end();
    const title = 'Naming columns';
    const file = await this.#jobs.do({ title, worker, call: 'mapContacts', given, cancel, failures: 'told' });
    worker.end();
    if (file !== null && this.#store.state.database === database) this.choose({ ...database, file, mapping });
  }

  /** Reads the contacts by the names that they have. */
  leaveMapping(): void {
    this.#store.set({ contacts: null });
  }

  /** Takes the settings that the last run of the open database kept. */
  takeKept(): void {
    const { kept, draft } = this.#store.state;
    if (kept?.settings == null) return;
    if (draft !== this.#takenDraft) this.#draftBefore = draft;
    this.#takenDraft = kept.settings;
    this.#store.set({ draft: kept.settings });
  }

  /** Sets day and settings to those of the plan that is shown. */
  matchPlan(): void {
    const { current } = this.#store.state;
    if (current === null) return;
    const { database, result, config } = current;
    if (this.#store.state.database !== database) this.choose(database);
    this.#store.set({ asOf: result.report.as_of, draft: (config ?? {}) as Draft });
  }

  /** Makes a database up and opens it. */
  async generate(request: GenerateRequest): Promise<void> {
    const worker = new WorkerClient();
    const cancel = () => worker.end();
    const title = 'Making up a database';
    const made = await this.#jobs.do({ title, worker, call: 'generate', given: request, cancel, failures: 'told' });
    worker.end();
    if (made === null) return;
    this.choose({
      name: `${request.shape}-${request.contacts}.sqlite3`,
      file: made.database,
      made: request,
      log: null,
      mapping: null,
    });
  }

  /** Plans the open database in a worker of its own, which takes the place of the last run's when it succeeds. */
  async run(): Promise<void> {
    await this.#looking;
    const { database, asOf, draft, isYamlWrong } = this.#store.state;
    if (database === null || isYamlWrong || checkConfig(draft).length > 0) return;
    const config = draft as ConfigInput;
    const worker = new WorkerClient();
    const given = { database: database.file, name: database.name, asOf, config };
    const cancel = () => worker.end();
    const result = await this.#jobs.do({ title: 'Planning', worker, call: 'run', given, cancel, failures: 'told' });
    if (result === null) {
      worker.end();
      return;
    }
    this.#endWorkers();
    this.#planner = worker;
    const { runs, view, awaited } = this.#store.state;
    const number = (runs.at(-1)?.number ?? 0) + 1;
    const current = { number, name: '', database, databaseName: database.name, config, result };
    const isComparing = runs.length > 0 && view === 'compare';
    const sight: Sight = {
      view: isComparing ? 'compare' : 'plan',
      day: null,
      contact: null,
      filter: ALL_EMAILS,
      range: null,
    };
    this.#store.set({
      current,
      runs: [...runs, current].slice(-MOST_RUNS),
      isSaved: false,
      awaited: null,
      found: null,
      explanation: null,
      ...(awaited?.sight ?? sight),
    });
    if (awaited?.sight.contact != null) await this.#explain(awaited.sight.contact);
  }

  /** Shows what an address tells of; what the plan is needed for waits for it. */
  async see(sight: Sight): Promise<void> {
    const { explanation, current } = this.#store.state;
    if (current === null) {
      this.#store.set({ view: sight.view });
      return;
    }
    const isExplained = sight.contact === null || explanation?.contact_id === sight.contact;
    this.#store.set({ ...sight, explanation: isExplained && sight.contact !== null ? explanation : null });
    if (!isExplained && sight.contact !== null) await this.#explain(sight.contact);
  }

  /** Says what stands in the field of YAML is right and taken over, or not. */
  setYamlWrong(isYamlWrong: boolean): void {
    if (isYamlWrong !== this.#store.state.isYamlWrong) this.#store.set({ isYamlWrong });
  }

  /** Notes that the result was handed to the browser as a file. */
  noteSaved(): void {
    this.#store.set({ isSaved: true });
  }

  /** Gives a run a name. */
  nameRun(number: number, name: string): void {
    const { runs, current } = this.#store.state;
    const named = runs.map((run) => (run.number === number ? { ...run, name: name.trim() } : run));
    const isCurrent = current?.number === number;
    this.#store.set({ runs: named, ...(isCurrent ? { current: { ...current, name: name.trim() } } : {}) });
  }

  /** Keeps the open database and what is looked at in this browser, or forgets them. */
  async setSessionMemory(isKept: boolean): Promise<void> {
    this.#store.set({ sessionMemory: isKept ? 'on' : 'off' });
    if (!isKept) await forgetSession();
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

  show(view: View): void {
    this.#store.set({ view, awaited: null });
  }

  /** Shows the emails of a day, or of all days, by the filter that is set. */
  showDay(day: number | null): void {
    this.#store.set({ day, view: 'day' });
  }

  /** Shows the emails of a day, or of all days, that a filter takes; what it does not name, it takes whatever it is. */
  showEmails(day: number | null, filter: Partial<EmailFilter>): void {
    this.#store.set({ day, filter: { ...ALL_EMAILS, ...filter }, view: 'day' });
  }

  /** Sets the days that charts show; null for all. */
  setRange(range: DayRange | null): void {
    this.#store.set({ range });
  }

  setFilter(filter: EmailFilter): void {
    this.#store.set({ filter });
  }

  /** Asks for planned emails; null when there is no plan. */
  async listEmails(request: Calls['listEmails']['given']): Promise<Calls['listEmails']['back'] | null> {
    return this.#planner?.call('listEmails', request) ?? null;
  }

  /** Planned emails with whom they go to as CSV; null as for `writeDatabase`. */
  async exportEmails(given: Calls['exportEmails']['given']): Promise<Blob | null> {
    const worker = this.#planner;
    if (worker === null) return null;
    const [title, cancel] = ['Writing the list', () => worker.stop()];
    return this.#jobs.do({ title, worker, call: 'exportEmails', given, cancel, failures: 'told' });
  }

  /** Looks for contacts; explains the one whose id was given, or the only one there is. */
  async findContacts(text: string): Promise<void> {
    const planner = this.#planner;
    if (planner === null) return;
    await this.#jobs.report(async () => {
      const found = await planner.call('findContacts', { text });
      this.#store.set({ found, explanation: null, contact: null });
      const meant = found.contacts.find(({ id }) => String(id) === text.trim());
      const only = found.contacts.length === 1 ? found.contacts[0] : undefined;
      const contact = meant ?? only;
      if (contact !== undefined) await this.explain(contact.id);
    });
  }

  /** Explains a contact and shows the explanation. */
  async explain(contactId: number): Promise<void> {
    this.#store.set({ view: 'contact' });
    await this.#explain(contactId);
  }

  /** The database with the result in it; null when it was cancelled or failed, which the state tells. */
  async writeDatabase(): Promise<Blob | null> {
    const worker = this.#planner;
    if (worker === null) return null;
    const [title, cancel] = ['Writing the database', () => worker.stop()];
    return this.#jobs.do({ title, worker, call: 'writeDatabase', given: null, cancel, failures: 'told' });
  }

  /** The planned rows as a file; null as for `writeDatabase`. */
  async exportRows(format: ExportFormat): Promise<Blob | null> {
    const worker = this.#planner;
    if (worker === null) return null;
    const [title, cancel] = ['Writing the file', () => worker.stop()];
    return this.#jobs.do({ title, worker, call: 'exportRows', given: { format }, cancel, failures: 'told' });
  }

  /** Opens the result for SQL; null as for `writeDatabase`. */
  async openResult(): Promise<readonly TableDescription[] | null> {
    if (this.#queries !== null) return this.#queries.tables;
    const database = await this.writeDatabase();
    if (database === null) return null;
    const worker = new WorkerClient();
    const [title, cancel] = ['Opening the result', () => worker.end()];
    const given = { database };
    const tables = await this.#jobs.do({ title, worker, call: 'openResult', given, cancel, failures: 'told' });
    if (tables === null) worker.end();
    else this.#queries = { worker, tables };
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
    if ((await this.openResult()) === null || this.#queries === null) return null;
    const { worker } = this.#queries;
    const cancel = () => {
      worker.end();
      this.#queries = null;
    };
    return this.#jobs.do({ title, worker, call, given, cancel, failures: 'thrown' });
  }

  /** Lives through days in a worker of its own; the state has every day as soon as it is over. */
  async simulate(settings: Omit<SimulateRequest, 'database' | 'name' | 'config'>): Promise<void> {
    await this.#looking;
    const { database, draft, isYamlWrong } = this.#store.state;
    const [first, last] = [parseIsoDay(settings.from), parseIsoDay(settings.to)];
    if (database === null || isYamlWrong || checkConfig(draft).length > 0 || first === null || last === null) return;
    const worker = new WorkerClient();
    const config = draft as ConfigInput;
    const given = { ...settings, database: database.file, name: database.name, config };
    const days = { startDay: first, endDay: last + 1, days: [], result: null };
    this.#store.set({ simulation: { ...days, database, config } });
    const [title, cancel] = ['Living through the days', () => worker.end()];
    const result = await this.#jobs.do({ title, worker, call: 'simulate', given, cancel, failures: 'told' });
    worker.end();
    const { simulation } = this.#store.state;
    if (simulation !== null) this.#store.set({ simulation: { ...simulation, result } });
  }

  dismissFailure(): void {
    this.#store.set({ failure: null });
  }

  async #explain(contactId: number): Promise<void> {
    const planner = this.#planner;
    if (planner === null) return;
    await this.#jobs.report(async () => {
      this.#store.set({ contact: contactId });
      const explanation = await planner.call('explain', { contactId });
      if (this.#store.state.contact === contactId) this.#store.set({ explanation });
    });
  }

  /** Looks at a database that was chosen; what is wrong with the file is told when it is planned. */
  async #look(database: ChosenDatabase): Promise<void> {
    const worker = new WorkerClient();
    const draftBefore = this.#store.state.draft;
    try {
      const { isWal, config, configProblem, contacts } = await worker.call('look', {
        database: database.file,
        name: database.name,
      });
      if (this.#store.state.database !== database) return;
      const settings = config === null ? null : ownSettings(config);
      const kept = settings === null && configProblem === null ? null : { settings, problem: configProblem };
      this.#store.set({ isWal, kept, contacts });
      const isUntouched = this.#store.state.draft === draftBefore && Object.keys(draftBefore).length === 0;
      if (isUntouched) this.takeKept();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
    } finally {
      worker.end();
    }
  }

  #endWorkers(): void {
    this.#planner?.end();
    this.#queries?.worker.end();
    this.#planner = null;
    this.#queries = null;
  }
}
