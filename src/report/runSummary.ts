import { unreadableText } from '../run/guards.js';
import type { DayReport, RunReport } from '../run/runReport.js';
import type { StatementCost } from '../store/driver/observedConnection.js';
import { grouped, percent } from './text/prose.js';
import { table } from './text/textTable.js';

const MOST_TYPES = 20;
const MOST_REASONS = 15;

const OUTCOMES = {
  changed: (report: RunReport) => {
    const { added, changed, removed, kept } = report.changes;
    return `Rows: ${grouped(added)} added, ${grouped(changed)} changed, ${grouped(removed)} removed, ${grouped(kept)} as they were.`;
  },
  unchanged: ({ repeats, changes }: RunReport) =>
    repeats === null
      ? `Nothing changed: all ${grouped(changes.kept)} planned rows were there already, and the database was left alone.`
      : `Nothing changed since run ${repeats.run_id}, ended ${repeats.completed_at} UTC: the file is byte for byte as it left it, and these are its figures. --full plans all the same.`,
  dry_run: (report: RunReport) => {
    const { added, changed, removed, kept } = report.changes;
    return `Dry run, nothing written. It would add ${grouped(added)} rows, change ${grouped(changed)}, remove ${grouped(removed)} and keep ${grouped(kept)}.`;
  },
} as const;

function typesText({ rows }: RunReport): string {
  const shown = rows.by_type.slice(0, MOST_TYPES).map((type) => [type.email_type, type.pre_scheduled, type.skipped]);
  const rest = rows.by_type.slice(MOST_TYPES);
  const sum = (field: 'pre_scheduled' | 'skipped') => rest.reduce((total, type) => total + type[field], 0);
  if (rest.length > 0) shown.push([`${rest.length} more`, sum('pre_scheduled'), sum('skipped')]);
  shown.push(['all', rows.pre_scheduled, rows.skipped]);
  return table(['email type', 'to be sent', 'skipped'], shown);
}

function reasonsText({ skip_reasons: reasons, rows }: RunReport): string {
  const shown = reasons
    .slice(0, MOST_REASONS)
    .map(({ reason, rows: count }) => [reason, count, percent(count, rows.skipped)]);
  const rest = reasons.slice(MOST_REASONS);
  const restRows = rest.reduce((total, { rows: count }) => total + count, 0);
  if (rest.length > 0) shown.push([`${rest.length} more`, restRows, percent(restRows, rows.skipped)]);
  return table(['skipped because of', 'emails', 'of skipped'], shown);
}

function daysText(days: readonly DayReport[]): string {
  return table(
    ['day', 'planned', 'on their way or sent', 'of the daily cap'],
    days.map((day) => [day.day, day.planned, day.history, percent(day.load, day.cap)]),
  );
}

function stagesText(report: RunReport): string {
  const rows = report.stages.map(({ stage, seconds, memoryBytes }) => [
    stage,
    `${seconds.toFixed(2)} s`,
    memoryBytes === null ? '-' : `${Math.round(memoryBytes / 2 ** 20)} MiB`,
  ]);
  return table(['stage', 'took', 'memory'], [...rows, ['all', `${report.seconds.toFixed(2)} s`, '']]);
}

/** What the figures are of: planned just now, or by the run before that left the file as it is. */
function plannedText({ contacts, as_of, repeats }: RunReport): string {
  const count = `${grouped(contacts.planned)} contact${contacts.planned === 1 ? '' : 's'}`;
  return repeats === null
    ? `Planned ${count} as of ${as_of}`
    : `Nothing was planned; the plan of ${count} as of ${as_of}`;
}

/** Of contacts in states with windows around a date that they lack: the law may forbid what is planned for them. */
function unknownWindowsText(contacts: number): string[] {
  if (contacts === 0) return [];
  const [live, them] = contacts === 1 ? ['1 contact lives', 'it'] : [`${grouped(contacts)} contacts live`, 'them'];
  return [
    `  ${live} in a state with windows around a date that is missing: nobody knows which days are excluded for ${them}, and none is (no_anchor_for_window).`,
  ];
}

