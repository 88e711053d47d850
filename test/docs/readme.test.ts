import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { hasSqlite3 } from '../helpers/databases.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'sendplan-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The samples of output, each with the command in the comment before it. */
const samples = [...readme.matchAll(/<!-- sample: (.*?) -->\n```text\n([\s\S]*?)\n```/g)].map(([, command, text]) => ({
  command,
  parts: text.split(/\n? *\[\.\.\.\]\n?/).map((part) => part.trim()),
}));

/** What differs from run to run: times, and the names of runs. */
function lasting(text: string): string {
  return text
    .replace(/\b\d+\.\d+ s\b/g, '0 s')
    .replace(/\b\d{14}-[0-9a-f]{8}\b/g, 'RUN')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'NOW');
}

test('README has samples', () => {
  expect(samples.length).toBeGreaterThan(6);
});

// They build upon each other, as they do for whoever reads on.
test.skipIf(!hasSqlite3).each(samples)('what $command says is what README shows', ({ command, parts }) => {
  const script = `sendplan() { "${process.execPath}" "${MAIN}" "$@"; }\n${command.replaceAll('npx sendplan', 'sendplan')}`;
  const { stdout, stderr, status } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
  expect([0, 1]).toContain(status);
  let told = lasting(`${stdout}${stderr}`);
  for (const part of parts.map(lasting)) {
    expect(told).toContain(part);
    told = told.slice(told.indexOf(part) + part.length);
  }
});
