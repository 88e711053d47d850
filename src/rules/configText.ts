import { type Document, parseDocument } from 'yaml';
import { SendplanError } from '../errors.js';
import { type ConfigInput, resolveConfig } from './config.js';
import { repeatedKeys } from './repeatedKeys.js';

/** What a document says as plain objects. @throws SendplanError `bad_config` when its references to itself are without end */
function toPlain(document: Document, source: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SendplanError('bad_config', `${source}: its aliases cannot be followed: ${message}.`, { cause });
  }
}

/**
 * Reads a configuration from YAML text (JSON is YAML) and checks it (Rules 12); `resolveConfig` completes it.
 *
 * @param source how messages name the text, usually its file name
 * @throws SendplanError `bad_config` when the text is no YAML or `resolveConfig` refuses it
 * @example
 * import { parseConfig } from 'sendplan';
 * console.log(parseConfig('frequency: { max_emails_per_period: 2 }').frequency.max_emails_per_period); // 2
 */
export function parseConfig(text: string, source = 'configuration'): ConfigInput {
  // The library compares every key of a section with every other.
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: false });
  if (document.errors.length > 0) {
    const problem = document.errors[0].message.split('\n')[0].replace(/:$/, '');
    throw new SendplanError('bad_config', `${source}: this is not YAML: ${problem}.`);
  }
  const [repeated] = repeatedKeys(document);
  if (repeated !== undefined) {
    throw new SendplanError('bad_config', `${source}: the key ${repeated.name} is there twice in one section.`);
  }
  const input = toPlain(document, source);
  resolveConfig(input, source);
  return (input ?? {}) as ConfigInput;
}
