import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The pages that people read, from the root. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
];

/** A block of a page between lines of three backticks. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line above it when that is a comment, without the comment's signs: `sample: COMMAND` says what prints the block. */
  readonly comment: string | null;
}

/** The blocks of a page, in their order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/(?:^<!-- (.*) -->\n)?^```(\w*)\n([\s\S]*?)\n```$/gm)].map(
    ([, comment = null, language, block]) => ({ language, text: block, comment }),
  );
}

/** The code between single backticks of a page, in its order. */
export function inlineCodeOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code);
}

/** What differs from run to run, as one word each: times, megabytes, moments, the names of runs, and what is of this machine. */
export function lasting(text: string): string {
  return text
    .replace(/\b\d+(?:\.\d+)? m?s\b/g, '0 s')
    .replace(/\b\d+(?:\.\d+)? (?:[KMG]i?B)\b/g, '0 MB')
    .replace(/\b\d{14}-[0-9a-f]{8}\b/g, 'RUN')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: UTC)?/g, 'NOW');
}
