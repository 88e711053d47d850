import { counted, dated, grouped } from '../report/text/prose.js';
import { type Cell, table } from '../report/text/textTable.js';
import type { FleetStatus } from './fleetStatus.js';

function seconds(value: number): string {
  return `${value.toFixed(value < 100 ? 2 : 0)} s`;
}

function section(title: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  return rows.length === 0 ? [] : ['', title, table(head, rows)];
}

function paceText({ pace, books }: FleetStatus): string {
  if (pace === null) return books.active > 0 ? 'No book is done yet.' : 'No book has begun.';
  const speed = `${grouped(Math.round(pace.books_per_minute * 10) / 10)} books a minute`;
  if (pace.ends_at === null) return `Nothing is left to do; it went at ${speed}.`;
  return `At this pace, ${speed}, the night ends at ${pace.ends_at.slice(0, 19).replace('T', ' ')} UTC.`;
}

/** The state of a fleet as text for people, ending in a new line. */
export function statusText(status: FleetStatus): string {
  const { books, outcomes, rows, day } = status;
  const schedules = section(
    'Schedules',
    ['name', 'cron', 'time zone', 'next, UTC', 'roots'],
    status.schedules.map(({ name, cron, timezone, next, roots }) => {
      return [name, cron, timezone, next?.slice(0, 16).replace('T', ' ') ?? '-', roots.join(' ')];
    }),
  );
  const lines =
    day === null
      ? [`The queue ${status.queue} has no books; ${counted(status.workers, 'worker')}.`]
      : [
          `Books of ${dated(day)} in the queue ${status.queue}; ${counted(status.workers, 'worker')}.`,
          table(
            ['waiting', 'active', 'to be tried again', 'done', 'failed'],
            [[books.waiting, books.active, books.delayed, books.done, books.failed]],
          ),
          `Done: ${grouped(outcomes.changed)} changed, ${grouped(outcomes.unchanged)} with nothing to change, ${grouped(outcomes.already_planned)} planned already, ${grouped(outcomes.later_run)} with a later run; ${counted(status.contacts, 'contact')}.`,
          `Rows: ${grouped(rows.added)} added, ${grouped(rows.changed)} changed, ${grouped(rows.removed)} removed, ${grouped(rows.kept)} as they were.`,
          paceText(status),
        ];
  if (status.other_days > 0) lines.push(`${counted(status.other_days, 'book')} of other days wait or go on.`);
  for (const look of status.failed_looks) lines.push(`A look for books by a schedule failed: ${look}`);
  return `${[
    ...lines,
    ...section(
      'Failed',
      ['books', 'code', 'sentence', 'one of them'],
      status.failures.map(({ books: count, code, message, example }) => [count, code, message, example]),
    ),
    ...section(
      'Active',
      ['book', 'stage', 'for', 'attempt', 'worker'],
      status.active.map(({ path, stage, seconds: spent, attempt, worker }) => {
        return [path, stage ?? '-', seconds(spent), attempt, worker ?? '-'];
      }),
    ),
    ...section(
      'Slowest',
      ['book', 'took', 'contacts'],
      status.slowest.map(({ path, seconds: spent, contacts }) => [path, seconds(spent), contacts]),
    ),
    ...schedules,
  ].join('\n')}\n`;
}
