import { createServer } from 'node:http';
import { SendplanError } from '../errors.js';
import { loadPrometheus } from '../report/runMetrics.js';
import type { WorkEvent } from './fleetWorker.js';

/** What a worker tells of itself at any time. */
export interface ObservedWorker {
  readonly activeCount: number;
  readonly admission: { readonly usedBytes: number; readonly limitBytes: number | null };
}

/** Figures of a worker, which Prometheus asks for by HTTP. */
export interface FleetMetrics {
  observe(event: WorkEvent): void;
  close(): Promise<void>;
}

type Prometheus = Awaited<ReturnType<typeof loadPrometheus>>;

const USUAL_HOST = '127.0.0.1';
const SECONDS_BUCKETS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];

/** The figures, and what brings them up to date. */
function figuresOf({ Registry, Counter, Gauge, Histogram }: Prometheus, worker: ObservedWorker) {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter<Label>({ name: `sendplan_fleet_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, figure: () => number) =>
    new Gauge({
      name: `sendplan_fleet_${name}`,
      help,
      registers,
      collect() {
        this.set(figure());
      },
    });
  gauge('active_books', 'Books that are being planned.', () => worker.activeCount);
  gauge('admitted_memory_bytes', 'What the books being planned take by their estimates.', () => {
    return worker.admission.usedBytes;
  });
  const { limitBytes } = worker.admission;
  if (limitBytes !== null) gauge('memory_limit_bytes', 'What they may take together.', () => limitBytes);
  const jobs = counter('jobs_total', 'Books by how their jobs ended.', ['outcome']);
  const failures = counter('failures_total', 'Attempts that failed, by the code of the error.', ['code']);
  const stages = counter('stage_seconds_total', 'Seconds by stage.', ['stage']);
  const rows = counter('rows_total', 'Rows of email_schedules by what runs did with them.', ['outcome']);
  const contacts = counter('contacts_total', 'Contacts of the books that were planned.', []);
  const seconds = new Histogram({
    name: 'sendplan_fleet_book_seconds',
    help: 'What a book took.',
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const peak = new Gauge({
    name: 'sendplan_fleet_peak_memory_bytes',
    help: 'The most memory that the process of one book had.',
    registers,
  });
  let peakBytes = 0;
  const observe = (event: WorkEvent) => {
    if (event.kind === 'failed') {
      failures.inc({ code: event.code });
      if (!event.isTriedAgain) jobs.inc({ outcome: 'failed' });
    } else if (event.kind === 'handed_back') jobs.inc({ outcome: 'handed_back' });
    else if (event.kind === 'done') {
      const { result } = event;
      jobs.inc({ outcome: result.outcome });
      for (const [stage, spent] of Object.entries(result.stages)) stages.inc({ stage }, spent);
      for (const [outcome, count] of Object.entries(result.rows)) rows.inc({ outcome }, count);
      contacts.inc(result.contacts);
      seconds.observe(result.seconds);
      peakBytes = Math.max(peakBytes, result.peak_bytes);
      peak.set(peakBytes);
    }
  };
  return { registry, observe };
}

/**
 * Answers Prometheus by HTTP at `/metrics`.
 *
 * @param place the port, and the address to listen at; 127.0.0.1 when left out
 * @throws SendplanError `package_missing` without prom-client, `bad_input` when the port cannot be had
 */
export async function startFleetMetrics(
  { port, host = USUAL_HOST }: { readonly port: number; readonly host?: string },
  worker: ObservedWorker,
): Promise<FleetMetrics> {
  const { registry, observe } = figuresOf(await loadPrometheus('--metrics-port'), worker);
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: Error) => {
      reject(
        new SendplanError('bad_input', `Metrics cannot be told at ${host}:${port}: ${cause.message}.`, {
          hint: 'Give another --metrics-port.',
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
  return {
    observe,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
