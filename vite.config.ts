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

/** `x.wasm?base64` is the file as text, in scripts that may fetch nothing. */
const wasmAsBase64: Plugin = {
  name: 'wasm-as-base64',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!source.endsWith('.wasm?base64')) return null;
    const file = await this.resolve(source.slice(0, -'?base64'.length), importer, { skipSelf: true });
    return file === null ? null : `${file.id}?base64`;
  },
  load: (id) =>
    id.endsWith('.wasm?base64')
      ? `export default ${JSON.stringify(readFileSync(id.slice(0, -'?base64'.length), 'base64'))};`
      : null,
};

export default defineConfig({
  root: 'src/web',
  // Works from any path.
  base: './',
  publicDir: false,
  plugins: [policyInPage, wasmAsBase64],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 6000,
  },
  worker: { format: 'iife', plugins: () => [wasmAsBase64] },
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
