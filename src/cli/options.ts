import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { parseIsoDay } from '../calendar/iso.js';
import type { ConfigInput } from '../rules/config.js';
import { parseConfig } from '../rules/configText.js';
import { fileError } from '../store/file.js';

/** Reads an option that is a day. @throws InvalidArgumentError */
export function dateText(text: string): string {
  if (text.length === 10 && parseIsoDay(text) !== null) return text;
  throw new InvalidArgumentError('Allowed is a date YYYY-MM-DD of the years 1900 to 2199.');
}

/** Reads the configuration of `--config`, all defaults without one. @throws SendplanError */
export function readConfig(path: string | undefined): ConfigInput {
  if (path === undefined) return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw fileError(
      'file_not_found',
      `The configuration ${path} cannot be read`,
      cause,
      'Give the path of a YAML or JSON file.',
    );
  }
  return parseConfig(text, path);
}
