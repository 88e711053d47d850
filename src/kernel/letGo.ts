/** Engines count array buffers, and look for what is unused when they grow much; buffers that nobody writes to cost addresses only. */
const BUFFER_BYTES = 2 ** 27;
const BUFFERS_PER_TRY = 4;
/** An engine that does not collect by then does so later. */
const MOST_TRIES = 4;

/** Gives the engine a turn, after which a WeakRef that was asked no longer holds its object. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function urge(): void {
  for (let i = 0; i < BUFFERS_PER_TRY; i++) new ArrayBuffer(BUFFER_BYTES);
}

/**
 * Has the engine collect a large object that nobody else holds, such as a kernel, whose memory goes only then: before more memory is
 * asked for that the engine does not count, as what threads share.
 *
 * @param collect has the engine collect at once; without it the engine is urged to, and may do so later
 */
export async function letGo(object: WeakRef<object>, collect: () => void = urge): Promise<void> {
  for (let i = 0; i < MOST_TRIES; i++) {
    await turn();
    collect();
    await turn();
    if (object.deref() === undefined) break;
  }
  // The memory of what is found unused may go only with the next look.
  await turn();
  collect();
}
