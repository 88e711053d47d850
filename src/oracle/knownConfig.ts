import { type Config, type ConfigInput, resolveConfig } from '../rules/config.js';

let defaults: Config | undefined;

const known = new WeakMap<object, { readonly text: string; readonly config: Config }>();

/**
 * Completes a configuration as `resolveConfig` does, at once when the same object was completed before (Rules 12).
 *
 * Checking a configuration takes longer than planning a contact. An object that was changed since is checked again.
 *
 * @throws SendplanError `bad_config` when `resolveConfig` refuses the configuration
 */
export function knownConfig(input: ConfigInput | undefined): Config {
  if (input === undefined || input === null) {
    defaults ??= resolveConfig(undefined);
    return defaults;
  }
  const before = known.get(input);
  if (before !== undefined && before.text === JSON.stringify(input)) return before.config;
  const config = resolveConfig(input);
  known.set(input, { text: JSON.stringify(input), config });
  return config;
}
