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
      // A copy of its own: what is sent to a thread takes all of its buffer along.
      lines.push(close(Uint8Array.from(chunk.subarray(start, end))));
      start = end + 1;
    }
    const rest = Uint8Array.from(chunk.subarray(start));
    heldBytes += rest.length;
    if (heldBytes > MOST_LINE_BYTES) pieces = [];
    else if (rest.length > 0) pieces.push(rest);
    yield lines;
  }
  if (heldBytes > 0) yield [close(new Uint8Array(0))];
}
