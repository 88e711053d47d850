export type { Balance, DayLoad } from './balance/balance.js';
export { formatIsoDay, parseIsoDay } from './calendar/iso.js';
export type { OrganizationTables } from './columns/arrowSource.js';
export { CHANGE_CAUSES, type ChangeCause } from './diff/causes.js';
export type { ChangedRow } from './diff/changedRows.js';
export { type DiffOptions, type DiffReport, diff, type ScheduleDifferences } from './diff/diff.js';
export { SendplanError, type SendplanErrorCode } from './errors.js';
export type { Absence, AbsenceReason } from './explain/absenceFacts.js';
export type { ContactExplanation } from './explain/contactExplanation.js';
export { type ExplainOptions, explain } from './explain/explain.js';
export type * from './explain/explanation.js';
export { EXPORT_FORMATS, type ExportFormat } from './export/formats.js';
export { explanationText } from './report/explanationText.js';
export {
  type AepDate,
  type Config,
  type ConfigInput,
  type Ramp,
  resolveConfig,
  type TemplateNames,
} from './rules/config.js';
export { parseConfig } from './rules/configText.js';
export type * from './rules/records.js';
export type { StateRule, StateRuleKind } from './rules/states.js';
export { type ScheduleInput, type ScheduleOptions, type SchedulePlan, schedule } from './run/library.js';
export { type OpenDatabase, type OpenDatabaseOptions, openDatabase, type RunOptions } from './run/openDatabase.js';
export type { RunReport } from './run/runReport.js';
export type { RunProgress, Stage, StageTiming } from './run/stopwatch.js';
export type { SkipRule } from './simulate/ledger.js';
export type { SenderOptions } from './simulate/sender.js';
export { type SimulateOptions, simulate } from './simulate/simulate.js';
export type {
  Accounts,
  EmailKind,
  SimulatedDay,
  SimulatedEmail,
  Simulation,
  Volumes,
} from './simulate/simulation.js';
export { type SimulationDifference, simulateWhatIf, type WhatIf } from './simulate/whatIf.js';
export type { SqlJsOptions } from './store/driver/sqljs.js';
export { AUDITED_TYPES, type AuditedType } from './verify/auditedTypes.js';
export type { Finding } from './verify/findings.js';
export { FINDING_GROUPS, FINDING_KINDS, type FindingGroup, type FindingKind } from './verify/kinds.js';
export { type KindReport, type Verification, type VerifyOptions, type VerifyReport, verify } from './verify/verify.js';
export { VERSION } from './version.js';
