import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { start } from '../helpers/cli.js';

const BUILT = fileURLToPath(new URL('../../dist/cli', import.meta.url));
const PLANNERS = [
  'run',
  'split',
  'join',
  'diff',
  'check',
  'verify',
  'explain',
  'report',
  'simulate',
  'undo',
  'history',
];
/** What a run needs of others before it knows whether there is anything to plan: its command, its configuration and a file's digest. */
const ASKING = ['commander', 'fastest-levenshtein', 'xxhash-wasm', 'zod'];
/** What planning needs: columns, and SQLite. */
const PLANNING = ['#sql.js', 'apache-arrow', 'tslib'];
/** What the summary for people needs. */
const TELLING = ['ansi-regex', 'cli-table3', 'emoji-regex', 'is-fullwidth-code-point', 'string-width', 'strip-ansi'];
const COMMANDS = [...PLANNERS, 'fleet', 'generate', 'config', 'oracle'];

/** What a built file imports before it runs. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/^import (?:[^'"]* from )?["']([^"']+)["'];/gm)].map(([, source]) => source);
}

/** The packages of which a built file holds modules, by the remarks that the bundler leaves. */
function packagesWithin(text: string): string[] {
  return [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(([, name]) => name);
}

/** The packages that are loaded before a built file runs, within the bundle and beside it. */
function packagesLoadedBy(file: string): string[] {
  const packages = new Set<string>();
  const seen = new Set<string>([file]);
  for (const one of seen) {
    const text = readFileSync(`${BUILT}/${one}`, 'utf8');
    for (const name of packagesWithin(text)) packages.add(name);
    for (const source of importsOf(text)) {
      if (source.startsWith('./')) seen.add(source.slice(2));
      else if (!source.startsWith('node:')) packages.add(source);
    }
  }
  return [...packages].sort();
}

describe('the start of the command line', () => {
  it('loads no package for its help but what reads commands', () => {
    expect(packagesLoadedBy('main.js')).toEqual(['commander']);
  });

  it('loads for a run what it needs, and only when it needs it', () => {
    const loadedBy = (...names: readonly string[]) => {
      const files = names.map((name) => readdirSync(BUILT).filter((file) => file.startsWith(`${name}-`)));
      for (const found of files) expect(found).not.toHaveLength(0);
      return [...new Set(files.flat().flatMap(packagesLoadedBy))].sort();
    };
    expect(loadedBy('run', 'runFile', 'runReplacing')).toEqual(ASKING);
    expect(loadedBy('run', 'runFile', 'runReplacing', 'runOpened')).toEqual([...ASKING, ...PLANNING].sort());
    const all = loadedBy('run', 'runFile', 'runReplacing', 'runOpened', 'runSummary');
    expect(all).toEqual([...ASKING, ...PLANNING, ...TELLING].sort());
  });

  it('lists every command as it is', async () => {
    const { stdout: list } = await start('--help').outcome;
    const listed = [...list.matchAll(/^ {2}(\w+)(?: \[options\])?( <\w+>| \[\w+\])? {2,}(.*)/gm)].filter(
      ([, name]) => name !== 'completion' && name !== 'help',
    );
    expect(listed.map(([, name]) => name)).toEqual(COMMANDS);
    const helps = await Promise.all(COMMANDS.map((name) => start(name, '--help').outcome));
    listed.forEach(([, name, argument = '', description], i) => {
      // What has commands of its own shows them in its own help.
      const usage = helps[i].stdout.includes('\nCommands:\n') ? ' [command]' : argument;
      expect(helps[i].stdout).toContain(`Usage: sendplan ${name} [options]${usage}\n`);
      expect(helps[i].stdout).toContain(description.split(' ').slice(0, 4).join(' '));
      expect(helps[i].stdout, name).toMatch(/^Exit codes?: 0 /m);
    });
  });

  it('tells its version, also after a first word that is no command', async () => {
    expect(await start('--version').outcome).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
    expect(await start('rnu', '--help').outcome).toMatchObject({
      code: 0,
      stdout: (await start('--help').outcome).stdout,
    });
    expect((await start('help', 'run').outcome).stdout).toBe((await start('run', '--help').outcome).stdout);
  });

  it.each([
    [['help', 'nonsense'], /^error: unknown command 'nonsense'\n/],
    [['help', 'verfy'], /^error: unknown command 'verfy'\n\(Did you mean verify\?\)/],
    [['fleet', 'help', 'enqeue'], /^error: unknown command 'enqeue'\n\(Did you mean enqueue\?\)/],
  ])('has no help for %j, and says so', async (words, message) => {
    const { code, stdout, stderr } = await start(...words).outcome;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
