import { InvalidArgumentError, Option } from 'commander';
import { parseIsoDay } from '../calendar/iso.js';

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
