/** The current time as databases keep it: `YYYY-MM-DD HH:MM:SS` in UTC. */
export function currentTimeText(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ');
}

function chance(): string {
  // Not for secrets; unlike randomUUID it is there in pages without HTTPS too.
  return crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, '0');
}

/**
 * A new run's id, its time and a suffix that tells runs of one second apart, and that time.
 *
 * @param suffix hexadecimal digits; eight by chance when left out
 */
export function nameRun(suffix = chance()): { readonly runId: string; readonly nowText: string } {
  const nowText = currentTimeText();
  return { runId: `${nowText.replace(/\D/g, '')}-${suffix}`, nowText };
}
