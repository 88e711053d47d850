import sqliteText from 'sql.js/dist/sql-wasm-browser.wasm?bytes';

/**
 * SQLite's WebAssembly, which is a part of the worker's own code: nothing is fetched when a worker starts, so that the page may
 * forbid itself every connection.
 */
export function sqlJsFile(): { wasmBinary: ArrayBuffer } {
  // A loop takes a tenth of the time that `Uint8Array.from` does, at every start of a worker.
  const bytes = new Uint8Array(sqliteText.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = sqliteText.charCodeAt(i);
  return { wasmBinary: bytes.buffer };
}
