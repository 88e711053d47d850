// Writes the compiled WebAssembly into TypeScript modules, so that every place the library runs in (Node, bundlers, workers,
// pages) loads it the same way, without a file to find.
import { readFileSync, writeFileSync } from 'node:fs';

function embed(file, name, about) {
  const wasm = readFileSync(new URL(`../build/${file}`, import.meta.url));
  const lines = wasm.toString('base64').match(/.{1,110}/g) ?? [];
  console.error(`${file}: ${wasm.length} bytes`);
  return `/** ${about}, as base64. */
export const ${name} =
  ${lines.map((line) => `'${line}'`).join(' +\n  ')};
`;
}

function write(path, ...modules) {
  const source = `// Made from assembly/ by \`npm run build:wasm\`.\n\n${modules.join('\n')}`;
  writeFileSync(new URL(`../src/${path}`, import.meta.url), source);
}

write(
  'kernel/binary.ts',
  embed('kernel.wasm', 'SIMD_KERNEL', 'The compiled kernel for engines with SIMD'),
  embed('kernel.scalar.wasm', 'SCALAR_KERNEL', 'The compiled kernel for engines without SIMD'),
);
write('store/format/encoderBinary.ts', embed('pages.wasm', 'PAGE_ENCODER', 'The compiled page encoder'));
write('store/format/scanBinary.ts', embed('scan.wasm', 'ROW_SCAN', 'The compiled row scan'));
