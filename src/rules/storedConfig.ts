import { type Config, type ConfigInput, resolveConfig } from './config.js';
import { DEFAULT_STATE_RULES } from './states.js';

/**
 * A complete configuration as a run keeps it (Rules 11), as people would write it: `resolveConfig` gives the same again. States
 * that it has no rule for are set to none, which leaving them out would not do.
 *
 * @param text JSON
 * @throws SendplanError `bad_config` when this version does not take it, SyntaxError when it is no JSON
 */
export function parseStoredConfig(text: string): ConfigInput {
  const stored: unknown = JSON.parse(text);
  const kept = (stored as { state_rules?: Record<string, unknown> } | null)?.state_rules ?? {};
  const removed = Object.keys(DEFAULT_STATE_RULES).filter((state) => !Object.hasOwn(kept, state));
  const rules = { ...kept, ...Object.fromEntries(removed.map((state) => [state, null])) };
  const input = { ...(stored as object), state_rules: rules } as ConfigInput;
  resolveConfig(input, 'the configuration of the last run');
  return input;
}

/** A configuration as a run keeps it in one form, whichever version kept it. */
function plainForm(text: string): string {
  return JSON.stringify(resolveConfig(parseStoredConfig(text)));
}

/** Tells whether a configuration as a run keeps it is another one than the given; one that cannot be read is. */
export function isOtherConfig(text: string, config: Config): boolean {
  const given = JSON.stringify(config);
  if (text === given) return false;
  try {
    return plainForm(text) !== plainForm(given);
  } catch {
    return true;
  }
}
