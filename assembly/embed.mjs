// Writes the compiled kernel into a TypeScript module, so that every place the library runs in (Node, bundlers, workers,
// pages) loads it the same way, without a file to find.
import { readFileSync, writeFileSync } from 'node:fs';

const wasm = readFileSync(new URL('../build/kernel.wasm', import.meta.url));
const lines = wasm.toString('base64').match(/.{1,110}/g) ?? [];
const source = `// Made from assembly/ by \`npm run build:wasm\`.

/** The compiled kernel, as base64. */
export const KERNEL_BASE64 =
  ${lines.map((line) => `'${line}'`).join(' +\n  ')};
`;
writeFileSync(new URL('../src/kernel/binary.ts', import.meta.url), source);
console.error(`kernel: ${wasm.length} bytes`);
