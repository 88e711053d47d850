import { SendplanError } from '../../errors.js';
import { parseStoredConfig } from '../../rules/storedConfig.js';
import { loadSqlJs } from '../../store/driver/sqljs.js';
import { HEADER_BYTES, isWalHeader, requireHeader } from '../../store/file/fileHeader.js';
import { latestConfigText } from '../../store/read/latestConfig.js';
import { readSchema } from '../../store/schema/readSchema.js';
import type { FileLook } from '../protocol/protocol.js';
import { BlobSource } from './blobSource.js';
import { sqlJsFile } from './sqlJsFile.js';

/**
 * Looks at a database without reading all of it: whether it is in WAL mode, and which configuration its last run kept.
 *
 * @throws SendplanError when it is no database, or damaged
 */
export async function lookAtFile(file: Blob, name: string): Promise<FileLook> {
  const header = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  requireHeader(name, header, file.size);
  const isWal = isWalHeader(header);
  const connection = (await loadSqlJs(sqlJsFile()))(new BlobSource(file));
  try {
    const text = latestConfigText(connection, readSchema(connection));
    if (text === null) return { isWal, config: null, configProblem: null };
    return { isWal, config: parseStoredConfig(text), configProblem: null };
  } catch (error) {
    const isOfConfig = error instanceof SyntaxError || (error instanceof SendplanError && error.code === 'bad_config');
    if (!isOfConfig) throw error;
    return { isWal, config: null, configProblem: error.message };
  } finally {
    connection.close();
  }
}
