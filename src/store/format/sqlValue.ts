/** A value of a SQLite row; text keeps its NUL characters, integers beyond 2^53 come rounded. */
export type SqlValue = string | number | null | Uint8Array;
