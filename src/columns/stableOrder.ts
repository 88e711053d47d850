/** Keys in order: the positions of all keys, and where those of each key are among them. */
export interface KeyOrder {
  readonly order: Uint32Array;
  /** `first[key] .. first[key + 1]` is where in `order` the positions of a key are. */
  readonly first: Uint32Array;
}

/**
 * A counting sort: the positions of `keys` in ascending order of key, equal keys in the order of `from`.
 *
 * @param keyCount keys are below it
 * @param from the order to start from; the order of `keys` when left out
 */
export function stableOrder(keys: Uint32Array | Int32Array, keyCount: number, from?: Uint32Array): KeyOrder {
  const first = new Uint32Array(keyCount + 1);
  for (let i = 0; i < keys.length; i++) first[(keys[i] | 0) + 1]++;
  for (let key = 0; key < keyCount; key++) first[key + 1] += first[key];
  const order = new Uint32Array(keys.length);
  if (from === undefined) placeAll(keys, first.slice(), order);
  else placeFrom(keys, from, first.slice(), order);
  return { order, first };
}

/** Puts positions where the next of their key go. */
function placeAll(keys: Uint32Array | Int32Array, next: Uint32Array, order: Uint32Array): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] | 0;
    // Without the hint that it is an integer of 32 bits the engine compiles code that is ten times slower, once it was called before.
    const place = next[key] | 0;
    next[key] = place + 1;
    order[place] = i;
  }
}

/** `placeAll` by an order of positions. */
function placeFrom(keys: Uint32Array | Int32Array, from: Uint32Array, next: Uint32Array, order: Uint32Array): void {
  for (let i = 0; i < from.length; i++) {
    const position = from[i] | 0;
    const key = keys[position] | 0;
    const place = next[key] | 0;
    next[key] = place + 1;
    order[place] = position;
  }
}

/** A column's elements in an order of their positions, as a new column of the same kind. */
export function inOrder<Column extends Int32Array | Uint32Array | Uint8Array>(
  column: Column,
  order: Uint32Array,
): Column {
  const ordered = new (column.constructor as new (length: number) => Column)(order.length);
  for (let i = 0; i < order.length; i++) ordered[i] = column[order[i]];
  return ordered;
}
