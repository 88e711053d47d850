import type { ContactExplanation } from '../../explain/contactExplanation.js';
import type { RowFacts } from '../../explain/explanation.js';
import type { ExportFormat } from '../../export/formats.js';
import type { Shape } from '../../generate/contacts.js';
import type { ConfigInput } from '../../rules/config.js';
import type { PlannedRow } from '../../rules/records.js';
import type { RunReport } from '../../run/runReport.js';
import type { SenderOptions } from '../../simulate/sender.js';
import type { SimulatedDay, Simulation } from '../../simulate/simulation.js';
import type { ContactMapping, ContactsLook } from './contactColumns.js';
import type { KindFilter } from './emailFilter.js';
import type { ListedSimulatedEmails, SimulatedEmailChoice, SimulatedEmailsRequest } from './simulatedEmails.js';
import type { ChangedSuppressions, SuppressionChange, SuppressionsPage, SuppressionsRequest } from './suppressions.js';
import type { DailyVolume, StateRows } from './volume.js';

// What the page and its workers say to each other.
//
// The page sends a `Request`. The worker answers with any number of `progress` and, last, one `done` or `failed`, all with the
// request's id. Requests are answered in the order they come, but for `stop`, which ends the writing or exporting under way.
// Files cross as `Blob`, which hands over a reference and no bytes.
//
// A worker does one thing at a time and is cheap to start, so the page has one for each: `generate`, `mergeLog`, `mapContacts`, `look`, `listSuppressions`, `changeSuppressions`, `run`
// and `simulate` start a worker of their own, which is ended when they are cancelled. The worker of the last successful `run` keeps its plan for
// `listEmails`, `exportEmails`, `findContacts`, `explain`, `writeDatabase` and `exportRows`; that of the last `simulate` keeps its days for
// `listSimulated` and `exportSimulated`. `openResult`, `query` and `exportQuery` have another one, so
// that a query that never ends costs nothing but itself.

/** A database to generate. */
export interface GenerateRequest {
  readonly contacts: number;
  readonly seed: number;
  readonly shape: Shape;
  /** `YYYY-MM-DD` */
  readonly asOf: string;
}

/** A generated database. */
export interface Generated {
  readonly database: Blob;
  readonly seconds: number;
}

/** A database to plan. */
export interface RunRequest {
  readonly database: Blob;
  /** How messages name the database. */
  readonly name: string;
  /** `YYYY-MM-DD` */
  readonly asOf: string;
  readonly config: ConfigInput;
}

/** A database and the write-ahead log beside it. */
export interface MergeLogRequest {
  readonly database: Blob;
  readonly name: string;
  readonly log: Blob;
  readonly logName: string;
}

/** A database with what was committed to its log in it. */
export interface MergedLog {
  readonly database: Blob;
  readonly transactions: number;
  readonly pages: number;
  /** Frames of the log that no commit stands behind, which are left out. */
  readonly framesLeftOut: number;
}

/** What is to be known of a database before it is planned. */
export interface FileLook {
  /** Whether it is in WAL mode, so that changes may lie in a file beside it. */
  readonly isWal: boolean;
  /** The complete configuration that its last run kept; null when there is none that can be read. */
  readonly config: ConfigInput;
  /** Why what was kept cannot be read; null when it can, or there is none. */
  readonly configProblem: string | null;
  readonly contacts: ContactsLook;
}

/** What a run found. */
export interface RunResult {
  /** A digest of the database as it was read. */
  readonly digest: string;
  readonly report: RunReport;
  readonly volume: DailyVolume;
  /** By state, those without rows left out. */
  readonly states: readonly StateRows[];
}

/** Which planned emails are meant, whatever their day; null takes all. */
export interface EmailFilter extends KindFilter {
  readonly status: PlannedRow['status'] | 'any';
  /** The code of a skip reason. */
  readonly reason: string | null;
}

/** What stands for the state of contacts whose state is not known. */
export const UNKNOWN_STATE_NAME = '??';

/** Which planned emails are meant. */
export interface EmailChoice extends EmailFilter {
  /** Days since 1970-01-01; null for all days. */
  readonly day: number | null;
}

