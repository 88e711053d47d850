import wasmUrl from 'sendplan/sql-wasm.wasm?url';
import { plan } from './plan.js';

try {
  document.body.textContent = await plan({ locateFile: () => wasmUrl });
} catch (error) {
  document.body.textContent = String(error.stack ?? error);
}
document.title = 'planned';
