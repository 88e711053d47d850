/** The code of NULL in a column of text codes. */
export const NULL_TEXT = -1;

/** Texts by number: columns hold small codes, the text itself is looked up when it is written. */
export class TextDictionary {
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();

  /** @param texts whose codes are their places, each once */
  constructor(texts: Iterable<string> = []) {
    for (const text of texts) this.codeOf(text);
  }

  /** The code of a text, `NULL_TEXT` for null; a new text gets the next one. */
  codeOf(text: string | null): number {
    if (text === null) return NULL_TEXT;
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.texts.push(text) - 1;
    this.#codes.set(text, code);
    return code;
  }

  /** The code of a text that has one, -1 for every other. */
  knownCodeOf(text: string): number {
    return this.#codes.get(text) ?? -1;
  }
}
