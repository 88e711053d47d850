/**
 * Characters that act instead of being seen: controls but the line feed, of which terminals take orders, other ends of lines, what
 * turns the direction of text, halves of surrogate pairs, and what XML has no place for.
 */
const ACTING = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff\ufffe\uffff]/gu;

/** Letters, digits and signs of ASCII, and line feeds. */
const PLAIN = /^[\n -~]*$/;

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** A text whose acting characters are shown, such as `\u001b`; all else, and line feeds, as it is. */
export function visible(text: string): string {
  // The classes of characters take long to ask for, and most texts have none but these.
  if (PLAIN.test(text)) return text;
  return text.replace(ACTING, escaped);
}
