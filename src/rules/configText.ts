import { parseDocument } from 'yaml';
import { SendplanError } from '../errors.js';
import { type ConfigInput, resolveConfig } from './config.js';

/**
 * Reads a configuration from YAML text (JSON is YAML) and checks it (Rules 12); `resolveConfig` completes it.
 *
 * @param source how messages name the text, usually its file name
 * @throws SendplanError `bad_config` when the text is no YAML or `resolveConfig` refuses it
 */
export function parseConfig(text: string, source = 'configuration'): ConfigInput {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    const problem = document.errors[0].message.split('\n')[0].replace(/:$/, '');
    throw new SendplanError('bad_config', `${source}: this is not YAML: ${problem}.`);
  }
  const input: unknown = document.toJS();
  resolveConfig(input, source);
  return (input ?? {}) as ConfigInput;
}
