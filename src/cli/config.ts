import { Command } from 'commander';
import { SendplanError } from '../errors.js';
import { counted } from '../report/text/prose.js';
import { readConfigText } from '../run/config/configFile.js';
import { writeError, writeJson, writeOut } from './output.js';

interface ConfigFlags {
  readonly schema?: true;
  readonly defaults?: true;
  readonly check?: string;
  readonly json?: true;
}

const EXAMPLES = `
Exit codes: 0 done, 1 something is wrong with the configuration that was checked, 2 wrong use.

Examples:
  $ npx sendplan config --defaults > sendplan.yaml       every key with its default and what it means
  $ npx sendplan config --check sendplan.yaml            what is wrong with it, with lines
  $ npx sendplan config --check sendplan.yaml --json     the same for programs
  $ npx sendplan config --schema > sendplan.schema.json  the JSON Schema, for editors; the package has it in dist/config.schema.json

An editor that knows YAML schemas checks while you write, with a first line such as
  # yaml-language-server: $schema=./node_modules/sendplan/dist/config.schema.json
`;

async function check(path: string, json: boolean): Promise<void> {
  const text = readConfigText(path);
  const { checkConfigText } = await import('../rules/configProblems.js');
  const problems = checkConfigText(text);
  if (problems.length > 0) process.exitCode = 1;
  if (json) {
    writeJson({ file: path, ok: problems.length === 0, problems }, 2);
    return;
  }
  if (problems.length === 0) {
    writeOut(`${path}: nothing is wrong with it.\n`);
    return;
  }
  writeOut(problems.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}\n`).join(''));
  writeError(`${counted(problems.length, 'problem')}. sendplan config --defaults has every key.\n`);
}

async function config(flags: ConfigFlags): Promise<void> {
  const wanted = [flags.schema, flags.defaults, flags.check].filter((flag) => flag !== undefined);
  if (wanted.length !== 1 || (flags.json && flags.check === undefined)) {
    throw new SendplanError('bad_input', 'config does one thing at a time: --schema, --defaults or --check FILE.', {
      hint: '--json goes with --check; --help has examples.',
    });
  }
  if (flags.schema) writeJson((await import('../rules/configSchema.js')).configJsonSchema(), 2);
  else if (flags.defaults) writeOut((await import('../rules/configDefaults.js')).configDefaultsText());
  else await check(String(flags.check), flags.json === true);
}

/** The `config` command: tells of configurations. Its action throws `SendplanError`; commander answers bad options. */
export function configCommand(): Command {
  return new Command('config')
    .option('--schema', 'print the JSON Schema of a configuration')
    .option('--defaults', 'print the defaults as YAML, with comments')
    .option('--check <file>', 'tell everything that is wrong with a configuration, with lines and columns')
    .option('--json', 'print what --check finds as JSON')
    .addHelpText('after', EXAMPLES)
    .action(config);
}
