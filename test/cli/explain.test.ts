import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { runFile } from '../../src/node.js';
import { MAIN, sendplan, testFolder } from '../helpers/cli.js';
import { allRowsOfFile } from '../helpers/connections.js';
import { databaseImage } from '../helpers/databases.js';

const path = testFolder();
const DB = path('book.sqlite3');
const TODAY = '2025-06-13';
const hasBash = spawnSync('bash', ['--version']).status === 0;

beforeAll(async () => {
  const contacts = `(7, 'Ann@Example.com', 'TX', '1950-07-20'), (8, 'bob@example.com', 'NY', '1950-08-20'), (9, ' ann@example.com ', 'CA', NULL)`;
  writeFileSync(
    DB,
    await databaseImage(
      `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email, state, birth_date); INSERT INTO contacts VALUES ${contacts}`,
    ),
  );
  await runFile(DB, { asOf: TODAY });
});

async function explained(...words: string[]): Promise<number[]> {
  const { code, stdout, stderr } = await sendplan('explain', DB, '--as-of', TODAY, '--json', ...words);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).contacts.map((contact: { contact_id: number }) => contact.contact_id);
}

describe('sendplan explain', () => {
  test('takes ids by commas, addresses as suppressions compare them, and rows', async () => {
    expect(await explained('--contact', '8,7', '--contact', '9')).toEqual([8, 7, 9]);
    expect(await explained('--contact', 'ANN@example.com')).toEqual([7, 9]);
    const [[row]] = await allRowsOfFile(DB, 'SELECT max(id) FROM email_schedules WHERE contact_id = 8');
    expect(await explained('--row', String(row), '--contact', '8')).toEqual([8]);
  });

  test.each([
    [['--contact', 'nobody@example.com'], /no contact with the address "nobody@example\.com"/],
    [['--row', '4711'], /no row with the id 4711/],
    [['--contact', '12x'], /Allowed are ids of contacts/],
    [[], /No contact is named/],
  ])('says what is wrong with %j', async (words, message) => {
    const { code, stdout, stderr } = await sendplan('explain', DB, '--as-of', TODAY, ...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('tells what a code means, without a database', async () => {
    const { code, stdout } = await sendplan('explain', '--code', 'held_back', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'held_back', is: 'error' });
    expect((await sendplan('explain', '--code', 'no_such_thing_at_all')).code).toBe(2);
  });
});

describe('a shell', () => {
  test.each(['bash', 'zsh', 'fish'])('is told how to complete: %s', async (shell) => {
    const { code, stdout } = await sendplan('completion', shell);
    expect(code).toBe(0);
    expect(stdout).toContain('sendplan');
  });

  test.skipIf(!hasBash)('of bash completes where the package bash-completion is not there', async () => {
    // Bash has options to set only while it completes.
    const script = `compopt() { :; }; sendplan() { "${process.execPath}" "${MAIN}" "$@"; }
      eval "$(sendplan completion bash)"
      COMP_WORDS=(sendplan "$@"); COMP_CWORD=$#; __sendplan_complete; echo "\${COMPREPLY[@]}"`;
    const complete = (...words: string[]) =>
      spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], { encoding: 'utf8' });
    expect(complete('und')).toMatchObject({ stdout: 'undo\n', stderr: '' });
    expect(complete('run', '--dry')).toMatchObject({ stdout: '--dry-run\n', stderr: '' });
  });

  test('is given commands and their options', async () => {
    const commands = (await sendplan('complete', '--', '')).stdout;
    for (const name of ['run', 'explain', 'undo', 'split']) expect(commands).toMatch(new RegExp(`^${name}\\t`, 'm'));
    expect((await sendplan('complete', '--', 'run', '--dr')).stdout).toMatch(/^--dry-run\t/m);
  });
});
