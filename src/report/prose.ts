import { parseIsoDay } from '../calendar/iso.js';

// Small helpers for texts that people read.

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A day with its weekday: `2025-06-13 (Fri)`. */
export function dated(day: string): string {
  const weekday = parseIsoDay(day) === null ? undefined : WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()];
  return weekday === undefined ? day : `${day} (${weekday})`;
}

/** A number with its thousands set apart. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** A count with its noun: `1 day`, `3 days`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${Math.abs(count) === 1 ? '' : 's'}`;
}

/** A list as a sentence has it: `a, b and c`. */
export function listed(items: readonly string[], word = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items[items.length - 1]}`;
}

/**
 * Sentences as a paragraph of lines of at most so many columns, 100 when left out, each indented.
 *
 * @param firstIndent what the first line begins with instead
 */
export function paragraph(sentences: readonly string[], indent = '', width = 100, firstIndent = indent): string {
  const lines: string[] = [];
  let line = '';
  for (const word of sentences.join(' ').split(' ')) {
    const longer = line === '' ? `${firstIndent}${word}` : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join('\n');
}
