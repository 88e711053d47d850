import { formatIsoDay } from '../../calendar/iso.js';
import { counted, dated } from '../text/prose.js';

const DAY_MILLISECONDS = 86_400_000;

/** Midnight UTC of a day, as axes of time take it. */
export function dateOfDay(day: number): Date {
  return new Date(day * DAY_MILLISECONDS);
}

/** What a day holds as one line: `2025-06-13 (Fri): 1,204 emails`. */
export function dayLine(day: number, count: number): string {
  return `${dated(formatIsoDay(day))}: ${counted(count, 'email')}`;
}

/** A number as an axis has room for it: `950`, `12k`, `1.5M`. */
export function shortFigure(count: number): string {
  const size = Math.abs(count);
  if (size >= 999_500) return `${trimmed(count / 1e6)}M`;
  return size >= 1000 ? `${trimmed(count / 1e3)}k` : String(count);
}

/** How many ticks an axis of counts gets, so that none stands between two whole numbers. @param range from its least to its greatest count */
export function wholeTicks(range: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(range)));
}

function trimmed(value: number): string {
  return Number(value.toPrecision(Math.abs(value) >= 100 ? 3 : 2)).toString();
}
