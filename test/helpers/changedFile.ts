import { readFileSync, writeFileSync } from 'node:fs';
import { SendplanError } from '../../src/errors.js';
import { databaseImage } from './databases.js';

/** Changes a database file as another program does. */
export async function changeFile(path: string, sql: string): Promise<void> {
  writeFileSync(path, await databaseImage(sql, readFileSync(path)));
}

/** The error of the domain that some work ends with. @throws whatever else it ends with */
export async function domainError(work: Promise<unknown>): Promise<SendplanError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SendplanError) return error;
    throw error;
  }
  throw new Error('it went well');
}