/** A run report as text for people, tables without colour, ending in a new line. */
export function summarizeRun(report: RunReport): string {
  const { contacts, rows, limits, moves, overloaded_days: overloaded } = report;
  const parts = [
    `${plannedText(report)}: ${grouped(rows.pre_scheduled)} emails to be sent and ${grouped(rows.skipped)} skipped, ${rows.per_contact.toFixed(2)} rows per contact, in ${report.seconds.toFixed(2)} s.`,
    OUTCOMES[report.outcome](report),
  ];
  if (contacts.rejected > 0)
    parts.push(
      `${grouped(contacts.rejected)} of ${grouped(contacts.rows)} contacts were left out, see the issues below.`,
    );
  const { suppressions } = report.reading;
  if (suppressions !== null) {
    const contacts = suppressions.contacts === 1 ? '1 contact is' : `${grouped(suppressions.contacts)} contacts are`;
    parts.push(
      `Suppressions: ${contacts} suppressed, by ${grouped(suppressions.rows)} row${suppressions.rows === 1 ? '' : 's'}.`,
    );
  }
  if (rows.total > 0) parts.push('', typesText(report));
  if (report.skip_reasons.length > 0) parts.push('', reasonsText(report));
  if (report.busiest_days.length > 0) {
    parts.push(
      '',
      `Busiest days. A day over ${grouped(limits.threshold)} emails is cut back to the cap of ${grouped(limits.cap)} (profile ${limits.profile});`,
      `${grouped(moves.cap)} emails were moved by that, ${grouped(moves.smoothing)} by smoothing policy anniversaries.`,
      daysText(report.busiest_days.slice(0, 5)),
    );
  }
  if (overloaded.count > 0) {
    parts.push(
      '',
      `${grouped(overloaded.count)} day${overloaded.count === 1 ? ' stays' : 's stay'} over the threshold, because not all that has to go out by then has a seat before (load_balancing.excess: skip skips it instead):`,
      daysText(overloaded.first),
    );
  }
  const issues = Object.entries(report.issues);
  if (issues.length > 0) {
    parts.push(
      '',
      table(
        ['issue', 'count'],
        issues.sort(([, a], [, b]) => b - a),
      ),
      report.outcome === 'dry_run'
        ? '  A run lists each in the table scheduler_contact_issues.'
        : '  Each is listed in the table scheduler_contact_issues.',
      ...unknownWindowsText(report.issues.no_anchor_for_window ?? 0),
      ...report.reading.columns
        .filter(({ unreadable }) => unreadable > 0)
        .map((column) => `  ${unreadableText(column)}`),
    );
  }
  if (report.migration.length > 0) {
    const verb = report.outcome === 'dry_run' ? 'Would be added' : 'Added';
    parts.push('', `${verb} to the database:`, ...report.migration.map((step) => `  ${step}`));
  }
  for (const warning of report.warnings) parts.push('', `Warning: ${warning}`);
  parts.push('', stagesText(report));
  return `${parts.join('\n')}\n`;
}

function mebibytes(bytes: number): string {
  return `${grouped(Math.round(bytes / 2 ** 20))} MiB`;
}

/** The most memory a run had, and what it read and wrote of the database; nothing where that is not known. */
export function summarizeResources({ memory, traffic }: RunReport): string {
  const parts: string[] = [];
  if (memory !== undefined) {
    const { resident_bytes: resident, heap_bytes: heap, array_buffer_bytes: buffers } = memory;
    parts.push(
      `\nMemory at its peaks: ${mebibytes(resident)} of the process; ${mebibytes(heap)} objects and ${mebibytes(buffers)} buffers in samples.\n`,
    );
  }
  if (traffic !== undefined) {
    const { read_bytes: read, written_bytes: written } = traffic;
    const wrote = written === null ? 'SQLite wrote in place, which is not counted' : `${mebibytes(written)} written`;
    parts.push(`Database file: ${mebibytes(read)} read, ${wrote}.\n`);
  }
  return parts.join('');
}

const MOST_STATEMENT_LETTERS = 160;

/** What SQL statements cost, the most expensive first, with SQLite's plan for each. */
export function summarizeStatements(statements: readonly StatementCost[]): string {
  if (statements.length === 0)
    return '\nNo SQL was needed: the tables were read from the pages of the file, and nothing was written.\n';
  const parts = statements.map(({ sql, count, milliseconds, slowestMilliseconds, plan, warning }) => {
    const line = sql.replace(/\s+/g, ' ').trim();
    const shown = line.length > MOST_STATEMENT_LETTERS ? `${line.slice(0, MOST_STATEMENT_LETTERS)}...` : line;
    const cost = `${milliseconds.toFixed(1)} ms in ${grouped(count)} runs, the slowest ${slowestMilliseconds.toFixed(1)} ms`;
    const notes = warning === null ? plan : [...plan, `Warning: ${warning}`];
    return [`  ${cost}`, `    ${shown}`, ...notes.map((note) => `      ${note}`)].join('\n');
  });
  return `\nSQL statements, the most expensive first:\n${parts.join('\n')}\n`;
}
