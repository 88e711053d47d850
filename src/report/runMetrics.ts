import type { Gauge, Registry } from 'prom-client';
import { SendplanError } from '../errors.js';
import type { RunReport } from '../run/runReport.js';
import type { StageTiming } from '../run/stopwatch.js';

/** How a run ended. */
export type RunEnd = RunReport['outcome'] | 'failed' | 'held_back' | 'interrupted';

/** What is told of a run to those who watch it. */
export interface WatchedRun {
  /** The file that was planned, as a label of everything. */
  readonly database: string;
  readonly end: RunEnd;
  /** Null when the run did not come to its end. */
  readonly report: RunReport | null;
  readonly stages: readonly StageTiming[];
  /** Seconds since 1970. */
  readonly endedAt: number;
  /** When a run last went well, this one left out; null when that is not known. */
  readonly lastSuccessAt: number | null;
}

const ENDS: readonly RunEnd[] = ['changed', 'unchanged', 'dry_run', 'failed', 'held_back', 'interrupted'];

const LAST_SUCCESS = 'sendplan_last_success_timestamp_seconds';

type Prometheus = typeof import('prom-client');

/** Loads what metrics are made with. @param option what asks for them @throws SendplanError `package_missing` without prom-client */
export async function loadPrometheus(option = '--metrics'): Promise<Prometheus> {
  try {
    return await import('prom-client');
  } catch (cause) {
    throw new SendplanError('package_missing', `${option} needs the package prom-client, which is not installed.`, {
      hint: `Install it (npm install prom-client@15.1.3), or leave out ${option}.`,
      cause,
    });
  }
}

/** When a run last went well, as an earlier file of metrics tells; null when it does not. */
export function lastSuccessOf(text: string): number | null {
  const value = new RegExp(`^${LAST_SUCCESS}(?:\\{.*\\})? ([0-9.eE+]+)$`, 'm').exec(text)?.[1];
  return value === undefined ? null : Number(value);
}

/** Makes a gauge of one label, or of none, filled. */
type AddGauge = (
  name: string,
  help: string,
  values: number | null | Iterable<readonly [string, number | null]>,
  label?: string,
) => void;

function gaugesIn({ Gauge }: Prometheus, registry: Registry): AddGauge {
  return (name, help, values, label) => {
    if (values === null) return;
    const labelNames = label === undefined ? [] : [label];
    const gauge: Gauge<string> = new Gauge({ name: `sendplan_${name}`, help, labelNames, registers: [registry] });
    if (typeof values === 'number') gauge.set(values);
    else if (label !== undefined) {
      for (const [of, value] of values) if (value !== null) gauge.set({ [label]: of }, value);
    }
  };
}

function addReport(add: AddGauge, report: RunReport): void {
  const { changes, rows, contacts, memory, traffic, next_days: nextDays } = report;
  add('run_seconds', 'What the stages of the run took together.', report.seconds);
  add('rows', 'Rows of email_schedules by what the run did with them.', Object.entries(changes), 'outcome');
  const planned = { pre_scheduled: rows.pre_scheduled, skipped: rows.skipped };
  add('planned_rows', 'Planned rows after the run.', Object.entries(planned), 'status');
  const { planned: plannedContacts, rejected } = contacts;
  add('contacts', 'Contacts of the run.', Object.entries({ planned: plannedContacts, rejected }), 'outcome');
  add('issues', 'What is wrong with contacts and rows.', Object.entries(report.issues), 'kind');
  add('warnings', 'Warnings of the run.', report.warnings.length);
  add('missed_deadlines', 'Emails that were not sent until their deadline had passed.', report.missed.rows);
  add('overloaded_dates', 'Days that stay over their threshold.', report.overloaded_days.count);
  const uses = nextDays.map(
    ({ load, cap }, i) => [String(i), cap === 0 ? (load === 0 ? 0 : null) : load / cap] as const,
  );
  add('cap_use_ratio', 'Emails of a day over what it takes by the caps, by days from the run on.', uses, 'days_ahead');
  const loads = nextDays.map(({ load }, i) => [String(i), load] as const);
  add('day_emails', 'Emails of a day, planned and on their way, by days from the run on.', loads, 'days_ahead');
  if (memory !== undefined) {
    const peaks = {
      resident: memory.resident_bytes,
      heap: memory.heap_bytes,
      array_buffers: memory.array_buffer_bytes,
    };
    add('memory_peak_bytes', 'The most memory that the run had.', Object.entries(peaks), 'of');
  }
  add('read_bytes', 'What was read of the database file.', traffic?.read_bytes ?? null);
  add('written_bytes', 'What was written of the database file.', traffic?.written_bytes ?? null);
}

/** A run in Prometheus' text format, for the textfile collector of its node exporter. @throws SendplanError `package_missing` */
export async function metricsText(run: WatchedRun): Promise<string> {
  const prometheus = await loadPrometheus();
  const registry = new prometheus.Registry();
  registry.setDefaultLabels({ database: run.database });
  const add = gaugesIn(prometheus, registry);
  const isSuccess = run.report !== null;
  add('run_success', 'Whether the last run went well.', isSuccess ? 1 : 0);
  add(
    'run_outcome',
    'How the last run ended.',
    ENDS.map((end) => [end, end === run.end ? 1 : 0] as const),
    'outcome',
  );
  add('last_run_timestamp_seconds', 'When the last run ended.', run.endedAt);
  // A dry run plans nothing that anybody could rely on.
  const lastSuccess = isSuccess && run.end !== 'dry_run' ? run.endedAt : run.lastSuccessAt;
  add(LAST_SUCCESS.replace('sendplan_', ''), 'When a run last went well.', lastSuccess);
  const seconds = run.stages.map((stage) => [stage.stage, stage.seconds] as const);
  add('stage_seconds', 'What each stage of the run took.', seconds, 'stage');
  const memory = run.stages.map((stage) => [stage.stage, stage.memoryBytes] as const);
  add('stage_memory_bytes', 'The memory in use when each stage ended.', memory, 'stage');
  if (run.report !== null) addReport(add, run.report);
  return registry.metrics();
}
