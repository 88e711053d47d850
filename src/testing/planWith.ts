import { DEFAULT_UNIQUE_INDEXES, type OracleOptions, oracle } from '../oracle/oracle.js';
import { compareText, firstDifference } from '../oracle/order.js';
import { readPlainSchedules } from '../oracle/readSchedules.js';
import { refuseCollisions } from '../oracle/rows.js';
import { resolveConfig } from '../rules/config.js';
import type { OrganizationRecords, PlannedRow } from '../rules/records.js';

/**
 * Who plans: `reference`, the oracle, or `fast`, the engine of `schedule`.
 *
 * They give the same rows. `reference` is there at once and explains itself, `fast` wins from some hundred contacts on.
 */
export type Engine = 'reference' | 'fast';

/**
 * The rows that a run on these records must leave behind, by the engine of your choice (Rules 1 to 11).
 *
 * @returns the rows by contact id, email type and send day, the same ones whichever engine it is
 * @throws SendplanError `bad_config` when the configuration is refused, `bad_input` or RangeError when `today` is no day
 * @example
 * import { planWith } from 'sendplan/testing';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const rows = await planWith('fast', { contacts }, { today: '2025-06-13' });
 * console.log(rows.length); // 2
 */
export async function planWith(
  engine: Engine,
  input: OrganizationRecords,
  options: OracleOptions,
): Promise<PlannedRow[]> {
  if (engine === 'reference') return oracle(input, options).rows;
  if (engine !== 'fast') throw new TypeError(`engine: expected reference or fast, got ${JSON.stringify(engine)}`);
  // Loaded when it is asked for: the oracle alone needs no WebAssembly, Arrow or SQLite.
  const { schedule } = await import('../run/library.js');
  const plan = await schedule(input, options);
  const { accepted } = refuseCollisions(
    [...plan.rows()].sort(compareRows),
    readPlainSchedules(input.email_schedules ?? [], resolveConfig(options.config)),
    options.uniqueIndexes ?? DEFAULT_UNIQUE_INDEXES,
  );
  return accepted;
}

/** The order of a run's rows (Rules 11); only post-window emails can be equal but for the window's year. */
function compareRows(a: PlannedRow, b: PlannedRow): number {
  return firstDifference(
    a.contact_id - b.contact_id,
    compareText(a.email_type, b.email_type),
    compareText(a.scheduled_send_date, b.scheduled_send_date),
    Number(a.event_year) - Number(b.event_year),
  );
}
