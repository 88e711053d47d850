function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/**
 * Compiles WebAssembly that is part of the JavaScript at once, which takes a millisecond or two.
 *
 * @param base64 the module's bytes
 * @returns null where the engine refuses to compile so much while a page waits, or does not know what is in it
 */
export function compileAtOnce(base64: string): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(bytesOf(base64));
  } catch {
    return null;
  }
}

/**
 * Compiles WebAssembly that is part of the JavaScript.
 *
 * It is done at once where the engine lets it. What is compiled in the background waits until the engine has optimized what it
 * already runs of other modules, and that can take a tenth of a second.
 *
 * @param base64 the module's bytes
 * @throws WebAssembly.CompileError when the engine does not know what is in it
 */
export async function compileModule(base64: string): Promise<WebAssembly.Module> {
  return compileAtOnce(base64) ?? WebAssembly.compile(bytesOf(base64));
}
