declare module '*.wasm?base64' {
  /** The bytes of the file in base64; see vite.config.ts. */
  const base64: string;
  export default base64;
}
