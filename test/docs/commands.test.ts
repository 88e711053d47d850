import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { MAIN } from '../helpers/cli.js';

/*
 * Every command of sendplan in a shell block of README.md and docs/ is run, page by page, one after the other, as somebody does who
 * reads on. What readers have is there: their book, a configuration, organizations as JSON, folders of the system. A command may
 * fail by what is not there, such as Redis; it may not be wrong use.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
];
/** Sizes that only measuring needs. */
const SMALLER: readonly (readonly [RegExp, string])[] = [
  [/--contacts (?:750000|N)\b/, '--contacts 2000'],
  [/--contacts (?:20000|10000)\b/, '--contacts 1500'],
  [/--from 2025-01-01 --to 2025-12-31/, '--from 2025-01-01 --to 2025-02-15'],
  [/--vectors 1000/, '--vectors 20'],
  [/^sendplan generate (\S+)/, 'sendplan generate $1 --force'],
];
/** No Redis answers there. */
const NO_REDIS = 'redis://127.0.0.1:1';

/** The commands in the shell blocks of a page: without comments, what measures them, and what their output is piped to. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^```(?:sh|bash|console)\n([\s\S]*?)^```/gm)].map(([, block]) =>
    block.replace(/\\\n\s*/g, ''),
  );
  return blocks
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /(?:^|npx |\.bin\/)(sendplan (?:[a-z]+ |-).*)$/.exec(line.replace(/\s+#.*$/, ''))?.[1] ?? [])
    .map((command) =>
      SMALLER.reduce((shorter, [from, to]) => shorter.replace(from, to), command.replace(/\s*\|.*$/, '')),
    );
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with what readers of a page have. */
function readersFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-commands-'));
  folders.push(folder);
  for (const name of ['srv', 'srv/books', 'node-exporter', 'books']) mkdirSync(join(folder, name));
  const organization = { contacts: [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }] };
  for (const name of ['organizations.jsonl', 'organization.json']) {
    writeFileSync(join(folder, name), `${JSON.stringify({ ...organization, as_of: '2025-06-13' })}\n`);
  }
  for (const name of ['rules.yaml', 'weekdays.yaml']) {
    writeFileSync(join(folder, name), 'calendar: { weekdays: [mon, tue, wed, thu, fri] }\n');
  }
  writeFileSync(join(folder, 'sendplan.yaml'), 'send_time: "09:00:00"\n');
  for (const path of ['book.sqlite3', 'a.sqlite3', 'M.sqlite3', 'srv/book.sqlite3']) {
    spawnSync(process.execPath, [MAIN, 'generate', join(folder, path), '--contacts', '300', '--as-of', '2025-06-13']);
  }
  return folder;
}

function runCommand(command: string, folder: string) {
  const there = command
    .replaceAll('/srv/', `${folder}/srv/`)
    .replaceAll('/var/lib/prometheus/node-exporter', `${folder}/node-exporter`);
  const script = `sendplan() { "${process.execPath}" "${MAIN}" "$@"; }\n${there}`;
  return spawnSync('sh', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, SENDPLAN_REDIS: NO_REDIS },
  });
}

const found = PAGES.map((page) => ({ page, commands: commandsOf(page) })).filter(({ commands }) => commands.length > 0);

test('there are commands to run', () => {
  expect(found.reduce((sum, { commands }) => sum + commands.length, 0)).toBeGreaterThan(40);
});

describe.each(found)('$page', ({ commands }) => {
  const folder = readersFolder();
  // The same one again, of which nothing new is to be learned, is left out.
  test.each([...new Set(commands)])('%s', (command) => {
    const { status, stderr, signal } = runCommand(command, folder);
    expect(signal).toBeNull();
    expect(stderr).not.toMatch(
      /unknown option|unknown command|too many arguments|this should not have happened|\n {4}at /,
    );
    expect([0, 1, 3], stderr).toContain(status);
  });
});
