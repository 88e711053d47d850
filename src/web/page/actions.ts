import { parseIsoDay } from '../../calendar/iso.js';
import type { ExportFormat } from '../../export/formats.js';
import type { DayRange } from '../../report/charts/volumeLayers.js';
import { type ConfigInput, checkConfig } from '../../rules/config.js';
import type { CallName, Calls, EmailFilter, SimulateRequest } from '../protocol/protocol.js';
import { DatabaseActions } from './databaseActions.js';
import { Jobs } from './jobs.js';
import { QueryActions } from './queryActions.js';
import { rememberSettings } from './remembered.js';
import { forgetSession } from './session.js';
import { ALL_EMAILS, type Draft, type Sight, type Store, type View } from './state.js';
import { WorkerClient } from './workerClient.js';

/** How many runs of a visit can be compared. */
const MOST_RUNS = 8;

/** What people do on the page: every action changes the store, most of them by asking a worker. */
export class Actions {
  readonly #store: Store;
  /** Holds the plan of the last run. */
  #planner: WorkerClient | null = null;
  /** Holds the days of the last simulation. */
  #simulator: WorkerClient | null = null;
  readonly #jobs: Jobs;
  readonly databases: DatabaseActions;
  readonly queries: QueryActions;

  constructor(store: Store) {
    this.#store = store;
    this.#jobs = new Jobs(store);
    this.databases = new DatabaseActions(store, this.#jobs);
    this.queries = new QueryActions(this.#jobs, () => this.writeDatabase());
  }

  /** Sets day and settings to those of the plan that is shown. */
  matchPlan(): void {
    const { current } = this.#store.state;
    if (current === null) return;
    const { database, result, config } = current;
    if (this.#store.state.database !== database) this.databases.choose(database);
    this.#store.set({ asOf: result.report.as_of, draft: (config ?? {}) as Draft });
  }

  /** Plans the open database in a worker of its own, which takes the place of the last run's when it succeeds. */
  async run(): Promise<void> {
    const { awaited: atStart } = this.#store.state;
    await this.databases.looked;
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
      // Who looks elsewhere meanwhile than what was awaited stays there.
      ...(awaited?.sight ?? (atStart === null ? sight : {})),
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
    return this.#write('Writing the list', this.#planner, 'exportEmails', given);
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
    return this.#write('Writing the database', this.#planner, 'writeDatabase', null);
  }

  /** The planned rows as a file; null as for `writeDatabase`. */
  async exportRows(format: ExportFormat): Promise<Blob | null> {
    return this.#write('Writing the file', this.#planner, 'exportRows', { format });
  }

  /** Lives through days in a worker of its own; the state has every day as soon as it is over. */
  async simulate(settings: Omit<SimulateRequest, 'database' | 'name' | 'config'>): Promise<void> {
    await this.databases.looked;
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
    this.#simulator?.end();
    this.#simulator = result === null ? null : worker;
    if (result === null) worker.end();
    const { simulation } = this.#store.state;
    if (simulation !== null) this.#store.set({ simulation: { ...simulation, result } });
  }

  /** Emails of a day that was lived through; null when none is over. @throws CallError when they cannot be had */
  async listSimulated(given: Calls['listSimulated']['given']): Promise<Calls['listSimulated']['back'] | null> {
    return this.#simulator?.call('listSimulated', given) ?? null;
  }

  /** Emails of a day that was lived through as CSV; null as for `writeDatabase`. */
  async exportSimulated(given: Calls['exportSimulated']['given']): Promise<Blob | null> {
    return this.#write('Writing the list', this.#simulator, 'exportSimulated', given);
  }

  dismissFailure(): void {
    this.#store.set({ failure: null });
  }

  /** Lets a worker write something, which can be stopped; null when there is no worker, or nothing came of it. */
  async #write<Name extends CallName>(
    title: string,
    worker: WorkerClient | null,
    call: Name,
    given: Calls[Name]['given'],
  ): Promise<Calls[Name]['back'] | null> {
    if (worker === null) return null;
    return this.#jobs.do({ title, worker, call, given, cancel: () => worker.stop(), failures: 'told' });
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

  #endWorkers(): void {
    this.#planner?.end();
    this.#planner = null;
    this.queries.close();
  }
}
