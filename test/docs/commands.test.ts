import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { MAIN } from '../helpers/cli.js';
import { hasSqlite3 } from '../helpers/databases.js';
import { blocksOf, inlineCodeOf, PAGES, ROOT } from './pages.js';

/*
 * Every command in a shell block of README.md and docs/, and every one of sendplan's within a sentence, is run, page by page, one after
 * the other, as somebody does who reads on. What readers have is there: their book, a configuration, organizations as JSON,
 * folders of the system. A command may fail by what is not there, such as Redis; it may not be wrong use. What installs, tests or
 * measures for long is not run; the script or file that it names has to be there.
 */

/** Sizes that only measuring needs. */
const SMALLER: readonly (readonly [RegExp, string])[] = [
  [/--contacts (?:750000|N)\b/, '--contacts 2000'],
  [/--contacts (?:20000|10000)\b/, '--contacts 1500'],
  [/--from 2025-01-01 --to 2025-12-31/, '--from 2025-01-01 --to 2025-02-15'],
  [/--vectors 1000/, '--vectors 20'],
  [/--print 20000/, '--print 200'],
  [/^sendplan generate (\S+)/, 'sendplan generate $1 --force'],
];
/** No Redis answers there. */
const NO_REDIS = 'redis://127.0.0.1:1';

/** What is looked at and not run: it installs, or takes its time. */
const NOT_RUN = /^(?:\w+=\S+ )*(?:npm |npx vitest |bash \.ci\/run|apt-get )/;

/** The commands of a shell block, a line each, without comments and what they are piped to; quotes may go over lines. */
function linesOf(block: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const line of block.replace(/\\\n\s*/g, '').split('\n')) {
    open += open === '' ? line : `\n${line}`;
    if ((open.match(/"/g) ?? []).length % 2 === 1) continue;
    const command = open.replace(/(?:^|\s+)# .*$/, '').trim();
    if (command !== '') lines.push(command);
    open = '';
  }
  return lines;
}

function small(command: string): string {
  return SMALLER.reduce((shorter, [from, to]) => shorter.replace(from, to), command);
}

/** A command as it is run here: sendplan's own without what starts and measures it, and where its output goes. */
function runnable(line: string): string {
  const own = /(?:^|npx |\.bin\/|time -v )(sendplan (?:[a-z]+ |-).*)$/.exec(line)?.[1];
  if (own === undefined) return small(line);
  return small(own.replace(/\s*\|.*$/, ''));
}

/** The commands within sentences, with a database where the text has a word for one. */
function inlineCommandsOf(page: string): string[] {
  // In docs/api.md code in sentences is that of the source.
  const codes = page === 'docs/api.md' ? [] : inlineCodeOf(page);
  return codes
    .filter((code) => /^(?:npx )?sendplan [a-z-]/.test(code))
    .map((code) =>
      runnable(code).replace(/\b(?:DB|FILE|FOLDER)\b/, code.includes('--check') ? 'rules.yaml' : 'book.sqlite3'),
    );
}

function shellLinesOf(page: string): string[] {
  return blocksOf(page)
    .filter(({ language }) => ['sh', 'bash', 'console'].includes(language))
    .flatMap(({ text }) => linesOf(text));
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with what readers of a page have. */
function readersFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-commands-'));
  folders.push(folder);
  for (const name of ['srv', 'srv/books', 'node-exporter']) mkdirSync(join(folder, name));
  cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
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

const found = PAGES.map((page) => {
  const lines = shellLinesOf(page);
  const commands = lines.filter((line) => !NOT_RUN.test(line)).map(runnable);
  return { page, commands, inline: inlineCommandsOf(page), named: lines.filter((line) => NOT_RUN.test(line)) };
});
const run = found.filter(({ commands, inline }) => commands.length + inline.length > 0);

test('there are commands to run', () => {
  const counts = run.map(({ commands, inline }) => new Set([...commands, ...inline]).size);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100);
});

test.each(found.filter(({ named }) => named.length > 0))(
  'scripts and files that $page names are there',
  ({ named }) => {
    const scripts = named.flatMap((line) => [...line.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name));
    for (const name of scripts) expect(manifest.scripts).toHaveProperty([name]);
    const files = named.flatMap((line) => line.match(/(?:test|\.ci)\/\S+/g) ?? []);
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  },
);

describe.each(run)('$page', ({ commands, inline }) => {
  const folder = readersFolder();
  const expectRightUse = ({ stderr, signal }: ReturnType<typeof runCommand>) => {
    expect(signal).toBeNull();
    expect(stderr).not.toMatch(
      /unknown option|unknown command|too many arguments|this should not have happened|\n {4}at /,
    );
  };

  // The same one again, of which nothing new is to be learned, is left out.
  test.skipIf(!hasSqlite3).each([...new Set(commands)])('%s', (command) => {
    const outcome = runCommand(command, folder);
    expectRightUse(outcome);
    expect([0, 1, 3], outcome.stderr).toContain(outcome.status);
  });

  // In sentences arguments are often left out: what is told of such a command is that, and not that an option is not known.
  test.each([...new Set(inline)].filter((command) => !commands.includes(command)))('in a sentence: %s', (command) => {
    expectRightUse(runCommand(command, folder));
  });
});
