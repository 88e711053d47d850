declare module '*.wasm?bytes' {
  /** The bytes of the file, a character for each; see vite.config.ts. */
  const text: string;
  export default text;
}
