import sqliteBase64 from 'sql.js/dist/sql-wasm-browser.wasm?base64';

/**
 * SQLite's WebAssembly, which is a part of the worker's own code: nothing is fetched when a worker starts, so that the page may
 * forbid itself every connection.
 */
export function sqlJsFile(): { wasmBinary: ArrayBuffer } {
  return { wasmBinary: Uint8Array.from(atob(sqliteBase64), (letter) => letter.charCodeAt(0)).buffer };
}
