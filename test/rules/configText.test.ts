import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { type Config, type ConfigInput, checkConfig, resolveConfig } from '../../src/rules/config.js';
import { configDefaultsText } from '../../src/rules/configDefaults.js';
import { configSchema } from '../../src/rules/configForm.js';
import { configNote } from '../../src/rules/configNotes.js';
import { checkConfigText } from '../../src/rules/configProblems.js';
import { configJsonSchema } from '../../src/rules/configSchema.js';
import { parseConfig } from '../../src/rules/configText.js';
import { STATES } from '../../src/rules/states.js';
import { nearestName } from '../../src/rules/suggest.js';

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly additionalProperties?: boolean;
}

const schema = configJsonSchema() as Schema;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** Whether a schema of the kind that is made allows a value. */
function allows(part: Schema, value: unknown): boolean {
  if (part.$ref !== undefined) return allows(schema.$defs![part.$ref.split('/').at(-1)!], value);
  if (part.anyOf !== undefined) return part.anyOf.some((one) => allows(one, value));
  const types = [part.type].flat();
  const type = typeOf(value);
  if (!types.includes(type) && !(type === 'integer' && types.includes('number'))) return false;
  if (part.enum !== undefined && !part.enum.includes(value as string)) return false;
  if (typeof value === 'number') return value >= (part.minimum ?? -Infinity) && value <= (part.maximum ?? Infinity);
  if (typeof value === 'string') return new RegExp(part.pattern ?? '', 'u').test(value);
  if (Array.isArray(value)) return value.every((one) => allows(part.items!, one));
  if (typeof value !== 'object' || value === null) return true;
  if ((part.required ?? []).some((key) => !Object.hasOwn(value, key))) return false;
  return Object.entries(value).every(([key, inner]) => part.properties?.[key] && allows(part.properties[key], inner));
}

/** Every key of the schema with the keys that lead to it, a state for all. */
function* keysOf(part: Schema, path: readonly (string | number)[] = []): Generator<[(string | number)[], Schema]> {
  if (part.$ref !== undefined) yield* keysOf(schema.$defs![part.$ref.split('/').at(-1)!], path);
  for (const [key, inner] of Object.entries(part.properties ?? {})) {
    if (path[0] === 'state_rules' && path.length === 1 && key !== 'NV') continue;
    yield [[...path, key], inner];
    yield* keysOf(inner, [...path, key]);
  }
  for (const inner of part.anyOf ?? []) yield* keysOf(inner, path);
  if (part.items !== undefined) yield* keysOf(part.items, [...path, 0]);
}

describe('the JSON Schema', () => {
  it('says of every key what it means', () => {
    const keys = [...keysOf(schema)];
    expect(keys.length).toBeGreaterThan(70);
    for (const [path, part] of keys) {
      const note = configNote(path);
      expect([path.join('.'), note]).toEqual([path.join('.'), expect.stringMatching(/^[A-Z].*\.$/)]);
      if (part.$ref === undefined) expect(part.description).toBe(note);
    }
  });

  it('names the keys and defaults of the configuration', () => {
    expect(Object.keys(schema.properties!)).toEqual(
      Object.keys(resolveConfig({}) as object)
        .filter((key) => key !== 'state_rules')
        .toSpliced(7, 0, 'state_rules'),
    );
    expect(Object.keys(schema.properties!.state_rules.properties!)).toEqual([...STATES]);
    expect(schema.properties!.birthday_email_days_before.default).toBe(14);
    expect(schema.properties!.load_balancing.properties!.ramp.anyOf![0].required).toEqual(['start', 'first', 'growth']);
    expect(schema.properties!.aep.items!.required).toEqual(['month', 'day']);
    expect(schema.$defs!.state_rule.anyOf![0].required).toEqual(['kind']);
    expect(schema.required).toBeUndefined();
  });

  it.each<[unknown, boolean]>([
    [{}, true],
    [null, true],
    [resolveConfig({}), true],
    [{ frequency: null, state_rules: { ID: null, NV: { kind: 'birthday_window' } } }, true],
    [{ load_balancing: { ramp: { start: '2026-01-05', first: 200, growth: 0.3 }, daily_send_limit: 5000 } }, true],
    [{ calendar: { closed: ['12-24', '2026-11-27'], weekdays: ['mon'] } }, true],
    [{ aep: [{ month: 9, day: 15 }] }, true],
    [{ aep: [{ month: 9 }] }, false],
    [{ aep: null }, false],
    [{ calendar: { closed: ['24 December'] } }, false],
    [{ calender: {} }, false],
    [{ frequency: { max_emails_per_period: -1 } }, false],
    [{ send_time: '8:30' }, false],
    [{ state_rules: { NV: {} } }, false],
    [{ state_rules: { nv: null } }, false],
    [{ load_balancing: { ramp: { start: '2026-01-05' } } }, false],
  ])('allows %j as the check does: %s', (config, isAllowed) => {
    expect(allows(schema, config)).toBe(isAllowed);
    expect(configSchema.safeParse(config).success).toBe(isAllowed);
  });
});

