/** Orders two texts as SQLite's BINARY collation does: by code point, which is the order of their UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i].codePointAt(0)! - right[i].codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Orders by one comparison after another: the first that tells the two apart decides. */
export function firstDifference(...differences: number[]): number {
  return differences.find((difference) => difference !== 0) ?? 0;
}

/** Orders two values of which one or both may be null; null comes first. */
export function nullFirst<T>(a: T | null, b: T | null, compare: (a: T, b: T) => number): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return compare(a, b);
}

/** The elements by the key of each, in their order. */
export function groupBy<K, T>(elements: Iterable<T>, keyOf: (element: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const element of elements) {
    const group = groups.get(keyOf(element));
    if (group === undefined) groups.set(keyOf(element), [element]);
    else group.push(element);
  }
  return groups;
}
