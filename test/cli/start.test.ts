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
const COMMANDS = [...PLANNERS, 'fleet', 'generate', 'config', 'oracle'];

/** What a built file imports before it runs. */
function importsOf(file: string): string[] {
  const text = readFileSync(`${BUILT}/${file}`, 'utf8');
  return [...text.matchAll(/^import (?:[^'"]* from )?["']([^"']+)["'];/gm)].map(([, source]) => source);
}

/** The packages that are loaded before a built file runs, those within the bundle left out. */
function packagesLoadedBy(file: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>([file]);
  for (const one of seen) {
    for (const source of importsOf(one)) {
      if (source.startsWith('./')) seen.add(source.slice(2));
      else if (!source.startsWith('node:')) packages.add(source);
    }
  }
  return packages;
}

describe('the start of the command line', () => {
  it('loads no package for its help', () => {
    expect(packagesLoadedBy('main.js')).toEqual(new Set());
  });

  it('loads for a run what every run needs', () => {
    const [run] = readdirSync(BUILT).filter((file) => /^run-.*\.js$/.test(file));
    expect(packagesLoadedBy(run)).toEqual(new Set(['sql.js']));
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
});
