import Database from 'libsql';

/** What happened between two nights. */
export interface Day {
  /** Emails that were due and went out, whatever became of them, and those of them whose sending failed and that bounced. */
  readonly due: number;
  readonly failed: number;
  readonly bounced: number;
  readonly editedContacts: number;
  readonly addedContacts: number;
}

/** Of a hundred emails that are due, how many fail and how many bounce. */
export const FATES = { failed: 2, bounced: 2 } as const;

/** One contact of so many is edited a day, and one of so many is copied as somebody new. */
export const STEPS = { edited: 1000, added: 2000 } as const;

/** The edits of contacts, a third of them each: another phone number, another policy date, another state. */
const EDITS = [
  `phone_number = CASE WHEN phone_number IS NULL THEN '555-0100' ELSE NULL END`,
  `effective_date = COALESCE(date(effective_date, '+7 days'), effective_date)`,
  `state = CASE WHEN state = 'TX' THEN 'CA' ELSE 'TX' END, zip_code = NULL`,
];

/** The number from 0 to 99 that decides the fate of a row: by its contact and its day, so that two runs of a bench meet the same. */
const CHANCE = '((contact_id * 7919 + id * 104729 + ? * 31) % 100)';

function markSent(database: Database.Database, asOf: string, night: number): Pick<Day, 'due' | 'failed' | 'bounced'> {
  const { failed, bounced } = FATES;
  const isDue = `status = 'pre-scheduled' AND scheduled_send_date <= ?`;
  const fate = database
    .prepare(
      `SELECT count(*) AS due, sum(${CHANCE} < ${failed}) AS failed, sum(${CHANCE} BETWEEN ${failed} AND ${failed + bounced - 1}) AS bounced
       FROM email_schedules WHERE ${isDue}`,
    )
    .get(night, night, asOf) as { due: number; failed: number | null; bounced: number | null };
  database
    .prepare(
      `UPDATE email_schedules SET
         status = CASE WHEN ${CHANCE} < ${failed} THEN 'failed' WHEN ${CHANCE} < ${failed + bounced} THEN 'bounced' ELSE 'sent' END,
         actual_send_datetime = CASE WHEN ${CHANCE} < ${failed} THEN NULL ELSE ? || ' 08:30:00' END
       WHERE ${isDue}`,
    )
    .run(night, night, night, asOf, asOf);
  return { due: fate.due, failed: fate.failed ?? 0, bounced: fate.bounced ?? 0 };
}

function editContacts(database: Database.Database, night: number): number {
  return EDITS.reduce((count, edit, i) => {
    const chosen = `id % ${STEPS.edited} = ? AND (id / ${STEPS.edited}) % ${EDITS.length} = ?`;
    const { changes } = database.prepare(`UPDATE contacts SET ${edit} WHERE ${chosen}`).run(night % STEPS.edited, i);
    return count + changes;
  }, 0);
}

function addContacts(database: Database.Database, night: number): number {
  const { changes } = database
    .prepare(
      `INSERT INTO contacts (id, first_name, last_name, email, state, zip_code, birth_date, effective_date, carrier, phone_number)
       SELECT (SELECT max(id) FROM contacts) + row_number() OVER (ORDER BY id), first_name, last_name, 'new' || ? || '.' || email,
         state, zip_code, COALESCE(date(birth_date, '+50 days'), birth_date), COALESCE(date(effective_date, '-50 days'), effective_date),
         carrier, phone_number
       FROM contacts WHERE id % ${STEPS.added} = ?`,
    )
    .run(night, (night * 7) % STEPS.added);
  return changes;
}

function inTransaction<Result>(path: string, work: (database: Database.Database) => Result): Result {
  const database = new Database(path);
  try {
    database.exec('PRAGMA cache_size = -262144; BEGIN');
    const result = work(database);
    database.exec('COMMIT');
    return result;
  } finally {
    database.close();
  }
}

/** Edits some contacts and adds some, as `passDay` does, and sends nothing. */
export function editPeople(path: string, night: number): Pick<Day, 'editedContacts' | 'addedContacts'> {
  return inTransaction(path, (database) => ({
    editedContacts: editContacts(database, night),
    addedContacts: addContacts(database, night),
  }));
}

/**
 * Does to a planned database what a sender and its people do until the next night: marks what is due as sent, some of it as
 * failed or bounced, edits some contacts and adds some.
 *
 * @param asOf the day that was planned last, `YYYY-MM-DD`
 * @param night the number of the night that follows, from 1 on
 */
export function passDay(path: string, asOf: string, night: number): Day {
  return inTransaction(path, (database) => ({
    ...markSent(database, asOf, night),
    editedContacts: editContacts(database, night),
    addedContacts: addContacts(database, night),
  }));
}
