import type { ContactMapping } from '../protocol/contactColumns.js';
import type { GenerateRequest } from '../protocol/protocol.js';
import type {
  ChangedSuppressions,
  SuppressionChange,
  SuppressionsPage,
  SuppressionsRequest,
} from '../protocol/suppressions.js';
import { lonelyLogFailure, sortChosen } from './chosenFiles.js';
import type { Jobs } from './jobs.js';
import { ownSettings } from './ownSettings.js';
import type { ChosenDatabase, Draft, OfferedFile, Store } from './state.js';
import { CallError, WorkerClient } from './workerClient.js';

/** How many databases of a visit can be gone back to. */
const MOST_FILES = 8;

/** How databases come to the page: chosen, made up, read by other names. */
export class DatabaseActions {
  readonly #store: Store;
  readonly #jobs: Jobs;
  /** Settings that were taken from a database, and those that were there before. */
  #takenDraft: Draft | null = null;
  #draftBefore: Draft = {};
  #looking: Promise<void> = Promise.resolve();

  constructor(store: Store, jobs: Jobs) {
    this.#store = store;
    this.#jobs = jobs;
  }

  /** Ends when the chosen database has been looked at. */
  get looked(): Promise<void> {
    return this.#looking;
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
      this.choose({ name, file, made: null, log: null, mapping: null, suppressions: null });
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
    this.choose({ name, file: database, made: null, log: rest, mapping: null, suppressions: null });
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
    if (file !== null && this.#store.state.database === database)
      this.choose({ ...database, file, mapping, suppressions: null });
  }

  /** Reads the contacts by the names that they have. */
  leaveMapping(): void {
    this.#store.set({ contacts: null });
  }

  /** Suppressions of the open database; null when none is open. @throws CallError when they cannot be read */
  async listSuppressions(request: Omit<SuppressionsRequest, 'database'>): Promise<SuppressionsPage | null> {
    const { database } = this.#store.state;
    if (database === null) return null;
    const worker = new WorkerClient();
    try {
      return await worker.call('listSuppressions', { ...request, database: database.file });
    } finally {
      worker.end();
    }
  }

  /**
   * Changes suppressions in a copy of the open database, which takes its place; null when it was cancelled.
   *
   * @throws CallError when the database does not take the change
   */
  async changeSuppressions(change: SuppressionChange): Promise<ChangedSuppressions | null> {
    const { database } = this.#store.state;
    if (database === null) return null;
    const worker = new WorkerClient();
    const given = { database: database.file, change };
    const cancel = () => worker.end();
    const title = 'Changing suppressions';
    try {
      const call = 'changeSuppressions';
      const changed = await this.#jobs.do({ title, worker, call, given, cancel, failures: 'thrown' });
      if (changed === null) return null;
      const { changeCount = 0, before = database } = database.suppressions ?? {};
      const suppressions = { changeCount: changeCount + 1, before };
      this.#replace(database, { ...database, file: changed.database, suppressions });
      return changed;
    } finally {
      worker.end();
    }
  }

  /** Takes back what was changed of the open database's suppressions. */
  restoreSuppressions(): void {
    const { database } = this.#store.state;
    if (database === null || database.suppressions === null) return;
    this.#replace(database, database.suppressions.before);
  }

  /** Puts a copy in the place of a database; what is set stays. */
  #replace(database: ChosenDatabase, copy: ChosenDatabase): void {
    const { files, database: open } = this.#store.state;
    this.#store.set({
      files: files.map((file) => (file === database ? copy : file)),
      ...(open === database ? { database: copy } : {}),
    });
  }

  /** Takes the settings that the last run of the open database kept. */
  takeKept(): void {
    const { kept, draft } = this.#store.state;
    if (kept?.settings == null) return;
    if (draft !== this.#takenDraft) this.#draftBefore = draft;
    this.#takenDraft = kept.settings;
    this.#store.set({ draft: kept.settings });
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
      suppressions: null,
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
}
