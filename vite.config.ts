import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

/**
 * What the page may do: its own script and style, WebAssembly, workers made of its own code, and nothing else. It may connect
 * to nobody, itself included. Trusted types forbid making markup or code from text, so that no text of a database can be either.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  // The icon of the page, which lies in it: browsers ask for it again at every step of their history.
  'img-src data:',
  'worker-src blob:',
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types default',
].join('; ');

/** Puts the policy into the page itself, for hosts that send no headers. */
const policyInPage: Plugin = {
  name: 'policy-in-page',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
  ],
};

/**
 * `x.wasm?bytes` is the file as text, a character for each byte, in scripts that may fetch nothing. Compressed it is a fifth smaller
 * than base64, which leaves nothing in it where it was.
 */
const wasmAsText: Plugin = {
  name: 'wasm-as-text',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!source.endsWith('.wasm?bytes')) return null;
    const file = await this.resolve(source.slice(0, -'?bytes'.length), importer, { skipSelf: true });
    return file === null ? null : `${file.id}?bytes`;
  },
  load: (id) =>
    id.endsWith('.wasm?bytes')
      ? `export default ${JSON.stringify(readFileSync(id.slice(0, -'?bytes'.length), 'latin1'))};`
      : null,
};

export default defineConfig({
  root: 'src/web',
  // Works from any path.
  base: './',
  publicDir: false,
  plugins: [policyInPage, wasmAsText],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 6000,
  },
  worker: { format: 'iife', plugins: () => [wasmAsText] },
  preview: {
    port: 4173,
    headers: {
      'Content-Security-Policy': `${POLICY}; frame-ancestors 'none'`,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
  },
});
