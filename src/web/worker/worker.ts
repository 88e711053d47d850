import { SendplanError } from '../../errors.js';
import { encodeRows } from '../../export/encodeRows.js';
import { planRows } from '../../export/planRows.js';
import type { Answer, CallName, Calls, Failure, Progress, Request } from '../protocol/protocol.js';
import { dailyVolume, stateCounts } from '../protocol/volume.js';
import { mapContacts } from './contactTables.js';
import { generateFile } from './generateFile.js';
import { emailsAsCsv, listEmails } from './listedEmails.js';
import type { Breathe } from './listing.js';
import { lookAtFile } from './lookAtFile.js';
import { contactsById, findContacts } from './lookups.js';
import { mergeLog } from './mergeLog.js';
import { PlannedDatabase } from './plannedDatabase.js';
import { ResultQueries } from './resultQueries.js';
import { LivedDays } from './simulateFile.js';
import { changeSuppressions, listSuppressions } from './suppressionTables.js';

/** The part of a dedicated worker's global that is used; the types of pages do not have it. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(answer: Answer): void;
}

const scope = globalThis as unknown as WorkerScope;

let planned: PlannedDatabase | null = null;
let queries: ResultQueries | null = null;
let lived: LivedDays | null = null;
let isStopped = false;

type Tell = (progress: Progress) => void;
type Handlers = {
  readonly [Name in CallName]: (given: Calls[Name]['given'], tell: Tell) => Promise<Calls[Name]['back']>;
};

function requirePlanned(): PlannedDatabase {
  if (planned === null) throw new SendplanError('bad_input', 'There is no plan yet.', { hint: 'Run one first.' });
  return planned;
}

function requireResult(): ResultQueries {
  if (queries === null) throw new SendplanError('bad_input', 'No result is open.');
  return queries;
}

function requireLived(): LivedDays {
  if (lived === null) throw new SendplanError('bad_input', 'No days were lived through yet.');
  return lived;
}

/** Lets messages in, so that `stop` is heard. @throws SendplanError `interrupted` after `stop` */
async function breathe(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  if (isStopped) throw new SendplanError('interrupted', 'Stopped.');
}

/** Tells how far the writing of a list has come, and lets messages in. */
function exporting(tell: Tell): Breathe {
  return (done, total) => {
    tell({ stage: 'export', done, total });
    return breathe();
  };
}

const handlers: Handlers = {
  async generate(given, tell) {
    return generateFile(given, (done) => tell({ stage: 'generate', done, total: given.contacts }));
  },
  async mergeLog(given) {
    return mergeLog(given);
  },
  async mapContacts({ database, mapping }) {
    return mapContacts(database, mapping);
  },
  async listSuppressions(given) {
    return listSuppressions(given);
  },
  async changeSuppressions({ database, change }) {
    return changeSuppressions(database, change);
  },
  async look({ database, name }) {
    return lookAtFile(database, name);
  },
  async run(given, tell) {
    planned = await PlannedDatabase.run(given, (stage, done, total) => tell({ stage, done, total }));
    const { report, digest, plan, balance, refused } = planned;
    return { report, digest, volume: dailyVolume(plan, balance, refused), states: stateCounts(plan, refused) };
  },
  async simulate(given, tell) {
    lived = await LivedDays.simulate(given, tell);
    return lived.simulation;
  },
  async listSimulated(given) {
    return requireLived().list(given);
  },
  async exportSimulated(given, tell) {
    return requireLived().asCsv(given, exporting(tell));
  },
  async listEmails(given) {
    return listEmails(requirePlanned(), given);
  },
  async exportEmails(given, tell) {
    return emailsAsCsv(requirePlanned(), given, exporting(tell));
  },
  async findContacts({ text }) {
    return findContacts(requirePlanned(), text);
  },
  async explain({ contactId }) {
    const database = requirePlanned();
    const { name = null, address = null } =
      contactsById(database.connection, new Set([contactId])).get(contactId) ?? {};
    return { ...database.explain(contactId), name, address, history: database.history(contactId) };
  },
  async writeDatabase(_given, tell) {
    return requirePlanned().write((done, total) => tell({ stage: 'write', done, total }), breathe);
  },
  async exportRows({ format }, tell) {
    const { plan, report, refused } = requirePlanned();
    const { columns, batches } = planRows(plan, refused);
    let done = 0;
    const counted = function* () {
      for (const batch of batches()) {
        yield batch;
        done += batch.count;
      }
    };
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (const piece of encodeRows({ columns, batches: counted }, format)) {
      pieces.push(piece as Uint8Array<ArrayBuffer>);
      tell({ stage: 'export', done, total: report.rows.total });
      await breathe();
    }
    return new Blob(pieces);
  },
  async openResult({ database }) {
    queries = await ResultQueries.open(database);
    return queries.tables();
  },
  async query(given) {
    return requireResult().query(given);
  },
  async exportQuery(given, tell) {
    return requireResult().rowsAsCsv(given, (done) => tell({ stage: 'export', done, total: null }));
  },
};

function failureOf(error: unknown): Failure {
  if (error instanceof SendplanError) return { code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message, hint: null };
}

async function answer<Name extends CallName>(id: number, call: Name, given: Calls[Name]['given']): Promise<void> {
  try {
    const handle: Handlers[Name] = handlers[call];
    const back = await handle(given, (progress) => scope.postMessage({ id, kind: 'progress', progress }));
    scope.postMessage({ id, kind: 'done', back });
  } catch (error) {
    scope.postMessage({ id, kind: 'failed', failure: failureOf(error) });
  }
}

/** Requests wait for the one before. */
let turn: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }) => {
  if (data.call === 'stop') {
    isStopped = true;
    return;
  }
  turn = turn.then(() => {
    isStopped = false;
    return answer(data.id, data.call, data.given);
  });
};
