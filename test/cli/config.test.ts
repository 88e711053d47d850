import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { sendplan, testFolder, UNFORESEEN } from '../helpers/cli.js';

const pathOf = testFolder();

function file(name: string, text: string): string {
  writeFileSync(pathOf(name), text);
  return pathOf(name);
}

describe('config --schema', () => {
  test('prints what the package ships', async () => {
    const { code, stdout, stderr } = await sendplan('config', '--schema');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const shipped = fileURLToPath(new URL('../../dist/config.schema.json', import.meta.url));
    expect(readFileSync(shipped, 'utf8')).toBe(stdout);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'sendplan configuration', additionalProperties: false });
    expect(manifest.exports['./config.schema.json']).toBe('./dist/config.schema.json');
    expect(manifest.files).toEqual(expect.arrayContaining(['dist/config.schema.json', 'examples']));
  });
});

describe('config --defaults', () => {
  test('prints a file in which nothing is wrong', async () => {
    const { code, stdout } = await sendplan('config', '--defaults');
    expect(code).toBe(0);
    const checked = await sendplan('config', '--check', file('defaults.yaml', stdout));
    expect(checked).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `${pathOf('defaults.yaml')}: nothing is wrong with it.\n`,
    });
  });
});

describe('config --check', () => {
  const bad = 'frequency:\n  max_emails_per_perod: 2\ncalendar: { weekdays: [] }\n';

  test('tells all that is wrong with lines, and what was meant: exit code 1', async () => {
    const path = file('bad.yaml', bad);
    const { code, stdout, stderr } = await sendplan('config', '--check', path);
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      `${path}:2:3: unknown key frequency.max_emails_per_perod, perhaps meant as max_emails_per_period; allowed are max_emails_per_period, frequency_period_days`,
      `${path}:3:23: calendar.weekdays is []; allowed is a list of at least one of mon, tue, wed, thu, fri, sat, sun`,
      '',
    ]);
    expect(stderr).toBe('2 problems. sendplan config --defaults has every key.\n');
  });

  test('tells programs as JSON', async () => {
    const path = file('bad.yaml', bad);
    const { code, stdout, stderr } = await sendplan('config', '--check', path, '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { ok, file: told, problems } = JSON.parse(stdout);
    expect({ ok, told }).toEqual({ ok: false, told: path });
    expect(problems[0]).toMatchObject({
      ...{ line: 2, column: 3, path: ['frequency', 'max_emails_per_perod'], suggestion: 'max_emails_per_period' },
    });
    const right = await sendplan('config', '--check', file('right.yaml', 'aep: []\n'), '--json');
    expect({ code: right.code, answer: JSON.parse(right.stdout) }).toEqual({
      ...{ code: 0, answer: { file: pathOf('right.yaml'), ok: true, problems: [] } },
    });
  });

  test('shows no control character of a file', async () => {
    const { code, stdout } = await sendplan('config', '--check', file('acting.yaml', 'timezone: "\\e[31m\\u009b"\n'));
    expect(code).toBe(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(stdout).not.toMatch(/[\u001b\u009b]/);
  });
});

describe('config', () => {
  test.each([
    [[], 'one thing at a time'],
    [['--schema', '--defaults'], 'one thing at a time'],
    [['--schema', '--json'], '--json goes with --check'],
    [['--check', 'nowhere.yaml'], 'nowhere.yaml cannot be read'],
    [['--check'], 'argument missing'],
  ])('%j is wrong use', async (words, said) => {
    const { code, stdout, stderr } = await sendplan('config', ...words);
    expect(code).toBe(2);
    if (words.includes('--json')) expect(JSON.parse(stdout).error.hint).toContain(said);
    else expect(stdout).toBe('');
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(UNFORESEEN);
  });
});
