import { readFileSync, statSync } from 'node:fs';
import { kindOf } from '../../store/format/fileErrors.js';

/** The text of a file. What is no file is not opened: reading a pipe would wait for ever. @throws an error for `reasonOf` */
export function readTextFile(path: string): string {
  const stat = statSync(path);
  if (!stat.isFile()) throw new Error(`it is ${kindOf(stat)}`);
  return readFileSync(path, 'utf8');
}
