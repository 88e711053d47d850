/** The first of `[start, end)` for which something holds that holds for all behind it too, in steps that double; `end` for none. */
export function firstOf(start: number, end: number, holds: (i: number) => boolean): number {
  let low = start;
  let high = start;
  for (let step = 1; high < end && !holds(high); step *= 2) {
    low = high + 1;
    high += step;
  }
  high = Math.min(high, end);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
