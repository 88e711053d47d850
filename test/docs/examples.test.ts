import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasRedis, type RedisServer, startRedis } from '../fleet/redisServer.js';
import { sendplan } from '../helpers/cli.js';
import { packageEntries } from './api.mjs';
import { blocksOf, ROOT } from './pages.js';

/*
 * Every example of docs/api.md, and the modules that README.md shows, are run with the package as it is built, in a folder with what
 * they read. What stands as a comment behind a line that prints is what it prints.
 */

mkdirSync(join(ROOT, 'build'), { recursive: true });
// Within the package, which finds itself by its name there.
const folder = mkdtempSync(join(ROOT, 'build', 'examples-'));
const given = join(folder, 'given');

/** An example, and the name of what it is one of. */
interface Example {
  readonly name: string;
  readonly code: string;
}

const blocks = blocksOf('docs/api.md');

const examples: Example[] = blocks.flatMap(({ language, text }, i) => {
  if (language !== 'js') return [];
  // Between a signature and its examples is nothing else.
  const signature = blocks.slice(0, i).findLast((block) => block.language === 'ts');
  return { name: /^(?:function|class) (\w+)/.exec(signature?.text ?? '')?.[1] ?? '', code: text };
});

const ofFleet = (example: Example) => example.code.includes('SENDPLAN_REDIS');
const onReadme = blocksOf('README.md').flatMap(({ language, text }) => (language === 'js' ? text : []));

let redis: RedisServer | null = null;

beforeAll(async () => {
  mkdirSync(given);
  const book = join(given, 'book.sqlite3');
  await sendplan('generate', book, '--contacts', '300', '--as-of', '2025-06-13');
  await sendplan('split', book, '--parts', '2', '--out', join(given, 'book'));
  await sendplan('run', book, '--as-of', '2025-06-13', '--keep', '3');
  if (hasRedis) redis = await startRedis();
});

afterAll(async () => {
  await redis?.end();
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;

/** Runs a module in a copy of what is given. @returns what it prints */
async function outputOf(code: string): Promise<string[]> {
  const own = join(folder, String(count++));
  cpSync(given, own, { recursive: true });
  writeFileSync(join(own, 'example.mjs'), code);
  const env = { ...process.env, SENDPLAN_REDIS: redis?.url ?? '' };
  const child = spawn(process.execPath, ['example.mjs'], { cwd: own, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((line) => line !== '');
}

/** What the comments behind printing lines say, a line each; `[...]` ends a line that goes on, or lines that follow. */
function expectedOf(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].flatMap(([, told]) => told.split(' | '));
}

test('there is an example for every function that the package exports', async () => {
  const names = new Set(examples.map(({ name }) => name));
  for (const { source, module } of packageEntries()) {
    if (module === 'sendplan/testing/vitest') continue;
    const functions = Object.entries(await import(source)).filter(([, value]) => typeof value === 'function');
    expect(functions.map(([name]) => name).filter((name) => !names.has(name))).toEqual([]);
  }
});

describe('docs/api.md', () => {
  test.each(examples.filter((example) => !ofFleet(example)))('the example of $name', async ({ code }) => {
    expect(await outputOf(code)).toEqual(expectedOf(code));
  });

  // One after the other, as a night goes.
  test.skipIf(!hasRedis).each(examples.filter(ofFleet))('the example of $name', async ({ code }) => {
    expect(await outputOf(code)).toEqual(expectedOf(code));
  });
});

test.each(onReadme.map((code, i) => [i + 1, code] as const))('module %i of README.md', async (_, code) => {
  expect((await outputOf(code)).length).toBeGreaterThan(0);
  expect(readdirSync(folder).length).toBeGreaterThan(1);
});
