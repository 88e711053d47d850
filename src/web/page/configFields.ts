import { z } from 'zod';
import { configSchema } from '../../rules/configForm.js';
import type { Draft } from './state.js';

// What the form shows comes from the schema that checks the configuration, so that the two cannot disagree.

/** What a field of the configuration takes; a list is written with commas, and so are the values of a record. */
export type FieldKind = 'whole' | 'number' | 'flag' | 'choice' | 'text' | 'list' | 'record';

/** A field of the configuration. */
export interface ConfigField {
  /** The keys that lead to it. */
  readonly path: readonly string[];
  readonly kind: FieldKind;
  /** Its value when nothing is set; null where that is "none" or comes from the profile. */
  readonly standard: unknown;
  readonly choices: readonly string[];
  /** The keys of a record in their order; none for all other kinds. */
  readonly keys: readonly string[];
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Whether it is a share of one, which people write in percent. */
  readonly isShare: boolean;
}

/** A section of the form with its fields; the first one, without a name, holds the keys that lie in none. */
export interface ConfigSection {
  readonly name: string;
  readonly fields: readonly ConfigField[];
}

interface Shape {
  readonly type?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

const shape = z.toJSONSchema(configSchema, { io: 'output', unrepresentable: 'any' }) as Shape;

/** A shape that may be null is of the kind it is otherwise. */
function withoutNull(given: Shape): Shape {
  const other = given.anyOf?.find((option) => option.type !== 'null');
  return other === undefined ? given : { ...other, default: given.default };
}

function fieldOf(path: readonly string[], given: Shape): ConfigField {
  const plain = withoutNull(given);
  const kinds: Readonly<Record<string, FieldKind>> = {
    integer: 'whole',
    number: 'number',
    boolean: 'flag',
    array: 'list',
    object: 'record',
  };
  return {
    path,
    kind: plain.enum !== undefined ? 'choice' : (kinds[plain.type ?? ''] ?? 'text'),
    standard: plain.default ?? null,
    choices: plain.enum ?? plain.items?.enum ?? [],
    keys: Object.keys(plain.properties ?? {}),
    minimum: plain.minimum ?? null,
    maximum: plain.maximum ?? null,
    isShare: plain.type === 'number' && plain.minimum === 0 && plain.maximum === 1,
  };
}

/** The fields under a shape, those of its sections included. */
function fieldsUnder(path: readonly string[], given: Shape): ConfigField[] {
  return Object.entries(given.properties ?? {}).flatMap(([key, inner]) => {
    const innerPath = [...path, key];
    return inner.properties === undefined ? [fieldOf(innerPath, inner)] : fieldsUnder(innerPath, inner);
  });
}

const LISTS = ['aep', 'state_rules'];

/** The sections of the form, but for `aep` and `state_rules`, which have editors of their own. */
export function configSections(): ConfigSection[] {
  const entries = Object.entries(shape.properties ?? {}).filter(([key]) => !LISTS.includes(key));
  const top = entries
    .filter(([, inner]) => inner.properties === undefined)
    .map(([key, inner]) => fieldOf([key], inner));
  const sections = entries
    .filter(([, inner]) => inner.properties !== undefined)
    .map(([name, inner]) => ({ name, fields: fieldsUnder([name], inner) }));
  return [{ name: '', fields: top }, ...sections];
}

/** The fields of one date of `aep`, and of one state's rule. */
export function listFields(list: 'aep' | 'state_rules'): ConfigField[] {
  const given = shape.properties?.[list] ?? {};
  const item = list === 'aep' ? given.items : withoutNull(Object.values(given.properties ?? {})[0] ?? {});
  return fieldsUnder([], item ?? {});
}

/** The states that can have a rule. */
export function ruleStates(): string[] {
  return Object.keys(shape.properties?.state_rules?.properties ?? {});
}

/** What a draft has under some keys; undefined when it has nothing there. */
export function valueAt(draft: unknown, path: readonly (string | number)[]): unknown {
  let value: unknown = draft;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** A draft with another value under some keys; undefined takes it away, with the sections that are empty then. */
export function withValue(draft: Draft, path: readonly string[], value: unknown): Draft {
  const [key, ...rest] = path;
  const { [key]: before, ...others } = draft;
  if (rest.length === 0) return value === undefined ? others : { ...draft, [key]: value };
  const inner = withValue(isSection(before) ? before : {}, rest, value);
  return Object.keys(inner).length === 0 ? others : { ...draft, [key]: inner };
}

function isSection(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a draft sets, one line for each value: its keys joined by points, and the value. */
export function settingLines(
  draft: unknown,
  path: readonly string[] = [],
): { readonly key: string; readonly value: string }[] {
  if (isSection(draft)) return Object.entries(draft).flatMap(([key, value]) => settingLines(value, [...path, key]));
  return path.length === 0 ? [] : [{ key: path.join('.'), value: JSON.stringify(draft) ?? 'null' }];
}
