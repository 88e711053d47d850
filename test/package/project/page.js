import wasmUrl from 'sql.js/dist/sql-wasm-browser.wasm?url';
import { plan } from './plan.js';

try {
  document.body.textContent = await plan({ locateFile: () => wasmUrl });
} catch (error) {
  document.body.textContent = String(error.stack ?? error);
}
document.title = 'planned';
