import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { apiDocument, packageEntries } from './api.mjs';

const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

/** The part of the document about an entry. */
function partOf(module: string): string {
  const [, part] = text.split(`\n## ${module}\n`);
  return part?.split('\n## ')[0] ?? '';
}

test('docs/api.md is what `npm run docs` writes', () => {
  expect(apiDocument()).toBe(text);
});

describe.each(packageEntries())('$module', ({ module, source }) => {
  test('every value that it exports has a signature and a sentence', async () => {
    const part = partOf(module);
    for (const name of Object.keys(await import(source))) {
      expect(part, name).toMatch(new RegExp(`^### ${name}$|Also exports .*\\[\`${name}\`\\]`, 'm'));
    }
    expect(part).not.toBe('');
  });

  test('what stands in the document is a sentence, then a signature', () => {
    for (const section of partOf(module).split('\n### ').slice(1)) {
      const [name] = section.split('\n');
      expect(section, name).toMatch(
        /^[\w$]+\n\n[A-Z`'][\s\S]*[.:)][\s\S]*```ts\n(function|class|const|interface|type) /,
      );
    }
  });
});

test('every link leads to a section', () => {
  const sections = new Set([...text.matchAll(/^### (\S+)$/gm)].map(([, name]) => name.toLowerCase()));
  for (const [, target] of text.matchAll(/\]\(#([^)]+)\)/g)) expect(sections).toContain(target);
});

/** Names with a capital that are TypeScript's, Node's, those of libraries, or of type parameters. */
const FOREIGN = new Set(
  [
    'AbortSignal Arbitrary ArrayBuffer AsyncIterable Date Error Exclude Float64Array Int32Array Iterable Omit Partial Pick Promise Readonly ReadonlyMap ReadonlySet Record Required',
    'ReturnType Table Uint8Array Uint16Array Uint32Array Column Element Expected Key Result Section Type',
  ].flatMap((names) => names.split(' ')),
);

test('every type that a signature names is defined', () => {
  const sections = text.split('\n### ').slice(1);
  const defined = new Set(sections.map((section) => section.split('\n')[0]));
  for (const section of sections) {
    const [name] = section.split('\n');
    if (name === 'PlannedRun') continue;
    const [, signature = ''] = /```ts\n([\s\S]*?)```/.exec(section) ?? [];
    const code = signature.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^']*'|typeof \w+/g, '');
    const named = new Set(code.match(/\b[A-Z]\w*/g));
    expect(
      [...named].filter((type) => !defined.has(type) && !FOREIGN.has(type)),
      name,
    ).toEqual([]);
  }
});
