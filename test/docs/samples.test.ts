import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { MAIN } from '../helpers/cli.js';
import { hasSqlite3 } from '../helpers/databases.js';
import { type Block, blocksOf, lasting, PAGES, ROOT } from './pages.js';

/*
 * What pages show as output is what the commands print that stand in the comments above it. `[...]` in a sample stands for lines
 * that are left out.
 */

/** Languages of blocks that may show output; the others show what people write. */
const OUTPUT_LANGUAGES = ['text', 'json', ''];

/** Blocks without a command, by their first lines: what they are, or which test compares them. */
const WITHOUT_COMMAND: Readonly<Record<string, string>> = {
  ' SQLite file, plain records or Arrow tables': 'a drawing',
  'bench/                      `npm run bench`, `bench:micro`, `bench:fleet` and `bench:oracle`; first: ladder.ts':
    'test/tidy.test.ts',
  'src/web/main.ts                  puts the page together': 'a list of files',
  'time() - sendplan_last_success_timestamp_seconds > 26 * 3600': 'expressions for Prometheus',
  'book <- count(i)    counts of every part: contacts, emails of history by day, what smoothing counts': 'a drawing',
  'appendonly yes                  # jobs and schedules survive a restart': 'a configuration of Redis',
  'seconds of a night = (books x start + contacts / contacts a second) / workers, and not less than the largest book takes':
    'a formula',
  'contact 1 in CA, born 1960-07-20, policy of 2020-03-01': 'test/testing/testing.test.ts',
  'The schedules differ for 1 contact: 1 different (1 row expected, 1 found).': 'test/docs/wrongScheduler.test.ts',
  'Organization 2 differs. At its smallest, as of 2028-12-11:': 'test/docs/pythonScheduler.test.ts',
  'Organization 11 differs. At its smallest, as of 2023-02-02:': 'test/docs/pythonScheduler.test.ts',
};

/** The command that prints a block, null when none is named. */
function commandOf({ comment }: Block): string | null {
  return /^sample: (.*)$/.exec(comment ?? '')?.[1] ?? null;
}

function partsOf({ text }: Block): string[] {
  return text.split(/\n? *\[\.\.\.\]\n?/).map((part) => lasting(part.trim()));
}

/** What a command prints, on both streams, in a folder that its page's other commands have used. */
function outputOf(command: string, folder: string) {
  const script = `sendplan() { "${process.execPath}" "${MAIN}" "$@"; }\n${command.replaceAll('npx sendplan', 'sendplan')}`;
  const { stdout, status } = spawnSync('sh', ['-c', `exec 2>&1\n${script}`], { cwd: folder, encoding: 'utf8' });
  const told = stdout.replaceAll(`${realpathSync(folder)}/`, '').replaceAll(ROOT, '');
  return { told: lasting(told), status };
}

const found = PAGES.map((page) => ({
  page,
  samples: blocksOf(page).flatMap((block) => {
    const command = commandOf(block);
    return command === null ? [] : [{ command, parts: partsOf(block) }];
  }),
})).filter(({ samples }) => samples.length > 0);

test('there are samples to compare', () => {
  expect(found.reduce((sum, { samples }) => sum + samples.length, 0)).toBeGreaterThan(17);
});

test.each(PAGES)('whatever %s shows as output has the command that prints it', (page) => {
  const shown = blocksOf(page).filter(
    (block) => OUTPUT_LANGUAGES.includes(block.language) && commandOf(block) === null,
  );
  const unknown = shown.map(({ text }) => text.split('\n')[0]).filter((first) => !(first in WITHOUT_COMMAND));
  // A single brace opens a block that people write, as the organization of docs/testing.md.
  expect(unknown.filter((first) => first !== '{')).toEqual([]);
});

describe.each(found)('$page', ({ samples }) => {
  const folder = mkdtempSync(join(tmpdir(), 'sendplan-samples-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  // They build upon each other, as they do for whoever reads on.
  test.skipIf(!hasSqlite3).each(samples)('what $command says is what is shown', ({ command, parts }) => {
    const { told, status } = outputOf(command, folder);
    expect([0, 1, 3], told).toContain(status);
    let rest = told;
    for (const part of parts) {
      expect(rest).toContain(part);
      rest = rest.slice(rest.indexOf(part) + part.length);
    }
  });
});
