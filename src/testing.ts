export type { Candidate, CandidateKind, OracleResult, StartStep } from './oracle/model.js';
export { type OracleOptions, oracle } from './oracle/oracle.js';
export type { Config, ConfigInput } from './rules/config.js';
export type * from './rules/records.js';
export { type CompareOptions, compareSchedules, type ScheduleDifference } from './testing/compareSchedules.js';
export type { ContactDifference, RowDifference } from './testing/contactDifference.js';
export { type MatchOptions, type MatchResult, type SendplanMatchers, sendplanMatchers } from './testing/matchers.js';
export { type Engine, planWith } from './testing/planWith.js';
export { COMPARED_COLUMNS, type ScheduleColumn, type ScheduledRow } from './testing/rows.js';
