/**
 * Compiles WebAssembly that is part of the JavaScript.
 *
 * It is done at once where the engine lets it, which takes a millisecond or two. What is compiled in the background waits until
 * the engine has optimized what it already runs of other modules, and that can take a tenth of a second.
 *
 * @param base64 the module's bytes
 * @throws WebAssembly.CompileError when the engine does not know what is in it
 */
export async function compileModule(base64: string): Promise<WebAssembly.Module> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    // Some browsers refuse to compile so much while a page waits.
    return WebAssembly.compile(bytes);
  }
}