describe('the defaults as a file', () => {
  const text = configDefaultsText();

  it('read back to the defaults', () => {
    expect(resolveConfig(parseConfig(text))).toEqual(resolveConfig({}));
    expect(checkConfigText(text)).toEqual([]);
  });

  it('have a comment at every key, and no aliases', () => {
    expect(text).not.toMatch(/[&*]a\d/);
    const keyLines = text
      .split('\n')
      .flatMap((line, i, all) => (/^ {0,2}\w+:/.test(line) ? [{ line, before: all[i - 1] }] : []));
    const silent = keyLines.filter(
      ({ line, before }) => !before.trim().startsWith('#') && !/^ {2}[A-Z]{2}: \{/.test(line),
    );
    expect(silent).toEqual([]);
    expect(keyLines.length).toBeGreaterThan(50);
  });
});

describe('what is wrong with a file', () => {
  it('is told all at once, with lines, columns and what was meant', () => {
    const text = `timezone: Amerika/Chicago
load_balancing:
  dayly_send_limit: 5
  profile: mediun
  ramp: { start: "2026-01-05", first: 0 }
calender: {}
calendar:
  closed: ["12-24", 12]
aep:
  - { month: 9, day: 15 }
  - { month: 13, day: 1, deadline_month: 12 }
state_rules:
  ca: { kind: birthday_window }
`;
    const told = checkConfigText(text).map(({ line, column, path, suggestion }) => [
      line,
      column,
      path.join('.'),
      suggestion,
    ]);
    expect(told).toEqual([
      [1, 11, 'timezone', null],
      [3, 3, 'load_balancing.dayly_send_limit', 'daily_send_limit'],
      [4, 12, 'load_balancing.profile', 'medium'],
      [5, 3, 'load_balancing.ramp.growth', null],
      [5, 39, 'load_balancing.ramp.first', null],
      [6, 1, 'calender', 'calendar'],
      [8, 21, 'calendar.closed.1', null],
      [11, 14, 'aep.1.month', null],
      [11, 42, 'aep.1.deadline_month', null],
      [13, 3, 'state_rules.ca', 'CA'],
    ]);
  });

  it.each([
    ['a: [\nb: }', 2, 'this is not YAML: '],
    ['frequency: {}\nfrequency: {}\n', 2, 'the key frequency is there twice in one section'],
    ['- 1\n', 1, 'the configuration is [1]; allowed is a section of the keys'],
    ['# nothing\nnonsense', 2, 'the configuration is "nonsense"'],
    ['state_rules: &all\n  CA: *all\n', 2, 'state_rules'],
  ])('%j', (text, line, said) => {
    const [problem] = checkConfigText(text);
    expect(problem.line).toBe(line);
    expect(problem.message).toContain(said);
  });

  it('is nothing in an empty file, and in whatever is taken', () => {
    for (const text of ['', '# only a comment\n', 'frequency:\n', '{"aep": []}'])
      expect(checkConfigText(text)).toEqual([]);
  });

  it('is found in a large file in no long time', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `key_${i}: 1`).join('\n');
    const problems = checkConfigText(text);
    expect(problems).toHaveLength(20_000);
    expect(problems[19_999].line).toBe(20_000);
  });

  it('stands in the error of a run, with what was meant', () => {
    expect(checkConfig({ frequencies: {} })[0].message).toMatch(
      /^unknown key frequencies, perhaps meant as frequency; allowed are /,
    );
    expect(() => parseConfig('guards: { backward: true }')).toThrow(
      'unknown key guards.backward, perhaps meant as backwards',
    );
  });
});

describe('the nearest name', () => {
  it.each([
    ['calender', 'calendar'],
    ['Load-Balancing', 'load_balancing'],
    ['frequncy', 'frequency'],
    ['something else', null],
    ['calendar_of_the_year', null],
    ['x'.repeat(5000), null],
  ])('of %s is %s', (name, expected) => {
    expect(nearestName(name, ['calendar', 'load_balancing', 'frequency'])).toBe(expected);
  });

  it('of names of few letters is only the same in another case', () => {
    expect(nearestName('ca', ['CA', 'CT'])).toBe('CA');
    expect(nearestName('CX', ['CA', 'CT'])).toBeNull();
    expect(nearestName('ca', [])).toBeNull();
  });
});

describe('the types of a configuration', () => {
  /** As the other, of which nothing can be changed. */
  type Fixed<Type> = Type extends object ? { readonly [Key in keyof Type]: Fixed<Type[Key]> } : Type;
  type Checked = z.output<typeof configSchema>;

  // `npm run types` fails where one has a key, or a value of one, that the other has not.
  it('are those of its schema', () => {
    expectTypeOf<Fixed<Omit<Config, 'state_rules'>>>().toEqualTypeOf<Fixed<Omit<Checked, 'state_rules'>>>();
    expectTypeOf<Checked['aep']>().toExtend<NonNullable<NonNullable<ConfigInput>['aep']>>();
    expectTypeOf(resolveConfig({})).toEqualTypeOf<Config>();
  });
});
