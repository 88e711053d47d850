import { type FieldValue, isBlank } from './fields.js';

/** How many characters of a broken value are shown. */
const MOST_SHOWN = 60;

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '"': '\\"', '\\': '\\\\' };

/** What cannot be seen, or would move what stands beside it: all white space but the plain space, controls, formats. */
const INVISIBLE = /[\\"]|(?! )[\s\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return NAMED[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`);
}

/** A text in quotes, what is invisible made visible, at most 60 characters of it. */
export function quoted(text: string): string {
  const characters = [...text.slice(0, MOST_SHOWN * 2 + 2)];
  const isLong = characters.length > MOST_SHOWN;
  const shown = isLong ? characters.slice(0, MOST_SHOWN).join('') : text;
  return `"${shown.replace(INVISIBLE, escaped)}"${isLong ? '...' : ''}`;
}

/** A broken value as issues and messages show it: texts in quotes, numbers as they are; null where there is none. */
export function quoteValue(value: FieldValue): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return `a blob of ${value.length} bytes`;
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** What a contact of unknown state says of it, for its issue; null when it says nothing (Rules 2, state). */
export function unknownStateDetail(state: FieldValue, zipCode: FieldValue): string | null {
  const said = [
    isBlank(state) ? null : `state ${quoteValue(state)}`,
    isBlank(zipCode) ? null : `zip_code ${quoteValue(zipCode)}`,
  ].filter((part) => part !== null);
  return said.length === 0 ? null : said.join(', ');
}
