import { type Child, element } from './dom.js';

// Addresses and names come from a database, and some are made to look like others: by letters of another script, or by characters
// that nobody sees. They are shown with what they are.

/** What takes no room, or acts on the text around it. */
const UNSEEN =
  /\p{Cc}|\p{Cf}|\p{Cs}|\p{Co}|\p{Zl}|\p{Zp}|\p{Variation_Selector}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0/u;
/** Joins letters, or keeps them apart, as some scripts need it. */
const JOINER = /[\u200c\u200d]/u;
const LATIN = /\p{Script=Latin}/u;
const LETTER = /\p{L}/u;
const PLAIN = /^[ -~]*$/;
const WORD = /[\p{L}\p{M}]+/gu;

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function marked(character: string): Child[] {
  const code = element('span.odd-code', {}, codeOf(character));
  return UNSEEN.test(character) ? [code] : [element('span.odd', {}, character), code];
}

/** Whether letters of another script stand among Latin ones. */
function isMixed(word: string): boolean {
  const letters = [...word].filter((character) => LETTER.test(character));
  return letters.some((letter) => LATIN.test(letter)) && letters.some((letter) => !LATIN.test(letter));
}

/** The places of letters that are of another script than the Latin ones of the same word. */
function foreignPlaces(text: string): Set<number> {
  const places = new Set<number>();
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!isMixed(word)) continue;
    let place = index;
    for (const character of word) {
      if (LETTER.test(character) && !LATIN.test(character)) places.add(place);
      place += character.length;
    }
  }
  return places;
}

function shown(text: string, isOdd: (character: string, place: number) => boolean): Child {
  const parts: Child[] = [];
  let plain = '';
  let place = 0;
  for (const character of text) {
    if (isOdd(character, place)) {
      parts.push(plain, ...marked(character));
      plain = '';
    } else plain += character;
    place += character.length;
  }
  return parts.length === 0 ? text : element('span', {}, ...parts, plain);
}

/** A name: characters that nobody sees are shown by their codes, and so are letters of another script inside of a Latin word. */
export function shownName(text: string | null): Child {
  if (text === null || PLAIN.test(text)) return text;
  const foreign = foreignPlaces(text);
  const isLatin = LATIN.test(text);
  return shown(
    text,
    (character, place) => foreign.has(place) || (UNSEEN.test(character) && (isLatin || !JOINER.test(character))),
  );
}

/** An address: whatever is no letter, digit or sign of ASCII is shown with its code. */
export function shownAddress(text: string | null): Child {
  return text === null || PLAIN.test(text) ? text : shown(text, (character) => !PLAIN.test(character));
}
