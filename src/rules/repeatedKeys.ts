import { type Document, isScalar, visit } from 'yaml';

/** A key that a section has twice: the node of the second one, and its name. */
export interface RepeatedKey {
  readonly node: unknown;
  readonly name: string;
}

/**
 * The keys that sections of a document have twice, in the order in which they stand there. The library looks for them too, but
 * compares every key of a section with every other.
 */
export function repeatedKeys(document: Document): RepeatedKey[] {
  const repeated: RepeatedKey[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name)) repeated.push({ node: key, name: String(name) });
        seen.add(name);
      }
    },
  });
  return repeated;
}