/** Which of the emails that are meant are shown. */
export interface EmailsRequest extends EmailChoice {
  /** Counted from 0, by contact: `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/** A planned email with whom it goes to, where the database tells. */
export interface ListedEmail extends PlannedRow {
  readonly name: string | null;
  readonly address: string | null;
  readonly state: string | null;
}

/** Planned emails, and how many there are. */
export interface ListedEmails {
  /** How many there are in all. */
  readonly total: number;
  readonly emails: readonly ListedEmail[];
}

/** A contact that was found. */
export interface FoundContact {
  readonly id: number;
  readonly name: string | null;
  readonly address: string | null;
  readonly state: string | null;
}

/** The contacts that were found. */
export interface FoundContacts {
  readonly contacts: readonly FoundContact[];
  /** Whether there are more than these. */
  readonly isCut: boolean;
}

/** Why a contact gets which emails, and who it is, where the database tells. */
export interface ExplainedContact extends ContactExplanation, Pick<FoundContact, 'name' | 'address'> {
  /** What was sent before, is on its way or has ended, by day. */
  readonly history: readonly RowFacts[];
}

/** A column of a table as its schema tells it. */
export interface ColumnDescription {
  readonly name: string;
  /** As it was declared; empty when it was not. */
  readonly type: string;
  /** Whether it is a part of the primary key. */
  readonly isKey: boolean;
}

/** A table or view of a result and its columns. */
export interface TableDescription {
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly columns: readonly ColumnDescription[];
}

/** In which order the rows of a query come. */
export interface QueryOrder {
  /** The place of the column, from 0. */
  readonly column: number;
  readonly direction: 'up' | 'down';
}

/** SQL to run on the result. */
export interface QueryRequest {
  readonly sql: string;
  /** Null leaves the rows as the SQL gives them; for one question alone. */
  readonly order: QueryOrder | null;
}

/** A value of SQLite as it is shown, exact but for the end of long texts and blobs, which say so. */
export interface ShownValue {
  readonly kind: 'null' | 'integer' | 'real' | 'text' | 'blob';
  readonly text: string;
}

/** The rows of a query. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ShownValue[])[];
  /** Whether there are more rows than these. */
  readonly isCut: boolean;
  /** Whether the rows can be had in another order. */
  readonly isOrderable: boolean;
  readonly seconds: number;
}

/** Days to live through, one after the other. */
export interface SimulateRequest extends SenderOptions {
  readonly database: Blob;
  /** How messages name the database. */
  readonly name: string;
  /** `YYYY-MM-DD`, the first and the last day. */
  readonly from: string;
  readonly to: string;
  readonly config: ConfigInput;
}

/** Every request with what it is given and what comes back. */
export interface Calls {
  generate: { given: GenerateRequest; back: Generated };
  mergeLog: { given: MergeLogRequest; back: MergedLog };
  mapContacts: { given: { readonly database: Blob; readonly mapping: ContactMapping }; back: Blob };
  listSuppressions: { given: SuppressionsRequest; back: SuppressionsPage };
  changeSuppressions: {
    given: { readonly database: Blob; readonly change: SuppressionChange };
    back: ChangedSuppressions;
  };
  look: { given: Pick<RunRequest, 'database' | 'name'>; back: FileLook };
  run: { given: RunRequest; back: RunResult };
  simulate: { given: SimulateRequest; back: Simulation };
  listSimulated: { given: SimulatedEmailsRequest; back: ListedSimulatedEmails };
  exportSimulated: { given: SimulatedEmailChoice; back: Blob };
  listEmails: { given: EmailsRequest; back: ListedEmails };
  exportEmails: { given: EmailChoice; back: Blob };
  findContacts: { given: { readonly text: string }; back: FoundContacts };
  explain: { given: { readonly contactId: number }; back: ExplainedContact };
  writeDatabase: { given: null; back: Blob };
  exportRows: { given: { readonly format: ExportFormat }; back: Blob };
  openResult: { given: { readonly database: Blob }; back: readonly TableDescription[] };
  query: { given: QueryRequest; back: QueryResult };
  exportQuery: { given: QueryRequest; back: Blob };
}

/** The name of a request. */
export type CallName = keyof Calls;

/** What the page sends. */
export type Request =
  | {
      readonly [Name in CallName]: { readonly id: number; readonly call: Name; readonly given: Calls[Name]['given'] };
    }[CallName]
  | { readonly call: 'stop' };

/** How far a request has come; a total of null is not known. */
export interface Progress {
  /** A stage of a run, or `generate`, `write`, `export` and `simulate`. */
  readonly stage: string;
  readonly done: number;
  readonly total: number | null;
  /** The days that a simulation has lived through since it last told. */
  readonly days?: readonly SimulatedDay[];
}

/** An error as it crosses from a worker. */
export interface Failure {
  /** The code of a `SendplanError`; `unexpected` for any other error. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** What a worker sends. */
export type Answer =
  | { readonly id: number; readonly kind: 'progress'; readonly progress: Progress }
  | { readonly id: number; readonly kind: 'done'; readonly back: unknown }
  | { readonly id: number; readonly kind: 'failed'; readonly failure: Failure };
