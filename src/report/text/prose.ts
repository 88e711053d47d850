import { parseIsoDay } from '../../calendar/iso.js';

// Small helpers for texts that people read.

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A day with its weekday: `2025-06-13 (Fri)`. */
export function dated(day: string): string {
  const weekday = parseIsoDay(day) === null ? undefined : WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()];
  return weekday === undefined ? day : `${day} (${weekday})`;
}

/** A number with its thousands set apart, and at most three decimals. */
export function grouped(value: number): string {
  // What `toLocaleString('en-US')` gives, without the 10 ms that a process needs to load what it knows of languages.
  const [whole, ...decimals] = String(Math.round(value * 1000) / 1000).split('.');
  return [whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ','), ...decimals].join('.');
}

/** A share in percent: `12.3 %`; `-` of nothing. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
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
