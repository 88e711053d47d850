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
