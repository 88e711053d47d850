import { quoteName } from '../schema/readSchema.js';

// Rows as SQL literals in one text: the only form in which SQLite's values come out of a statement and into another one just as they
// are, whole numbers beyond 2^53, REAL without a fraction and texts with NUL among them.

/**
 * An SQL expression of a row's values as literals with commas between them.
 *
 * @param alias of the table in the statement
 */
export function literalsOf(alias: string, columns: readonly string[]): string {
  const literals = columns.map((column) => {
    const value = `${alias}.${quoteName(column)}`;
    // What is not plain to see goes by its bytes: they need not be UTF-8, and quote() ends at NUL.
    const isPlain = `instr(${value}, char(0)) = 0 AND ${value} NOT GLOB '*[^ -~]*'`;
    const bytes = `'CAST(X''' || hex(${value}) || ''' AS TEXT)'`;
    // Of what is larger than every number quote() makes a word that is no literal.
    const endless = `typeof(${value}) = 'real' AND abs(${value}) = 9e999 THEN iif(${value} > 0, '9.0e+999', '-9.0e+999')`;
    return `CASE WHEN ${endless} WHEN typeof(${value}) <> 'text' OR (${isPlain}) THEN quote(${value}) ELSE ${bytes} END`;
  });
  return literals.length === 0 ? "''" : literals.join(" || ', ' || ");
}

const LITERAL =
  /(?:NULL|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|'(?:[^']|'')*'|X'(?:[0-9A-F]{2})*'|CAST\(X'(?:[0-9A-F]{2})*' AS TEXT\))(?:, |$)/y;

/** Tells whether a text is so many literals as `literalsOf` makes them, and no other SQL. */
export function isLiterals(text: string, count: number): boolean {
  LITERAL.lastIndex = 0;
  let found = 0;
  while (LITERAL.lastIndex < text.length) {
    if (!LITERAL.test(text)) return false;
    found++;
  }
  return found === count && !text.endsWith(', ');
}
