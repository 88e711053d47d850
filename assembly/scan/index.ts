// The row scan: reads rows of known forms from leaves of a table, many at a time. A module of its own, with a memory for each table.

export { learn } from './forms';
export { cellRoom, lastRowid, mostLocal, page, rowCount, rowRoom, scanCells, usableEnd } from './leaf';
export {
  fieldCount,
  formSlots,
  monthStarts,
  newTexts,
  outputs,
  room,
  roomEnd,
  shapeSlots,
  stagedFields,
  stagedWords,
  textSlots,
} from './memory';
export { keepTexts, newTextCount, teach } from './texts';

/** Where the host may begin to lay out memory: the first free byte above the module's own data. */
export function heapBase(): usize {
  return __heap_base;
}
