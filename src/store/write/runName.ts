/** The current time as databases keep it: `YYYY-MM-DD HH:MM:SS` in UTC. */
export function currentTimeText(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ');
}

/** A new run's id, its time and eight hexadecimal digits that tell runs of one second apart, and that time. */
export function nameRun(): { readonly runId: string; readonly nowText: string } {
  const nowText = currentTimeText();
  // Not for secrets; unlike randomUUID it is there in pages without HTTPS too.
  const suffix = crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, '0');
  return { runId: `${nowText.replace(/\D/g, '')}-${suffix}`, nowText };
}
