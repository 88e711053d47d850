/** The middle of some numbers; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The item whose value is the median of all, the lower one of two: a run that really happened. */
export function medianItem<Item>(items: readonly Item[], measure: (item: Item) => number): Item {
  const sorted = [...items].sort((a, b) => measure(a) - measure(b));
  return sorted[(sorted.length - 1) >> 1];
}

/**
 * The exponent e of the curve `y = c * x^e` that fits the points best: the slope of the least-squares line through their
 * logarithms. Null for fewer than two different x.
 */
export function growthExponent(points: readonly { readonly x: number; readonly y: number }[]): number | null {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const meanX = logs.reduce((sum, { x }) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, { y }) => sum + y, 0) / logs.length;
  const spread = logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (!(spread > 0)) return null;
  return logs.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}
