import type { ConfigInput } from '../rules/config.js';
import { type ScheduleInput, withSource } from '../run/library.js';
import { type LoadedSimulation, liveThrough, loadSimulation, type SimulateOptions, settingsOf } from './simulate.js';
import { EMAIL_KINDS, type EmailKind, type Simulation, type Volumes } from './simulation.js';

/** What another configuration would change: its figures less those of the first. */
export interface SimulationDifference {
  readonly total: Volumes;
  readonly by_kind: Readonly<Record<EmailKind, Volumes>>;
  readonly days_over_threshold: number;
  readonly fullest_day: number;
  readonly expected: number;
  readonly unsent: number;
}

/** Two simulations of the same days that differ in the configuration alone. */
export interface WhatIf {
  readonly base: Simulation;
  readonly other: Simulation;
  readonly difference: SimulationDifference;
}

function lessVolumes(a: Volumes, b: Volumes): Volumes {
  const names = Object.keys(a) as (keyof Volumes)[];
  const counts = names.filter((name) => typeof a[name] === 'number').map((name) => [name, a[name] - b[name]]);
  return Object.fromEntries(counts) as unknown as Volumes;
}

function fullestDay({ days }: Simulation): number {
  return days.reduce((most, { load }) => Math.max(most, load), 0);
}

/** What `other` has more than `base`. */
export function differenceOf(base: Simulation, other: Simulation): SimulationDifference {
  return {
    total: lessVolumes(other.total, base.total),
    by_kind: Object.fromEntries(
      EMAIL_KINDS.map((kind) => [kind, lessVolumes(other.by_kind[kind], base.by_kind[kind])]),
    ) as SimulationDifference['by_kind'],
    days_over_threshold: other.days_over_threshold.length - base.days_over_threshold.length,
    fullest_day: fullestDay(other) - fullestDay(base),
    expected: other.accounts.expected - base.accounts.expected,
    unsent: other.accounts.unsent - base.accounts.unsent,
  };
}

/** Lives through two loaded organizations, one after the other; `onDay` counts the days of both. */
export async function liveThroughBoth(
  loaded: readonly [LoadedSimulation, LoadedSimulation],
  options: SimulateOptions,
): Promise<WhatIf> {
  const { onDay, signal } = options;
  const base = await liveThrough(loaded[0], {
    onDay: (day, done, count) => onDay?.(day, done, 2 * count),
    signal,
  });
  const other = await liveThrough(loaded[1], {
    onDay: (day, done, count) => onDay?.(day, count + done, 2 * count),
    signal,
  });
  return { base, other, difference: differenceOf(base, other) };
}

/**
 * Simulates the same days by two configurations: chance hits the same days and the same emails of a day.
 *
 * @param options as for `simulate`; `config` is the first configuration
 * @param config the second one
 * @throws TypeError, RangeError and SendplanError as `simulate` does
 * @example
 * import { simulateWhatIf } from 'sendplan';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const days = { from: '2025-01-01', to: '2025-12-31' };
 * const { base, other } = await simulateWhatIf({ contacts }, days, { aep: [] });
 * console.log(base.accounts.sent, other.accounts.sent); // 4 2
 */
export async function simulateWhatIf(
  input: ScheduleInput,
  options: SimulateOptions,
  config: ConfigInput,
): Promise<WhatIf> {
  const settings = [settingsOf(options), settingsOf({ ...options, config })] as const;
  const loaded = await withSource(
    input,
    options.sqlJs,
    async (source) => [loadSimulation(source, settings[0]), loadSimulation(source, settings[1])] as const,
  );
  return liveThroughBoth(loaded, options);
}
