/** A whole number with its thousands set apart. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Seconds with three significant digits, at most three behind the point. */
export function seconds(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value.toFixed(value >= 1 ? 2 : 3);
}

/** Bytes in units of 2^20, rounded up. */
export function mebibytes(bytes: number): string {
  return grouped(Math.ceil(bytes / 2 ** 20));
}

/** How many times as large a number is, such as `12.3x`. */
export function times(ratio: number): string {
  return `${ratio >= 100 ? grouped(ratio) : ratio.toFixed(ratio >= 10 ? 1 : 2)}x`;
}

/** A number of contacts as people say it: `1k`, `750k`, `3m`. */
export function shortCount(count: number): string {
  if (count >= 1_000_000 && count % 100_000 === 0) return `${count / 1_000_000}m`;
  return count >= 1000 && count % 100 === 0 ? `${count / 1000}k` : String(count);
}
