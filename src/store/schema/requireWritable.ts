import { SendplanError } from '../../errors.js';
import { type DatabaseSchema, findColumn, findTable, foldName, isSameName, quoteName } from './readSchema.js';
import { SCHEDULE_COLUMNS } from './tables.js';

function unsupported(found: string, hint: string): SendplanError {
  return new SendplanError('unsupported_schema', found, { hint });
}

/**
 * Tells whether a run can write to `email_schedules` as it is (Rules 11).
 *
 * It must be a real table whose `id` is `INTEGER PRIMARY KEY`, and every NOT NULL column without a default must be one
 * that a run fills. A table that is not there yet is fine.
 *
 * @throws SendplanError `unsupported_schema` naming the column, what it is and what is needed
 */
export function requireWritableSchedules(schema: DatabaseSchema): void {
  const table = findTable(schema, 'email_schedules');
  if (table === null) return;
  if (table.kind !== 'table') {
    const hint = 'It must be a real table; rename the one that is there and a run creates its own.';
    throw unsupported(`"email_schedules" is a ${table.kind}, which a run cannot write to.`, hint);
  }
  const id = findColumn(table, 'id');
  const isRowid =
    id !== null &&
    id.keyPosition === 1 &&
    isSameName(id.type, 'integer') &&
    !table.isWithoutRowid &&
    table.columns.every((column) => column === id || column.keyPosition === 0) &&
    !table.indexes.some((index) => index.isPrimaryKey);
  if (!isRowid) {
    const shape = table.isWithoutRowid
      ? `${id?.type ?? ''} in a table WITHOUT ROWID`
      : `${id?.type || 'without a type'}`;
    const found = id === null ? 'has no column "id"' : `has the column "id" as ${shape.trim()}`;
    const hint =
      'Copy it into a table whose id is INTEGER PRIMARY KEY, and not DESC; or rename it and a run creates its own.';
    throw unsupported(`"email_schedules" ${found}; a run needs "id" INTEGER PRIMARY KEY.`, hint);
  }
  const written = new Set(Object.keys(SCHEDULE_COLUMNS));
  for (const column of table.columns) {
    const isWritten = written.has(foldName(column.name));
    if (isWritten && column.isGenerated) {
      const hint = 'A run writes this column; rename the generated one.';
      throw unsupported(`"email_schedules" computes its column ${quoteName(column.name)} by itself.`, hint);
    }
    if (!isWritten && column.isNotNull && !column.hasDefault && !column.isGenerated) {
      throw unsupported(
        `"email_schedules" has the column ${quoteName(column.name)}, NOT NULL without a default, which a run does not fill.`,
        'Give the column a default, or allow NULL in it.',
      );
    }
  }
}
