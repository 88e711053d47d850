import { DuckDBInstance, type Json } from '@duckdb/node-api';

/** What DuckDB makes of a file. */
export interface DuckRows {
  /** The type of every column by name. */
  readonly types: Readonly<Record<string, string>>;
  /** The rows; dates are `YYYY-MM-DD`, numbers of 64 bits texts. */
  readonly rows: readonly Readonly<Record<string, Json>>[];
}

/** The rows of a table function of DuckDB, such as `read_parquet('x.parquet')`, in the order of the file. */
export async function readWithDuckDb(source: string): Promise<DuckRows> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
    const types = Object.fromEntries(described.getRows().map(([name, type]) => [String(name), String(type)]));
    const read = await connection.runAndReadAll(`SELECT * FROM ${source}`);
    return { types, rows: read.getRowObjectsJson() };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
