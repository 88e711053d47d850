import type { OrganizationSource, RowSource } from '../columns/source.js';

/** The columns that were read, by table. */
export type ReadColumns = Map<string, Set<string>>;

function observed(source: RowSource, columns: Set<string>): RowSource {
  const note = (names: readonly string[]) => {
    for (const name of names) columns.add(name);
  };
  const { cursor } = source;
  return {
    columns: source.columns,
    affinities: source.affinities,
    rows(names) {
      note(names);
      return source.rows(names);
    },
    cursor:
      cursor === undefined
        ? undefined
        : (names) => {
            note(names);
            return cursor.call(source, names);
          },
  };
}

/** The same tables, of which it is noted what is read of them. */
export function observeSource(source: OrganizationSource): {
  readonly source: OrganizationSource;
  readonly read: ReadColumns;
} {
  const read: ReadColumns = new Map();
  const entries = Object.entries(source) as [keyof OrganizationSource, RowSource | null | undefined][];
  const tables = entries.map(([name, table]) => {
    if (table === null || table === undefined) return [name, table];
    const columns = new Set<string>();
    read.set(name, columns);
    return [name, observed(table, columns)];
  });
  return { source: Object.fromEntries(tables) as OrganizationSource, read };
}
