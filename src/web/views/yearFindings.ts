import { grouped, percent } from '../../report/text/prose.js';
import type { SimulatedDay, Simulation } from '../../simulate/simulation.js';
import { shortDate, wordsOf } from '../page/format.js';
import type { SimulationState } from '../page/state.js';

// What charts of days that were lived through show, as sentences.

/** Where the figures come from. */
export function livedSource({ database, days }: Pick<SimulationState, 'database' | 'days'>): string {
  const [first, last] = [days.at(0), days.at(-1)];
  if (first === undefined || last === undefined) return `Source: ${database.name}.`;
  return `Source: ${database.name}, lived through from ${shortDate(first.day)} to ${shortDate(last.day)}.`;
}

/** What the days show: what is over its threshold and why, or the day on which most was sent. */
export function sentFinding(days: readonly SimulatedDay[]): string {
  const over = days.filter((day) => day.is_over_threshold);
  const worst = over.reduce<SimulatedDay | null>(
    (most, day) => (most === null || day.load - day.threshold > most.load - most.threshold ? day : most),
    null,
  );
  if (worst !== null) {
    const others = over.length === 1 ? '' : `, the most of ${grouped(over.length)} such days`;
    return `${shortDate(worst.day)} is over its threshold of ${grouped(worst.threshold)} by ${grouped(worst.load - worst.threshold)}${others}: its emails had no other day left`;
  }
  const sentOn = ({ sent, bounced }: SimulatedDay) => sent + bounced;
  const fullest = days.reduce((most, day) => (sentOn(day) > sentOn(most) ? day : most), days[0]);
  if (fullest === undefined || sentOn(fullest) === 0) return 'Nothing was sent';
  return `Most was sent on ${shortDate(fullest.day)}: ${grouped(sentOn(fullest))} emails`;
}

/** What stopped most emails in the end. */
export function endedFinding({ accounts }: Simulation): string {
  const reasons = Object.entries(accounts.skipped).sort(([, a], [, b]) => b - a);
  const all = reasons.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return 'No email was skipped in the end';
  const [[name, count]] = reasons;
  return `${percent(count, all)} of those skipped in the end were so by one rule: ${wordsOf(name).toLowerCase()}`;
}
