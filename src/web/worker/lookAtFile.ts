import { SendplanError } from '../../errors.js';
import { parseStoredConfig } from '../../rules/storedConfig.js';
import { loadSqlJs } from '../../store/driver/sqljs.js';
import { HEADER_BYTES, isWalHeader, requireHeader } from '../../store/file/fileHeader.js';
import { latestConfigText } from '../../store/read/latestConfig.js';
import { readSchema } from '../../store/schema/readSchema.js';
import type { FileLook } from '../protocol/protocol.js';
import { BlobSource } from './blobSource.js';
import { lookForContacts } from './contactTables.js';
import { sqlJsFile } from './sqlJsFile.js';

/**
 * Looks at a database without reading all of it: whether it is in WAL mode, where its contacts are, and which
 * configuration its last run kept.
 *
 * @throws SendplanError when it is no database, or damaged
 */
export async function lookAtFile(file: Blob, name: string): Promise<FileLook> {
  const header = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  requireHeader(name, header, file.size);
  const isWal = isWalHeader(header);
  const connection = (await loadSqlJs(sqlJsFile()))(new BlobSource(file));
  try {
    const schema = readSchema(connection);
    const found = { isWal, contacts: lookForContacts(connection, schema) };
    return { ...found, ...keptConfig(latestConfigText(connection, schema)) };
  } finally {
    connection.close();
  }
}

function keptConfig(text: string | null): Pick<FileLook, 'config' | 'configProblem'> {
  if (text === null) return { config: null, configProblem: null };
  try {
    return { config: parseStoredConfig(text), configProblem: null };
  } catch (error) {
    const isOfConfig = error instanceof SyntaxError || (error instanceof SendplanError && error.code === 'bad_config');
    if (!isOfConfig) throw error;
    return { config: null, configProblem: error.message };
  }
}
