import initSqlJs from 'sql.js';
import { describe, expect, it } from 'vitest';
import { changeByPages } from '../../helpers/changeByPages.js';
import { dumpOf } from '../../helpers/flushCases.js';

const PAGE_BYTES = 1024;

/** A table of full leaves, with the ids 1, 2, 3 ..., and a unique and another index. */
async function book(rowCount: number): Promise<Uint8Array> {
  const { Database } = await initSqlJs();
  const database = new Database();
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; VACUUM; CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT);
    CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INTEGER, email_type TEXT, planned_send_date TEXT,
      scheduled_send_date TEXT, scheduled_send_time TEXT, status TEXT, skip_reason TEXT, priority INTEGER, campaign_instance_id INTEGER,
      email_template TEXT, sms_template TEXT, scheduler_run_id TEXT, event_year INTEGER, event_month INTEGER, event_day INTEGER,
      metadata TEXT, created_at TEXT, updated_at TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rowCount})
      INSERT INTO email_schedules (id, contact_id, email_type, scheduled_send_date, status)
      SELECT i, 1000 + i / 2, 'type ' || (i % 2), date('2025-01-01', i % 90 || ' days'), 'pre-scheduled' FROM n;
    CREATE UNIQUE INDEX by_key ON email_schedules (contact_id, email_type, scheduled_send_date);
    CREATE INDEX by_day ON email_schedules (scheduled_send_date); VACUUM`);
  const image = database.export();
  database.close();
  return image;
}

/** Takes rows out of a book and puts new ones in, leaf by leaf. */
function changed(image: Uint8Array, deletedIds: readonly number[], newCount: number): Promise<Uint8Array> {
  return changeByPages(image, deletedIds, newCount, true, ({ keepsLeaves }) => expect(keepsLeaves).toBe(true));
}

/** How many pages of a file are not in another one where they were. */
function changedPages(before: Uint8Array, after: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < before.length; at += PAGE_BYTES) {
    const page = before.subarray(at, at + PAGE_BYTES);
    if (page.some((byte, i) => byte !== after[at + i])) count++;
  }
  return count;
}

const idsOf = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);

describe('leaves of which nearly nothing is left', async () => {
  const rowCount = 30_000;
  const image = await book(rowCount);

  it.each([
    ['in the middle', idsOf(10_000, 10_050)],
    ['at the front', idsOf(1, 40)],
    ['in many places', idsOf(0, 30).flatMap((i) => idsOf(i * 900 + 100, i * 900 + 118))],
    ['at the end, where something stays', idsOf(rowCount - 30, rowCount)],
  ])('take the next one in, and all others stay: %s', async (_where, goes) => {
    const after = await changed(image, goes, 0);
    const { dump, checks } = await dumpOf(after);
    expect(checks).toEqual(['ok', 'ok']);
    expect(dump).toContain(`email_schedules: ${rowCount - goes.length}`);
    // The levels above the leaves, what each index loses, and some neighbours.
    const pageCount = image.length / PAGE_BYTES;
    expect(changedPages(image, after)).toBeLessThan(pageCount / 20 + 3 * goes.length);
    expect(after.length).toBeLessThanOrEqual(image.length);
  });

  it('have an index written anew that ends in them, in the room of the old one', async () => {
    const after = await changed(image, idsOf(rowCount - 60, rowCount + 1), 0);
    expect((await dumpOf(after)).checks).toEqual(['ok', 'ok']);
    // SQLite fills leaves to the brim; those of the new index have some room.
    expect(after.length).toBeLessThan(1.1 * image.length);
  });

  it('end where the header says', async () => {
    const after = await changed(image, idsOf(5_000, 9_000), 0);
    expect(new DataView(after.buffer).getUint32(28) * PAGE_BYTES).toBe(after.length);
    expect((await dumpOf(after)).checks).toEqual(['ok', 'ok']);
  });
});
