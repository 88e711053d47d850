import { readFileSync, statSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import { parseIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import type { ConfigInput } from '../rules/config.js';
import { fileError } from '../store/file/openDatabaseFile.js';

/** Reads an option that is a day. @throws InvalidArgumentError */
export function dateText(text: string): string {
  if (text.length === 10 && parseIsoDay(text) !== null) return text;
  throw new InvalidArgumentError('Allowed is a date YYYY-MM-DD of the years 1900 to 2199.');
}

/** Makes the reader of an option that is a whole number, both bounds allowed; it throws InvalidArgumentError. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Allowed is a whole number from ${minimum} to ${maximum}.`);
  };
}

/** A configuration is a page of text; what is longer is another file. */
const MOST_CONFIG_BYTES = 4 * 1024 * 1024;

/** Refuses what would be waited for without end, or is no configuration. Pipes of a shell's own, `<(...)`, are read. */
function requireConfigFile(path: string): void {
  const stat = statSync(path);
  if (stat.isFile() && stat.size > MOST_CONFIG_BYTES) {
    throw new SendplanError(
      'bad_config',
      `The configuration ${path} has ${stat.size} bytes; allowed are ${MOST_CONFIG_BYTES}.`,
      {
        hint: 'Give the path of a YAML or JSON file.',
      },
    );
  }
  if (stat.isFile() || stat.isDirectory() || /^\/(dev\/(fd|stdin)|proc\/self\/fd)/.test(path)) return;
  throw new SendplanError('bad_config', `The configuration ${path} is no regular file.`, {
    hint: 'Give the path of a YAML or JSON file.',
  });
}

/** Reads the text of a configuration's file. @throws SendplanError when it cannot be, or is no configuration by its size */
export function readConfigText(path: string): string {
  try {
    requireConfigFile(path);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof SendplanError) throw cause;
    throw fileError(
      'file_not_found',
      `The configuration ${path} cannot be read`,
      cause,
      'Give the path of a YAML or JSON file.',
    );
  }
}

/** Reads the configuration of `--config`, all defaults without one. @throws SendplanError */
export async function readConfig(path: string | undefined): Promise<ConfigInput> {
  if (path === undefined) return {};
  const text = readConfigText(path);
  const { parseConfig } = await import('../rules/configText.js');
  return parseConfig(text, path);
}

/** The options that say from which day and by which rules to plan. */
export function planningOptions(): Option[] {
  return [
    new Option(
      '--as-of <date>',
      "the day to plan from, YYYY-MM-DD (default: today in the configuration's time zone)",
    ).argParser(dateText),
    configOption(),
  ];
}

/** The option that says by which rules. */
export function configOption(): Option {
  return new Option(
    '--config <file>',
    'rules of the organization as YAML or JSON, or none for the defaults (default: sendplan.yaml beside the database, else what the last run used); docs/rules.md has the keys',
  );
}

/** The option that says what reads and writes the database. */
export function driverOption(description: string): Option {
  return new Option('--driver <name>', description).choices(['sqljs', 'native']).default('sqljs');
}
