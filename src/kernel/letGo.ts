/** Memory that is worth waiting for. */
const LEAST_BYTES = 2 ** 28;
/** Engines count array buffers, and look for what is unused when they grow much; buffers that nobody writes to cost addresses only. */
const BUFFER_BYTES = 2 ** 27;
const BUFFERS_PER_TRY = 4;
/** An engine that does not collect by then does so later. */
const MOST_TRIES = 8;

/** Gives the engine a turn, after which a WeakRef that was asked no longer holds its object. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/**
 * Has the engine collect a large object that nobody else holds, such as a kernel, whose memory goes only then: before more memory is
 * asked for that the engine does not count, as what threads share.
 *
 * @param bytes the memory that goes with it; for little nothing is done
 */
export async function letGo(object: WeakRef<object>, bytes: number): Promise<void> {
  if (bytes < LEAST_BYTES) return;
  for (let i = 0; i < MOST_TRIES; i++) {
    await turn();
    for (let j = 0; j < BUFFERS_PER_TRY; j++) new ArrayBuffer(BUFFER_BYTES);
    await turn();
    if (object.deref() === undefined) return;
  }
}
