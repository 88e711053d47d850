import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
} from 'yaml';
import { checkConfig } from './config.js';
import { repeatedKeys } from './repeatedKeys.js';

/** Something that is wrong in the text of a configuration. */
export interface ConfigTextProblem {
  /** Counts from 1; the line of the key or value, or of the section that lacks one. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
  /** The keys that lead to it, places in lists as numbers; none for the text as a whole. */
  readonly path: readonly (string | number)[];
  /** A sentence without its end. */
  readonly message: string;
  /** What is allowed instead, null where that is not one thing. */
  readonly allowed: string | null;
  /** What was probably meant, null when nothing is near. */
  readonly suggestion: string | null;
}

/** A section's keys by their names; the last one of a name counts. Large sections are asked often. */
class SectionIndex {
  readonly #pairs = new Map<object, ReadonlyMap<string, Pair>>();

  find(section: unknown, key: string): Pair | undefined {
    if (!isMap(section)) return undefined;
    let pairs = this.#pairs.get(section);
    if (pairs === undefined) {
      pairs = new Map(section.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
      this.#pairs.set(section, pairs);
    }
    return pairs.get(key);
  }
}

function offsetOf(node: unknown): number | null {
  return isNode(node) && node.range ? node.range[0] : null;
}

/** Where in the text a path leads, or as far as there is something on the way. */
function locate(document: Document, index: SectionIndex, path: readonly PropertyKey[], isKey: boolean): number {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [i, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const item = typeof key === 'number' && isSeq(node) ? node.items[key] : index.find(node, String(key));
    if (item === undefined) break;
    const keyOffset = isPair(item) ? offsetOf(item.key) : null;
    node = isPair(item) ? item.value : item;
    const isLast = i === path.length - 1;
    offset = (isLast && isKey ? keyOffset : isLast ? offsetOf(node) : null) ?? keyOffset ?? offsetOf(node) ?? offset;
  }
  return offset;
}

interface Found extends Omit<ConfigTextProblem, 'line' | 'column'> {
  readonly offset: number;
}

const untyped = { path: [], allowed: null, suggestion: null };

function problemsOf(document: Document): Found[] {
  const syntax = document.errors.map(({ pos, message }) => ({
    ...untyped,
    offset: pos[0],
    message: `this is not YAML: ${message}`,
  }));
  if (syntax.length > 0) return syntax;
  const repeated = repeatedKeys(document).map(({ node, name }) => ({
    ...untyped,
    offset: offsetOf(node) ?? 0,
    message: `the key ${name} is there twice in one section`,
  }));
  let input: unknown;
  try {
    input = document.toJS();
  } catch (cause) {
    const message = `its aliases cannot be followed: ${cause instanceof Error ? cause.message : String(cause)}`;
    return [...repeated, { ...untyped, offset: 0, message }];
  }
  const index = new SectionIndex();
  const ofRules = checkConfig(input).map(({ path, message, allowed, suggestion, isUnknownKey }) => ({
    path: path.map((key) => (typeof key === 'number' ? key : String(key))),
    message,
    allowed,
    suggestion,
    offset: locate(document, index, path, isUnknownKey),
  }));
  return [...repeated, ...ofRules];
}

/** Everything that is wrong with the YAML or JSON text of a configuration (Rules 12), line by line; nothing when `parseConfig` takes it. */
export function checkConfigText(text: string): ConfigTextProblem[] {
  const lines = new LineCounter();
  // The library compares every key of a section with every other.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  return problemsOf(document)
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, ...rest }) => {
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col), ...rest };
    });
}
