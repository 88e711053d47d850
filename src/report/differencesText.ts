import type { ChangeCause } from '../diff/causes.js';
import type { CellValue, ChangedRow } from '../diff/changedRows.js';
import type { ChangeCounts, DiffReport } from '../diff/diff.js';
import { counted, grouped, paragraph } from './text/prose.js';
import { table } from './text/textTable.js';

const MOST_DAYS = 15;

const CAUSE_NAMES: Readonly<Record<ChangeCause, string>> = {
  new: 'new',
  due: 'due and unsent',
  passed: 'skipped day passed',
  configuration: 'configuration changed',
  displaced: 'displaced',
  data: 'data changed',
};

function cells(name: string, { added, changed, removed }: ChangeCounts): (string | number)[] {
  return [name, added, changed, removed];
}

function sum(counts: readonly ChangeCounts[]): ChangeCounts {
  const total = (field: keyof ChangeCounts) => counts.reduce((all, one) => all + one[field], 0);
  return { added: total('added'), changed: total('changed'), removed: total('removed') };
}

function daysText({ by_day: days }: DiffReport): string {
  const shown = days.slice(0, MOST_DAYS).map((one) => cells(one.day ?? 'no day', one));
  const rest = days.slice(MOST_DAYS);
  if (rest.length > 0) shown.push(cells(`${grouped(rest.length)} more days`, sum(rest)));
  return table(['day', 'added', 'changed', 'removed'], shown);
}

function causesText({ by_cause }: DiffReport): string {
  const rows = by_cause.map((one) => [...cells(CAUSE_NAMES[one.cause], one), one.another_day]);
  return table(['moved by', 'added', 'changed', 'removed', 'another day'], rows);
}

function valueText(value: CellValue): string {
  return value === null ? 'NULL' : String(value);
}

function rowText(row: ChangedRow): string {
  const { change, row_id, contact_id, email_type, scheduled_send_date, before, after } = row;
  const sign = { add: '+', change: '~', remove: '-' }[change];
  const email = `${email_type ?? 'no type'} on ${scheduled_send_date ?? 'no day'}`;
  const place = [
    contact_id === null ? 'no contact' : `contact ${contact_id}`,
    row_id === null ? null : `row ${row_id}`,
    email,
  ];
  const cause = change === 'add' ? '' : `, ${CAUSE_NAMES[row.cause]}`;
  const where = `${place.filter((text) => text !== null).join(', ')}${cause}`;
  if (change === 'change') {
    const names = Object.keys(after);
    const changes = names.map((name) => `${name} ${valueText(before[name])} -> ${valueText(after[name])}`);
    return `${sign} ${where}: ${names.length === 0 ? 'written in another form' : changes.join(', ')}`;
  }
  const { status, skip_reason: reason } = change === 'add' ? after : before;
  return `${sign} ${where}: ${valueText(status ?? null)}${reason === null ? '' : `, ${reason}`}`;
}

/**
 * What a run would change as text for people: how many rows, by email type, by cause, by day and by column, and the rows that the report
 * holds, ending in a new line.
 *
 * @param width the most columns of a line of prose
 */
export function differencesText(report: DiffReport, width = 100): string {
  const { as_of, kept, added, changed, removed, refused, by_type, by_column, rows } = report;
  const total = added + changed + removed;
  const sentences =
    total === 0
      ? [`A run as of ${as_of} would change nothing: ${counted(kept, 'planned row')} would stay as they are.`]
      : [
          `A run as of ${as_of} would add ${counted(added, 'row')}, change ${grouped(changed)}, remove ${grouped(removed)} and keep ${grouped(kept)}.`,
        ];
  if (refused > 0) sentences.push(`A unique index would refuse ${counted(refused, 'row')}.`);
  const parts = [paragraph(sentences, '', width)];
  if (total === 0) return `${parts[0]}\n`;
  const types = by_type.map((one) => cells(one.email_type, one));
  parts.push(table(['email type', 'added', 'changed', 'removed'], [...types, cells('all', sum(by_type))]));
  parts.push(causesText(report));
  parts.push(daysText(report));
  if (by_column.length > 0)
    parts.push(
      table(
        ['column of changed rows', 'rows'],
        by_column.map(({ column, rows: count }) => [column, count]),
      ),
    );
  if (rows.length > 0) {
    const lines = rows.map((row) => paragraph([rowText(row)], '    ', width, '  '));
    if (total > rows.length) lines.push(`    and ${grouped(total - rows.length)} more`);
    parts.push(lines.join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}
