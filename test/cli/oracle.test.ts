import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { describe, expect, test } from 'vitest';
import { MAIN, type Outcome, sendplan, testFolder, UNFORESEEN } from '../helpers/cli.js';

const pathOf = testFolder();

const ANN = { id: 1, email: 'ann@example.com', state: 'CA', birth_date: '1960-07-20' };
const organization = { as_of: '2025-01-01', contacts: [ANN] };

function startOracle(words: readonly string[]) {
  return spawn(process.execPath, [MAIN, 'oracle', ...words], { stdio: 'pipe', env: { ...process.env, NO_COLOR: '1' } });
}

/** Runs `sendplan oracle` with this on its standard input. */
async function oracleWith(input: string | Uint8Array, ...words: string[]): Promise<Outcome> {
  const child = startOracle(words);
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
}

const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('oracle', () => {
  test('answers one organization from standard input or a file', async () => {
    const { code, stdout, stderr } = await oracleWith(JSON.stringify(organization));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const answer = JSON.parse(stdout);
    expect(answer.rows.map((row: { email_type: string; status: string }) => [row.email_type, row.status])).toEqual([
      ['aep', 'skipped'],
      ['birthday', 'skipped'],
      ['post_window', 'pre-scheduled'],
    ]);
    expect(answer.why[1]).toContain(
      '2025-07-06 lies in the window 2025-04-21 to 2025-09-18 (its buffer ends on 2025-06-19), so it is skipped.',
    );
    const path = pathOf('organization.json');
    writeFileSync(path, `\ufeff${JSON.stringify(organization, null, 2)}`);
    expect((await sendplan('oracle', path)).stdout).toBe(stdout);
  });

  test.each([
    ['{', 'This is not JSON'],
    ['{"as_of":"2025-01-01","contacts":[],"customers":[]}', 'unknown key "customers"'],
    [new Uint8Array([0x22, 0xff, 0x22]), 'This is not UTF-8'],
    ['', 'This is not JSON'],
  ])('refuses %j as wrong use', async (input, said) => {
    const { code, stdout, stderr } = await oracleWith(input);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(UNFORESEEN);
  });

  test('refuses a file that is not there, a folder, and options that do not go together', async () => {
    for (const [words, said] of [
      [['nowhere.json'], 'nowhere.json cannot be read: it does not exist'],
      [[pathOf()], 'it is a folder'],
      [['--jsonl', 'nowhere.jsonl'], 'nowhere.jsonl cannot be read'],
      [['--seed', '3'], 'are for --vectors'],
      [['--vectors', '3', '--jsonl'], '--vectors reads nothing'],
      [['--vectors', '0'], 'Allowed is a whole number from 1'],
      [['--vectors', '3', '--seed', 'x'], 'Allowed is a whole number from -2147483648'],
    ] as const) {
      const { code, stdout, stderr } = await sendplan('oracle', ...words);
      expect({ words, code, stdout }).toEqual({ words, code: 2, stdout: '' });
      expect(stderr).toContain(said);
      expect(stderr).not.toMatch(UNFORESEEN);
    }
  });
});

describe('oracle --jsonl', () => {
  test('answers each line, tells of those that it cannot answer, and goes on', async () => {
    const input = [
      JSON.stringify(organization),
      '',
      '{"as_of":"2025-01-01","contacts":[{"id":1,"email":"a@example.com","dob":"1960-07-20"}]}',
      'nonsense',
      JSON.stringify({ ...organization, config: { state_rules: { CA: null } } }),
      JSON.stringify({ ...organization, config: { profile: 1 } }),
      JSON.stringify({ ...organization, name: 'the last, without an end' }),
    ].join('\n');
    const { code, stdout, stderr } = await oracleWith(input, '--jsonl');
    expect(code).toBe(1);
    const answers = lines(stdout);
    expect(answers.map((one) => [one.line, one.error?.code ?? one.rows.length])).toEqual([
      [1, 3],
      [3, 'bad_input'],
      [4, 'bad_input'],
      [5, 2],
      [6, 'bad_config'],
      [7, 3],
    ]);
    expect(Object.keys(answers[1].error)).toEqual(['code', 'message', 'hint']);
    expect(answers[1].error.message).toContain('contacts[0] has the unknown key "dob"; allowed are id, email, state');
    expect(answers[5].name).toBe('the last, without an end');
    expect(stderr).toMatch(/^Of 7 lines 3 could not be answered\. The first, line 3: contacts\[0\] has /);
  });

  test('goes on after bytes that are no UTF-8, and after characters that act on terminals', async () => {
    const acting = JSON.stringify({ ...organization, name: '\u009b31m' });
    const input = Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.from(`${acting}\n`)]);
    const { code, stdout } = await oracleWith(input, '--jsonl');
    expect(code).toBe(1);
    expect(lines(stdout).map((one) => one.error?.code ?? one.name)).toEqual(['bad_input', '\u009b31m']);
    expect(stdout).not.toContain('\u009b');
  });

  test('stays up, and answers a line before the next one is written', async () => {
    const child = startOracle(['--jsonl']);
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (let number = 1; number <= 5; number++) {
      child.stdin.write(`${JSON.stringify({ ...organization, name: `case ${number}` })}\n`);
      expect(JSON.parse((await answers.next()).value)).toMatchObject({ line: number, name: `case ${number}` });
    }
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.stdin.end();
    expect(await ended).toBe(0);
  });

  test('answers many lines at once in their order, whichever thread has them', async () => {
    const many = Array.from({ length: 700 }, (_, i) =>
      i % 100 === 99 ? 'broken' : JSON.stringify({ ...organization, contacts: [{ ...ANN, id: i + 1 }] }),
    );
    const { code, stdout, stderr } = await oracleWith(`${many.join('\r\n')}\r\n`, '--jsonl');
    expect(code).toBe(1);
    expect(stderr).toContain('Of 700 lines 7 could not be answered. The first, line 100: This is not JSON');
    const found = lines(stdout).map(({ line, rows }) => [line, rows?.[0].contact_id ?? null]);
    expect(found).toEqual(many.map((text, i) => [i + 1, text === 'broken' ? null : i + 1]));
  });

  test('ends when nobody reads on', async () => {
    const child = startOracle(['--jsonl']);
    const stderr: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
    const ended = new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)));
    child.stdin.on('error', () => {});
    child.stdout.once('data', () => child.stdout.destroy());
    child.stdin.end(`${JSON.stringify(organization)}\n`.repeat(5_000));
    expect(await ended).toBeNull();
    expect(stderr.join('')).not.toMatch(UNFORESEEN);
  });
});

describe('oracle --vectors', () => {
  test('writes organizations with the rows that it answers itself', async () => {
    const { code, stdout, stderr } = await sendplan('oracle', '--vectors', '60', '--seed', '-7');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const vectors = lines(stdout);
    expect(vectors.map(({ vector, seed }) => [vector, seed])).toEqual(vectors.map((_, i) => [i + 1, -7]));
    const input = vectors.map((vector) => JSON.stringify(vector.organization)).join('\n');
    const answered = await oracleWith(input, '--jsonl');
    expect(answered.code).toBe(0);
    const pick = ({ rows, issues }: { rows: unknown; issues: unknown }) => ({ rows, issues });
    expect(lines(answered.stdout).map(pick)).toEqual(vectors.map(pick));
    expect(vectors.filter(({ rows }) => rows.length > 0).length).toBeGreaterThan(30);
  });
});
