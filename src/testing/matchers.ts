import { type OracleOptions, oracle } from '../oracle/oracle.js';
import type { OrganizationRecords } from '../rules/records.js';
import { type CompareOptions, compareSchedules, type ScheduleDifference } from './compareSchedules.js';
import { type Engine, planWith } from './planWith.js';
import type { ScheduledRow } from './rows.js';

/** How `toMatchSchedule` plans and compares. */
export interface MatchOptions extends OracleOptions, CompareOptions {
  /** Who plans the expected rows, `reference` when left out; only `reference` can say why a row is expected. */
  readonly engine?: Engine;
}

/** What a matcher tells its test runner. */
export interface MatchResult {
  readonly pass: boolean;
  message(): string;
}

/** The matchers as they are called after `expect(...)`; `Result` is what the test runner makes a matcher return. */
export interface SendplanMatchers<Result = void> {
  /**
   * Passes when the rows are those that a run on `input` must leave behind, in any order (Rules 11).
   *
   * The failure shows each difference and why the row is expected. With `engine: 'fast'` it returns a promise to await.
   */
  toMatchSchedule(input: OrganizationRecords, options: MatchOptions & { readonly engine?: 'reference' }): Result;
  toMatchSchedule(input: OrganizationRecords, options: MatchOptions): Promise<Result>;
}

function resultOf(difference: ScheduleDifference): MatchResult {
  const { equal, text } = difference;
  // The message of a passing match is shown by `.not`.
  const message = equal ? `Expected the schedules to differ. ${text}` : text;
  return { pass: equal, message: () => message };
}

async function matchFast(
  rows: Iterable<ScheduledRow>,
  input: OrganizationRecords,
  options: MatchOptions,
): Promise<MatchResult> {
  return resultOf(compareSchedules(rows, await planWith('fast', input, options), options));
}

function toMatchSchedule(
  received: Iterable<ScheduledRow>,
  input: OrganizationRecords,
  options: MatchOptions,
): MatchResult | Promise<MatchResult> {
  if (typeof received !== 'object' || received === null || !(Symbol.iterator in received)) {
    throw new TypeError('toMatchSchedule: expected an array or another iterable of rows');
  }
  if (options.engine === 'fast') return matchFast(received, input, options);
  return resultOf(compareSchedules(received, oracle(input, options), options));
}

/** The matchers for `expect.extend`, of vitest and of jest; `sendplan/testing/vitest` extends vitest's by itself. */
export const sendplanMatchers = { toMatchSchedule };
