/** How many rows of a table came, went and are others since a run, by anybody but runs. */
export interface ChangedTable {
  readonly table: string;
  /** Emails that a run had planned and that were sent since, or are on their way. */
  readonly sent: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** The table whose rows senders mark. */
export const SCHEDULES = 'email_schedules';

/** The counts of a table in which nothing changed. */
export const NONE = { sent: 0, added: 0, changed: 0, removed: 0 };

/** How many rows are told of in all. */
export function totalOf({ sent, added, changed, removed }: Omit<ChangedTable, 'table'>): number {
  return sent + added + changed + removed;
}
