import { parentPort, workerData } from 'node:worker_threads';
import type { FoundSchedules } from '../../columns/readSchedules.js';
import { sharedBytes } from '../../columns/sharedBytes.js';
import { FileSource } from '../format/fileSource.js';
import { takeFromLeft } from '../format/tableShare.js';
import { type FoundPart, findSchedules, type ScheduleTable } from './findSchedules.js';

/** What the thread of `ScheduleThread` is given. */
export interface ScheduleTask extends ScheduleTable {
  /** The open file, which nobody changes. */
  readonly file: { readonly descriptor: number; readonly byteLength: number; readonly hasEmptyLog: boolean };
}

/** Rows as data that goes from thread to thread; their columns are in memory that both see. */
export interface PlainSchedules extends Omit<FoundSchedules, 'types' | 'texts'> {
  readonly typeNames: readonly string[];
  readonly texts: readonly string[];
}

/** What it tells: how far it has come, and in the end what it found; null where it could not read the table. */
export type ScheduleMessage =
  | { readonly rowsDone: number }
  | { readonly part: FoundPart<PlainSchedules> | null; readonly bytesRead: number };

function toPlain({ found: { types, texts, ...found }, ...part }: FoundPart<FoundSchedules>): FoundPart<PlainSchedules> {
  return { ...part, found: { ...found, typeNames: types.names, texts: texts.texts } };
}

const { file, ...task }: ScheduleTask = workerData;
const pages = new FileSource(file.descriptor, file.byteLength, file.hasEmptyLog);
const branches = task.share === null ? null : takeFromLeft(task.share);
const tell = (rowsDone: number) => parentPort?.postMessage({ rowsDone } satisfies ScheduleMessage);
const part = findSchedules(pages, task, branches, tell, sharedBytes);
const message: ScheduleMessage = { part: part === null ? null : toPlain(part), bytesRead: pages.bytesRead };
parentPort?.postMessage(message);
