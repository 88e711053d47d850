import { openDatabase, SendplanError, schedule } from 'sendplan';
import { oracle } from 'sendplan/testing';

const TODAY = '2025-06-13';
const contacts = [
  { id: 1, email: 'ann@example.com', state: 'CA', birth_date: '1960-07-20', effective_date: '2020-03-01' },
  { id: 2, email: 'bob@example.com', zip_code: '75201', birth_date: '1955-02-28', effective_date: '2019-08-15' },
];

/** Plans two contacts by the fast engine, by the reference model and in a database; what came out, as one text. */
export async function plan(sqlJs) {
  const planned = await schedule({ contacts }, { today: TODAY });
  const lines = [...planned.rows()].map(
    (row) => `${row.contact_id} ${row.email_type} ${row.scheduled_send_date} ${row.skip_reason}`,
  );
  const reference = await oracle({ contacts }, { today: TODAY });
  if (planned.toArrow().numRows !== lines.length || reference.rows.length !== lines.length)
    throw new Error('they differ');

  const empty = await openDatabase(EMPTY_DATABASE, sqlJs);
  const refused = await empty.run({ asOf: TODAY }).catch((error) => error);
  empty.close();
  if (!(refused instanceof SendplanError) || refused.code !== 'missing_table') throw refused;
  return lines.join('; ');
}

/** The smallest SQLite file: a header and an empty schema. */
const EMPTY_DATABASE = (() => {
  const bytes = new Uint8Array(512);
  bytes.set(new TextEncoder().encode('SQLite format 3\0'));
  bytes.set([2, 0, 1, 1, 0, 64, 32, 32], 16);
  bytes.set([0, 0, 0, 1, 0, 0, 0, 1], 24);
  bytes.set([0, 0, 0, 4], 44);
  bytes.set([0, 0, 0, 1], 56);
  bytes.set([0, 0, 0, 1], 92);
  bytes.set([13, 0, 0, 0, 0, 2, 0, 0], 100);
  return bytes;
})();
