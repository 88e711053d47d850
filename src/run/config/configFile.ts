import { readFileSync, statSync } from 'node:fs';
import { SendplanError } from '../../errors.js';
import type { ConfigInput } from '../../rules/config.js';
import { fileError } from '../../store/format/fileErrors.js';

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
  const { parseConfig } = await import('../../rules/configText.js');
  return parseConfig(text, path);
}
