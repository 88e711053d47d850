import { type ConfigInput, checkConfig, resolveConfig } from '../../rules/config.js';
import { DEFAULT_STATE_RULES } from '../../rules/states.js';
import { valueAt, withValue } from './configFields.js';
import type { Draft } from './state.js';

type Section = Readonly<Record<string, unknown>>;

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Values in one order of their keys, so that equal ones have the same text. */
function sortedText(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    isSection(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** A text that is the same for settings that plan the same, defaults filled in; null when they are not right. */
export function settingsKey(draft: unknown): string | null {
  return checkConfig(draft).length > 0 ? null : sortedText(resolveConfig(draft));
}

/**
 * What a configuration sets that is not the default, as people would set it.
 *
 * @param input right, as `resolveConfig` takes it
 */
export function ownSettings(input: ConfigInput): Draft {
  const config = resolveConfig(input);
  const defaults = resolveConfig({});
  let draft: Draft = {};
  const take = (value: unknown, path: readonly string[]) => {
    const standard = valueAt(defaults, path);
    if (isSection(value) && isSection(standard)) {
      for (const [key, inner] of Object.entries(value)) take(inner, [...path, key]);
    } else if (sortedText(value) !== sortedText(standard)) draft = withValue(draft, path, value);
  };
  const { state_rules: rules, ...rest } = config;
  for (const [key, value] of Object.entries(rest)) take(value, [key]);
  for (const state of new Set([...Object.keys(DEFAULT_STATE_RULES), ...Object.keys(rules)])) {
    const rule = rules[state] ?? null;
    if (sortedText(rule) !== sortedText(defaults.state_rules[state] ?? null)) {
      draft = withValue(draft, ['state_rules', state], rule);
    }
  }
  return draft;
}
