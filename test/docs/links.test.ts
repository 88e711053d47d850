import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
];
/** What the package brings (`files` of package.json), as far as documents may point to it. */
const PACKAGED = /^(?:docs|examples)(?:\/|$)|^(?:README\.md|CHANGELOG\.md|LICENSE)$/;

/** The anchors of a document's headings, as they are made of their texts. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test.each(DOCUMENTS)('links of %s lead to what the package brings', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const dead = [...text.matchAll(/(?:\]\(|src(?:set)?=")([^)\s"]+)/g)].flatMap(([, target]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path, anchor] = target.split('#');
    const found = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path));
    if (!PACKAGED.test(found) || !existsSync(join(ROOT, found))) return [target];
    const isAnchored = anchor === undefined || anchorsOf(readFileSync(join(ROOT, found), 'utf8')).has(anchor);
    return isAnchored ? [] : [target];
  });
  expect(dead).toEqual([]);
});
