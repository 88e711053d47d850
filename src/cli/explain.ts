import { Command, InvalidArgumentError } from 'commander';
import { explainFile } from '../explain/explainFile.js';
import { explanationText } from '../report/explanationText.js';
import { chooseConfig, originText } from '../run/config/chooseConfig.js';
import { driverOption, planningOptions } from './options.js';
import { writeError, writeJson, writeOut } from './output.js';
import { progressLine } from './progress.js';

interface ExplainFlags {
  readonly contact: readonly number[];
  readonly asOf?: string;
  readonly config?: string;
  readonly json?: true;
  readonly driver: 'sqljs' | 'native';
}

const EXAMPLES = `
The whole database is planned as a run would plan it, with the same day and configuration, and nothing is written. What is told
is what that plan holds: events, ideal days, how each start day came about, windows, moves, limits, and why emails are missing.

Examples:
  $ npx sendplan explain a.sqlite3 --contact 42 --as-of 2025-06-13
  $ npx sendplan explain a.sqlite3 --contact 42 --contact 43 --config rules.yaml
  $ npx sendplan explain a.sqlite3 --contact 42 --driver native    while other programs write to it
  $ npx sendplan explain a.sqlite3 --contact 42 --json | jq '.contacts[0].emails[] | {email_type, skip_reason}'
`;

function contactIds(text: string, earlier: readonly number[] = []): readonly number[] {
  const id = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (id >= 1 && Number.isSafeInteger(id)) return [...earlier, id];
  throw new InvalidArgumentError('Allowed is the id of a contact, a whole number from 1 to 9007199254740991.');
}

async function explain(path: string, flags: ExplainFlags): Promise<void> {
  const chosen = await chooseConfig(path, flags);
  writeError(originText(chosen.origin));
  const line = await progressLine();
  const explanations = await explainFile(path, {
    contacts: flags.contact,
    asOf: flags.asOf,
    config: chosen.config,
    driver: flags.driver,
    onProgress: line.update,
  }).finally(() => line.stop());
  if (flags.json) {
    writeJson({ as_of: explanations[0].as_of, configuration: chosen.origin, contacts: explanations }, 2);
  } else writeOut(explanations.map(explanationText).join('\n\n'));
}

/** The `explain` command: tells why contacts get what they get. Its action throws `SendplanError`; commander answers bad options. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .argument('<db>', 'the SQLite file with the contacts')
    .requiredOption('--contact <id>', 'the contact, by id; can be given more than once', contactIds);
  for (const option of planningOptions()) command.addOption(option);
  return command
    .addOption(
      driverOption(
        "sqljs: refuses a file that changes meanwhile; native: under SQLite's locks, also while others write to it, with the optional package libsql",
      ),
    )
    .option('--json', 'print one JSON object for programs instead of letters')
    .addHelpText('after', EXAMPLES)
    .action(explain);
}
