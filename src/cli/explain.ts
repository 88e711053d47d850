import { Command, InvalidArgumentError } from 'commander';
import { SendplanError } from '../errors.js';
import { explainFile } from '../explain/explainFile.js';
import { codeText, meaningOfCode } from '../report/codeText.js';
import { explanationText } from '../report/explanationText.js';
import { chooseConfig, originText } from '../run/config/chooseConfig.js';
import { driverOption, planningOptions } from './options.js';
import { writeError, writeJson, writeOut } from './output.js';
import { progressLine } from './progress.js';

interface ExplainFlags {
  readonly contact?: Named;
  readonly row?: readonly number[];
  readonly code?: string;
  readonly detail?: true;
  readonly asOf?: string;
  readonly config?: string;
  readonly json?: true;
  readonly driver: 'sqljs' | 'native';
}

/** Contacts as they are named on the command line. */
interface Named {
  readonly contacts: readonly number[];
  readonly addresses: readonly string[];
}

const EXAMPLES = `
The whole database is planned as a run would plan it, with the same day and configuration, and nothing is written. What is told
is what that plan holds: events, ideal days, how each start day came about, windows, moves, limits, and why emails are missing.

Exit codes: 0 done, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan explain a.sqlite3 --contact 42 --as-of 2025-06-13
  $ npx sendplan explain a.sqlite3 --contact 42,43 --config rules.yaml
  $ npx sendplan explain a.sqlite3 --contact ann@example.com       by address
  $ npx sendplan explain a.sqlite3 --row 1234                      whose email is this row of email_schedules?
  $ npx sendplan explain a.sqlite3 --contact 42 --detail           with the arithmetic of days
  $ npx sendplan explain --code exclusion:year_round:NY            what a reason, an issue or an error means
  $ npx sendplan explain a.sqlite3 --contact 42 --driver native    while other programs write to it
  $ npx sendplan explain a.sqlite3 --contact 42 --json | jq '.contacts[0].emails[] | {email_type, skip_reason}'
`;

/** The ids among words that are separated by commas; null for a word that is none. */
function idsOf(text: string): (number | null)[] {
  return text.split(',').map((word) => {
    const id = /^[0-9]{1,16}$/.test(word.trim()) ? Number(word) : Number.NaN;
    return id >= 1 && Number.isSafeInteger(id) ? id : null;
  });
}

function named(text: string, earlier: Named = { contacts: [], addresses: [] }): Named {
  if (text.includes('@')) return { ...earlier, addresses: [...earlier.addresses, ...text.split(',')] };
  const ids = idsOf(text).filter((id) => id !== null);
  if (ids.length < text.split(',').length) {
    throw new InvalidArgumentError(
      'Allowed are ids of contacts, whole numbers from 1 to 9007199254740991, or addresses, separated by commas.',
    );
  }
  return { ...earlier, contacts: [...earlier.contacts, ...ids] };
}

function rowIds(text: string, earlier: readonly number[] = []): readonly number[] {
  const ids = idsOf(text).filter((id) => id !== null);
  if (ids.length === text.split(',').length) return [...earlier, ...ids];
  throw new InvalidArgumentError('Allowed are ids of rows of email_schedules, separated by commas.');
}

/** The database that is asked for. @throws SendplanError `bad_input` when a database, or a contact, is not named */
function requireDatabase(path: string | undefined, { contact, row }: ExplainFlags): string {
  const hint = 'sendplan explain DB --contact ID explains a contact, sendplan explain --code CODE a code.';
  if (path === undefined) throw new SendplanError('bad_input', 'No database is named.', { hint });
  if (contact === undefined && row === undefined)
    throw new SendplanError('bad_input', 'No contact is named.', { hint });
  return path;
}

function explainCode(code: string, flags: ExplainFlags): void {
  const meaning = meaningOfCode(code);
  if (flags.json) writeJson(meaning, 2);
  else writeOut(codeText(meaning));
}

async function explain(database: string | undefined, flags: ExplainFlags): Promise<void> {
  if (flags.code !== undefined) return explainCode(flags.code, flags);
  const path = requireDatabase(database, flags);
  const chosen = await chooseConfig(path, flags);
  writeError(originText(chosen.origin));
  const line = await progressLine();
  const explanations = await explainFile(path, {
    ...flags.contact,
    rows: flags.row,
    asOf: flags.asOf,
    config: chosen.config,
    driver: flags.driver,
    onProgress: line.update,
  }).finally(() => line.stop());
  if (flags.json) {
    writeJson({ as_of: explanations[0].as_of, configuration: chosen.origin, contacts: explanations }, 2);
  } else writeOut(explanations.map((one) => explanationText(one, flags)).join('\n\n'));
}

/** The `explain` command: tells why contacts get what they get. Its action throws `SendplanError`; commander answers bad options. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .argument('[db]', 'the SQLite file with the contacts')
    .option('--contact <who>', 'the contact, by id or address; several by commas, or given more than once', named)
    .option('--row <id>', 'the contact of a row of email_schedules', rowIds)
    .option('--code <code>', 'tell what a skip reason, an issue, a finding or an error code means; no database is read')
    .option('--detail', 'tell the arithmetic of days too');
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
