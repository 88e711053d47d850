import { civilFromDay } from '../../calendar/day.js';
import { formatIsoDay } from '../../calendar/iso.js';
import { grouped, percent } from '../../report/text/prose.js';
import { longDayText, shortDate } from '../page/format.js';
import { plainReason } from '../page/plainWords.js';
import type { FinishedRun } from '../page/state.js';
import type { RunResult } from '../protocol/protocol.js';

// What a chart shows, as a sentence that is its title.

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** Where the figures of a chart come from: file, day, run. */
export function sourceText({
  databaseName,
  number,
  name,
  result,
}: Pick<FinishedRun, 'databaseName' | 'number' | 'name' | 'result'>): string {
  const named = name === '' ? '' : ` (${name})`;
  return `Source: ${databaseName}, as of ${shortDate(result.report.as_of)}, run ${number}${named}.`;
}

/** What the volume of the days shows: what is over its cap and why, or how full the fullest day is. */
export function volumeFinding({ report, volume }: RunResult): string {
  const { count, worst } = report.overloaded_days;
  if (worst !== null) {
    const over = grouped(worst.load - worst.cap);
    const others = count === 1 ? '' : `, the most of ${grouped(count)} such days`;
    return `${shortDate(worst.day)} is over its cap of ${grouped(worst.cap)} by ${over}${others}: its emails have no other day left`;
  }
  const highest = volume.total.reduce((most, total) => Math.max(most, total), 0);
  if (highest === 0) return 'No email goes out';
  const place = volume.total.indexOf(highest);
  const cap = volume.caps[place];
  const over = highest > cap ? `, ${grouped(highest - cap)} over its cap and within what a day may be over it` : '';
  const share = cap > 0 && over === '' ? `, ${Math.round((100 * highest) / cap)} % of its cap` : over;
  return `The fullest day is ${longDayText(volume.firstDay + place)} with ${grouped(highest)}${share}`;
}

/** What the calendar shows: the month with most emails. */
export function calendarFinding({ volume }: RunResult): string {
  return monthFinding(volume.firstDay, volume.total);
}

/** The month with most emails, as a sentence. @param totals emails day by day, from the first day on */
export function monthFinding(firstDay: number, totals: ArrayLike<number>): string {
  const months = new Map<string, number>();
  let all = 0;
  for (let i = 0; i < totals.length; i++) {
    const { year, month } = civilFromDay(firstDay + i);
    const name = `${MONTHS[month - 1]} ${year}`;
    months.set(name, (months.get(name) ?? 0) + totals[i]);
    all += totals[i];
  }
  const [most] = [...months].sort((a, b) => b[1] - a[1]);
  if (most === undefined || all === 0) return 'No email goes out';
  const last = shortDate(formatIsoDay(firstDay + totals.length - 1));
  return `${most[0]} has most emails: ${grouped(most[1])}, ${percent(most[1], all)} of those up to ${last}`;
}

/** What the skip reasons show: the commonest. */
export function reasonFinding({ report }: RunResult): string {
  const [most] = report.skip_reasons;
  if (most === undefined) return 'No email is skipped';
  return `${percent(most.rows, report.rows.skipped)} of those skipped are so because ${plainReason(most.reason)}`;
}

/** What the states show: who gets most, and where the largest share is skipped. */
export function stateFinding({ states }: RunResult): string {
  const most = [...states].sort((a, b) => b.scheduled - a.scheduled)[0];
  if (most === undefined || most.scheduled === 0) return 'No state gets emails';
  const share = ({ scheduled, skipped }: (typeof states)[number]) => skipped / Math.max(1, scheduled + skipped);
  const stopped = [...states].sort((a, b) => share(b) - share(a))[0];
  const rest =
    stopped.skipped === 0
      ? ''
      : `; ${stopped.state ?? 'those without a state'} skips the largest share, ${percent(stopped.skipped, stopped.scheduled + stopped.skipped)}`;
  return `${most.state ?? 'Contacts without a state'} gets most, ${grouped(most.scheduled)}${rest}`;
}
