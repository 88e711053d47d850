import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { hasSqlite3 } from '../helpers/databases.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** The pages whose samples are run, each in a folder of its own. */
const PAGES = ['README.md', 'docs/howto.md'] as const;

/** The samples of output of a page, each with the command in the comment before it. */
function samplesOf(page: string) {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/<!-- sample: (.*?) -->\n```text\n([\s\S]*?)\n```/g)].map(([, command, told]) => ({
    command,
    parts: told.split(/\n? *\[\.\.\.\]\n?/).map((part) => part.trim()),
  }));
}

/** What differs from run to run: times, and the names of runs. */
function lasting(text: string): string {
  return text
    .replace(/\b\d+\.\d+ s\b/g, '0 s')
    .replace(/\b\d{14}-[0-9a-f]{8}\b/g, 'RUN')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'NOW');
}

describe.each(PAGES)('%s', (page) => {
  const samples = samplesOf(page);
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-readme-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has samples', () => {
    expect(samples.length).toBeGreaterThan(6);
  });

  // They build upon each other, as they do for whoever reads on.
  test.skipIf(!hasSqlite3).each(samples)('what $command says is what is shown', ({ command, parts }) => {
    const script = `sendplan() { "${process.execPath}" "${MAIN}" "$@"; }\n${command.replaceAll('npx sendplan', 'sendplan')}`;
    const { stdout, stderr, status } = spawnSync('sh', ['-c', `exec 2>&1\n${script}`], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([0, 1], stderr).toContain(status);
    let told = lasting(stdout).replaceAll(`${realpathSync(folder)}/`, '');
    for (const part of parts.map(lasting)) {
      expect(told).toContain(part);
      told = told.slice(told.indexOf(part) + part.length);
    }
  });
});
