import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { sendplan } from '../helpers/cli.js';

const page = readFileSync(new URL(`../../${manifest.man}`, import.meta.url), 'utf8');
/** As people read it: without what roff is told. */
const shown = page.replaceAll('\\-', '-').replaceAll('\\e', '\\');
const hasGroff = spawnSync('groff', ['--version']).status === 0;

/** The names in a list of a help, as `Commands:`. */
function listed(help: string, title: string, pattern: RegExp): string[] {
  const [, list = ''] = help.split(`\n${title}:\n`);
  return [...(list.split('\n\n')[0] ?? '').matchAll(pattern)].map(([, name]) => name).filter((name) => name !== 'help');
}

describe('the manual page', () => {
  test('has every command with all its options', async () => {
    const commands = listed((await sendplan('--help')).stdout, 'Commands', /^ {2}(\w+)/gm);
    expect(commands.length).toBeGreaterThan(14);
    for (const name of commands) {
      const { stdout } = await sendplan(name, '--help');
      const [, text = ''] = shown.split(`.SS sendplan ${name}\n`);
      const own = text.split(/\.SS sendplan \w+\n/)[0] ?? '';
      for (const option of listed(stdout, 'Options', /^ {2}(?:-\w, )?--([\w-]+)/gm))
        expect(own).toContain(`--${option}`);
      for (const inner of listed(stdout, 'Commands', /^ {2}(\w+)/gm))
        expect(shown).toContain(`.SS sendplan ${name} ${inner}\n`);
    }
  });

  test('is what the command prints that it is built by', async () => {
    expect(await sendplan('man')).toMatchObject({ code: 0, stdout: page, stderr: '' });
  });

  test.skipIf(!hasGroff)('is roff without a warning', () => {
    const { status, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z'], { input: page, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
