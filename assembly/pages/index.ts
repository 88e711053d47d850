// The page encoder: puts rows and index entries into leaves of b-trees. A module of its own, so that many can be open at once.

export { deletedBits, deletedCount, deletedFirst, deletedIds, deletedMask, deletedSpan } from './deleted';
export { addEntries, beginEntries, columnCount, columns, entryRowid, taken, writeEntry } from './entries';
export { maximumLocal, outcome, spareRoom } from './leaf';
export {
  beginOld,
  copyRows,
  countLarge,
  hasMoreEntries,
  isOldNext,
  lastRowid,
  mergeEntries,
  nextEntry,
  oldCells,
  oldEnd,
  oldPage,
  oldRows,
  oldStop,
  openEntries,
  previous,
  previousLength,
  skipGone,
} from './merge';
export {
  addRows,
  addTemplate,
  contactId,
  dayTexts,
  eventDate,
  forgetTemplates,
  initialId,
  kind,
  plannedDay,
  rowid,
  sendDay,
  templateKeys,
  templateLengths,
  templatePatches,
  templateSlots,
  templateStarts,
} from './rows';

/** Where the host may begin to lay out memory: the first free byte above the module's own data. */
export function heapBase(): usize {
  return __heap_base;
}
