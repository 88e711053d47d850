import { formatIsoDay } from '../calendar/iso.js';
import type { MissedEmails } from '../plan/missedEmails.js';
import type { Config } from '../rules/config.js';
import { isOtherConfig } from '../rules/storedConfig.js';
import type { Connection } from '../store/driver/connection.js';
import { lastAsOfDay } from '../store/read/lastAsOf.js';
import { latestConfigText } from '../store/read/latestConfig.js';
import type { DatabaseSchema } from '../store/schema/readSchema.js';
import { findGuards, type GuardFinding, type GuardName, requirePassed } from './guards.js';
import type { PlanFacts } from './planFacts.js';
import type { ReadingReport } from './readingReport.js';
import { missedWarnings, readingWarnings } from './readingWarnings.js';

/** What an operator should know of a plan before it is written. */
export interface PlanLook {
  readonly reading: ReadingReport;
  readonly missed: MissedEmails;
  readonly warnings: readonly string[];
  /** What the guards say, whether they hold the run back or not. */
  readonly guards: readonly GuardFinding[];
  /** The configuration that the database holds as the last run's; null without one. */
  readonly lastConfig: string | null;
}

/** What is looked at. */
export interface WhatIsPlanned {
  readonly config: Config;
  /** The run's day. */
  readonly today: number;
  /** What could not be read. */
  readonly reading: ReadingReport;
  readonly facts: PlanFacts;
}

/** Which guards are to be passed. */
interface PassedGuards {
  readonly dryRun?: boolean;
  /** Those that hold nothing back. */
  readonly force?: readonly GuardName[];
  /** Those that hold the run back where the configuration has them warn. */
  readonly hold?: readonly GuardName[];
}

function guardText({ guard, holds, told }: GuardFinding, isDryRun: boolean): string {
  return holds && isDryRun ? `A run would be held back by guards.${guard}: ${told}` : told;
}

/**
 * Looks at a plan before it is written: what could not be read, what came too late, and what the guards say.
 *
 * @throws SendplanError `held_back` when a guard holds the run back, which no dry run is
 */
export function lookAtPlan(
  connection: Connection,
  schema: DatabaseSchema,
  { config, today, reading, facts }: WhatIsPlanned,
  { dryRun = false, force = [], hold = [] }: PassedGuards,
): PlanLook {
  const missed = facts.missed();
  const lastDay = lastAsOfDay(connection, schema);
  const lastConfig = latestConfigText(connection, schema);
  const findings = findGuards({
    guards: config.guards,
    reading,
    withdrawn: facts.withdrawn(),
    today,
    lastDay,
    isOtherConfig: lastConfig !== null && isOtherConfig(lastConfig, config),
  });
  const judged = findings.map((finding) => (hold.includes(finding.guard) ? { ...finding, holds: true } : finding));
  if (!dryRun) requirePassed(judged, force);
  const lastDayText = lastDay === null ? null : formatIsoDay(lastDay);
  const warnings = [
    ...findings.map((finding) => guardText(finding, dryRun)),
    ...readingWarnings(reading),
    ...missedWarnings(missed, lastDayText),
  ];
  return { reading, missed, warnings, guards: findings, lastConfig };
}
