// The page encoder: puts rows and index entries into leaves of b-trees. A module of its own, so that many can be open at once.
export { addRows, addTemplate, forgetTemplates } from './rows';
export {
  contactId, dayTexts, eventDate, kind, plannedDay, rowid, sendDay, templateKeys, templateLengths, templatePatches, templateSlots,
  templateStarts,
} from './rows';
export { addEntries, beginEntries, columnCount, columns, entryRowid, taken, writeEntry } from './entries';
export { deletedBits, deletedCount, deletedFirst, deletedIds, deletedMask, deletedSpan } from './deleted';
export {
  beginOld, copyRows, countLarge, hasMoreEntries, isOldNext, lastRowid, mergeEntries, nextEntry, oldCells, oldEnd, oldPage, oldRows,
  oldStop, openEntries, previous, previousLength, skipGone,
} from './merge';
export { maximumLocal, outcome } from './leaf';

/** Where the host may begin to lay out memory: the first free byte above the module's own data. */
export function heapBase(): usize {
  return __heap_base;
}
