import type { CheckedTable, CheckReport } from '../check/checkFile.js';
import { unreadableText } from '../run/guards.js';
import { alikeText } from '../store/schema/alikeColumns.js';
import { counted, grouped, listed } from './text/prose.js';

function dayText({ is_up_to_date: isUpToDate, as_of: day, last_run: last, pending }: CheckReport): string {
  const { added, changed, removed } = pending;
  if (isUpToDate && last.as_of === day && added + changed + removed > 0)
    return `It was planned as of ${day}, by this configuration; since then its data have changed.`;
  if (isUpToDate && last.as_of === day)
    return `It is up to date: the last run was as of ${day}, by this configuration.`;
  if (isUpToDate) return `It is up to date: a run as of ${day} would find nothing to change.`;
  if (last.as_of === null) return `It is not up to date for ${day}: no run has told its day.`;
  if (last.as_of !== day)
    return `It is not up to date for ${day}: the last run that changed something was as of ${last.as_of}.`;
  return `It is not up to date: the last run was as of ${day}, by another configuration.`;
}

function pendingText({ pending, as_of: day }: CheckReport): string {
  const { added, changed, removed, kept } = pending;
  if (added + changed + removed === 0)
    return `A run as of ${day} would change none of its ${grouped(kept)} planned rows.`;
  return `A run as of ${day} would add ${grouped(added)} rows, change ${grouped(changed)}, remove ${grouped(removed)} and keep ${grouped(kept)}.`;
}

function suppressedText({ reading: { suppressions } }: CheckReport): string {
  if (suppressions === null) return '';
  const are = suppressions.contacts === 1 ? '1 is' : `${grouped(suppressions.contacts)} are`;
  return `, ${are} suppressed by ${counted(suppressions.rows, 'row')} of suppressions`;
}

function tableText({ table, columns_read: read, columns_ignored: ignored }: CheckedTable): string {
  const rest = ignored.length === 0 ? '' : `; ignored: ${ignored.join(', ')}`;
  return `  ${table}: ${read.join(', ')}${rest}`;
}

/** What a check found, as text for people, ending in a new line. */
export function checkText(report: CheckReport): string {
  const { contacts, tables, tables_missing: missing, reading, guards, refusal } = report;
  const parts = [
    `${report.database}: ${report.is_good ? 'good' : 'not good'}.`,
    dayText(report),
    pendingText(report),
    `It can be read: ${counted(contacts.planned, 'contact')} of ${grouped(contacts.rows)} can be planned${suppressedText(report)}.`,
  ];
  if (refusal !== null) {
    parts.push(`A run could not write into it: ${refusal.message}${refusal.hint === null ? '' : ` ${refusal.hint}`}`);
  }
  parts.push('', 'Read are', ...tables.filter(({ use }) => use === 'read').map(tableText));
  if (missing.length > 0) parts.push(`  and ${listed(missing, 'or')}, if they were there`);
  const ignored = tables.filter(({ use }) => use === 'ignored').map(({ table }) => table);
  if (ignored.length > 0) parts.push(`Ignored are ${listed(ignored)}.`);
  const { alike_columns: alike } = reading;
  if (alike.length > 0)
    parts.push('', `Ignored columns of contacts look like some that are missing: ${alikeText(alike)}`);
  const unreadable = reading.columns.filter((column) => column.unreadable > 0).map(unreadableText);
  if (unreadable.length > 0) parts.push('', ...unreadable);
  const holding = guards.filter(({ holds }) => holds);
  parts.push('', holding.length === 0 ? 'No guard would hold a run back.' : 'A run would be held back:');
  parts.push(...holding.map(({ guard, told }) => `  guards.${guard}: ${told}`));
  for (const warning of report.warnings) {
    if (holding.some(({ told }) => warning.endsWith(told)) || unreadable.some((told) => warning.endsWith(told)))
      continue;
    parts.push('', `Warning: ${warning}`);
  }
  return `${parts.join('\n')}\n`;
}
