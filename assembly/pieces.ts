/*
 * Long loops go in pieces, each a call of its own: engines start with code that was compiled fast and replace it by fast code
 * between calls, not within one.
 */

const PIECE: u32 = 4096;

/** Works through `[0, end)` piece by piece and returns the sum of what the pieces return. */
export function inPieces(end: u32, piece: (first: u32, end: u32) => u32): u32 {
  let total: u32 = 0;
  for (let first: u32 = 0; first < end; first += PIECE) total += piece(first, min(first + PIECE, end));
  return total;
}
