import { Command, InvalidArgumentError } from 'commander';
import { verificationText } from '../report/verificationText.js';
import { chooseConfig, originText } from '../run/config/chooseConfig.js';
import { AUDITED_TYPES, type AuditedType } from '../verify/auditedTypes.js';
import { FINDING_KINDS, type FindingKind } from '../verify/kinds.js';
import { verifyFile } from '../verify/verifyFile.js';
import { driverOption, planningOptions } from './options.js';
import { writeError } from './output.js';
import { progressLine } from './progress.js';
import { countFromZero, type RowsFlags, rowsOptions, rowsTarget, tellResult } from './rowsOutput.js';

interface VerifyFlags extends RowsFlags {
  readonly asOf?: string;
  readonly config?: string;
  readonly history?: true;
  readonly kind?: readonly FindingKind[];
  readonly types?: readonly AuditedType[];
  readonly limit?: number;
  readonly driver: 'sqljs' | 'native';
}

const EXAMPLES = `
The rows that are to be sent or skipped are audited, whoever wrote them: against the state windows, days and limits by
themselves, against everything else by a plan of the same day. Nothing is written. Audit on the day for which the rows were
planned; a later day finds what was not sent. docs/verify.md has all kinds of findings.

Exit codes: 0 nothing was found, 1 something was found, or the audit failed, 2 wrong use.

Examples:
  $ npx sendplan verify a.sqlite3 --as-of 2025-06-13      audit the planned emails
  $ npx sendplan verify a.sqlite3 --history --limit 10    and what went out, with ten examples of each kind
  $ npx sendplan verify a.sqlite3 --kind in_statutory_window --kind in_year_round_state
  $ npx sendplan verify a.sqlite3 --types birthday,aep    what a scheduler of these emails alone has to answer for
  $ npx sendplan verify a.sqlite3 --output findings.parquet
  $ npx sendplan verify a.sqlite3 --json | jq '.kinds[] | {kind, count}'
`;

function kindNames(text: string, earlier: readonly FindingKind[] = []): readonly FindingKind[] {
  const kind = FINDING_KINDS.find((known) => known === text);
  if (kind !== undefined) return [...earlier, kind];
  throw new InvalidArgumentError(`Allowed are ${FINDING_KINDS.join(', ')}.`);
}

function typeNames(text: string, earlier: readonly AuditedType[] = []): readonly AuditedType[] {
  const names = text.split(',').map((name) => name.trim());
  const found = names.map((name) => AUDITED_TYPES.find((type) => type === name));
  const unknown = names.filter((_, i) => found[i] === undefined);
  if (unknown.length === 0) return [...new Set([...earlier, ...found.filter((type) => type !== undefined)])];
  const shown = unknown.map((name) => JSON.stringify(name)).join(', ');
  throw new InvalidArgumentError(`Not a type: ${shown}. Allowed are ${AUDITED_TYPES.join(', ')}, separated by commas.`);
}

async function verify(path: string, flags: VerifyFlags): Promise<void> {
  const target = rowsTarget(flags);
  const chosen = await chooseConfig(path, flags);
  writeError(originText(chosen.origin));
  const line = await progressLine();
  const { report, exportAs, lastRunDay } = await verifyFile(path, {
    asOf: flags.asOf,
    config: chosen.config,
    history: flags.history,
    kinds: flags.kind,
    types: flags.types,
    limit: flags.limit,
    driver: flags.driver,
    onProgress: line.update,
  }).finally(() => line.stop());
  await tellResult(flags, target, { report, exportAs, textOf: verificationText });
  if (flags.asOf === undefined && lastRunDay !== null && lastRunDay !== report.as_of) {
    writeError(`The last run planned as of ${lastRunDay}: --as-of ${lastRunDay} audits the rows for that day.\n`);
  }
  if (report.findings > 0) process.exitCode = 1;
}

/** The `verify` command: audits planned emails. Its action throws `SendplanError`; commander answers bad options. */
export function verifyCommand(): Command {
  const command = new Command('verify').argument('<db>', 'the SQLite file with the contacts and emails');
  for (const option of planningOptions()) command.addOption(option);
  command
    .option('--history', 'audit emails that were sent or are on their way, too')
    .option('--kind <kind>', 'look for findings of this kind only; can be given more than once', kindNames)
    .option(
      '--types <types>',
      `look at emails of these types only, separated by commas: ${AUDITED_TYPES.join(', ')}`,
      typeNames,
    )
    .option('--limit <n>', 'how many findings of each kind are shown (default: 3)', countFromZero)
    .option('--json', 'print one JSON report on stdout instead of text')
    .addOption(
      driverOption("how the database is read: sqljs without a lock, native under SQLite's locks, with libsql"),
    );
  for (const option of rowsOptions('all findings')) command.addOption(option);
  return command.addHelpText('after', EXAMPLES).action(verify);
}
