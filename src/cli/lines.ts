import { type Line, MOST_LINE_BYTES } from './answerLines.js';

const LINE_FEED = 10;

/**
 * Cuts a stream into its lines, as lists of those that are there: whoever waits for the next list has been given every line that has
 * ended. A last line without an end counts when the stream has ended.
 */
export async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Line[]> {
  let number = 0;
  let pieces: Uint8Array[] = [];
  let heldBytes = 0;
  const close = (last: Uint8Array): Line => {
    const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    const isTooLong = heldBytes + last.length > MOST_LINE_BYTES;
    pieces = [];
    heldBytes = 0;
    return { number: ++number, bytes: isTooLong ? null : bytes };
  };
  for await (const chunk of stream) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      lines.push(close(chunk.subarray(start, end)));
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    heldBytes += rest.length;
    if (heldBytes > MOST_LINE_BYTES) pieces = [];
    else if (rest.length > 0) pieces.push(rest);
    yield lines;
  }
  if (heldBytes > 0) yield [close(new Uint8Array(0))];
}

/** Lines that follow each other, as bytes that go to another thread at once. */
export interface PackedLines {
  readonly firstNumber: number;
  /** All in one, a line feed between two. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Packs lines that follow each other; null when one of them is too long to be there. The bytes are a copy. */
export function packLines(lines: readonly Line[]): PackedLines | null {
  const pieces = lines.map(({ bytes }) => bytes).filter((bytes) => bytes !== null);
  if (pieces.length < lines.length || pieces.length === 0) return null;
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length + 1, -1));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
    if (offset < bytes.length) bytes[offset++] = LINE_FEED;
  }
  return { firstNumber: lines[0].number, bytes };
}

/** The lines that were packed; views of the bytes. */
export function unpackLines({ firstNumber, bytes }: PackedLines): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found < 0 ? bytes.length : found;
    lines.push({ number: firstNumber + lines.length, bytes: bytes.subarray(start, end) });
    start = end + 1;
  }
  return lines;
}
