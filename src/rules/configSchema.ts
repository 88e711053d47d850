import { z } from 'zod';
import { configSchema } from './configForm.js';
import { configNote } from './configNotes.js';

type Json = Record<string, unknown> & {
  type?: string | string[];
  properties?: Record<string, Json>;
  items?: Json;
  anyOf?: Json[];
  required?: string[];
};

/** The form of values that the schema checks by code, which JSON Schema cannot hold, by the keys that lead to them. */
const FORMS: Readonly<Record<string, string>> = {
  'calendar.closed.[]': '^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$',
  'load_balancing.ramp.start': '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
};

/** The keys that must be there where their section is; every other key of a configuration may be left out. */
const REQUIRED: readonly string[] = ['aep.[].month', 'aep.[].day', 'kind', 'start', 'first', 'growth'];

function isRequired(path: readonly PropertyKey[], key: string): boolean {
  const places = [...path, key].map((part) => (typeof part === 'number' ? '[]' : part)).join('.');
  return REQUIRED.includes(places) || (REQUIRED.includes(key) && path.length === 2);
}

/** Adds to a part of the schema, and all parts in it, what the library cannot know. */
function complete(schema: Json, path: readonly PropertyKey[]): void {
  const note = configNote(path);
  if (note !== null) schema.description = note;
  const form = FORMS[path.map((part) => (typeof part === 'number' ? '[]' : String(part))).join('.')];
  if (form !== undefined) schema.pattern = form;
  // Numbers without an end have that of whole numbers, which says nothing.
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.required !== undefined) {
    schema.required = schema.required.filter((key) => isRequired(path, key));
    if (schema.required.length === 0) delete schema.required;
  }
  for (const [key, inner] of Object.entries(schema.properties ?? {})) complete(inner, [...path, key]);
  for (const inner of schema.anyOf ?? []) completeChoice(inner, path);
  if (schema.items !== undefined) complete(schema.items, [...path, 0]);
  // An empty section, `section:` in YAML, is null and sets nothing.
  const isSection = schema.type === 'object' && !(path[0] === 'aep' || path.includes('ramp'));
  if (isSection && (path[0] !== 'state_rules' || path.length === 1)) schema.type = ['object', 'null'];
}

/** As `complete`, of one of several forms of a value, which is told of once and is no section by itself. */
function completeChoice(schema: Json, path: readonly PropertyKey[]): void {
  complete(schema, path);
  delete schema.description;
  if (Array.isArray(schema.type) && schema.type.includes('object')) schema.type = 'object';
}

/**
 * The JSON Schema of a configuration (Rules 12), for editors: every key with what it means, its default, and what is allowed.
 *
 * It allows what `resolveConfig` takes, and a little more: that a zone is known, a day is in its month and a deadline not before its
 * date is checked by code alone. `null` stands for nothing at all.
 */
export function configJsonSchema(): Record<string, unknown> {
  // What is read before it is checked (an empty section) has no form of its own; that of the section stands in its place.
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Json;
  complete(schema, []);
  // All states have the same form of a rule, which is told once.
  const states = schema.properties?.state_rules.properties ?? {};
  const [stateRule] = Object.values(states);
  for (const state of Object.keys(states)) states[state] = { $ref: '#/$defs/state_rule' };
  const { $schema, ...rest } = schema;
  return { $schema, title: 'sendplan configuration', ...rest, $defs: { state_rule: stateRule } };
}
