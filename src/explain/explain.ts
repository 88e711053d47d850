import { resolveConfig } from '../rules/config.js';
import { type ScheduleInput, type ScheduleOptions, stopwatchOf, withSource } from '../run/library.js';
import { planAndBalance } from '../run/schedule.js';
import { resolveToday } from '../run/today.js';
import type { ContactExplanation } from './contactExplanation.js';
import { Explainer } from './explainContact.js';

/** Which contacts are explained, and how the organization is planned. */
export interface ExplainOptions extends ScheduleOptions {
  /** The ids of the contacts. */
  readonly contacts: readonly number[];
}

/**
 * Explains why contacts get the emails they get and no others (Rules 2 to 10), from a plan of the whole organization that is
 * made for it; nothing is written.
 *
 * @returns an explanation for each of `options.contacts`, in their order
 * @throws TypeError or RangeError when an argument is not what it has to be
 * @throws SendplanError `bad_input` when there is no contact of an id, and as `schedule` does
 * @example
 * import { explain } from 'sendplan';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const [letter] = await explain({ contacts }, { today: '2025-06-13', contacts: [1] });
 * console.log(letter.emails[0].email_type, letter.emails[0].scheduled_send_date); // birthday 2025-07-06
 */
export async function explain(input: ScheduleInput, options: ExplainOptions): Promise<ContactExplanation[]> {
  const { contacts } = options;
  if (!Array.isArray(contacts) || !contacts.every(Number.isSafeInteger)) {
    throw new TypeError('contacts: expected an array of contact ids, which are whole numbers');
  }
  const config = resolveConfig(options.config);
  const today = resolveToday(options.today, config, 'today');
  const { plan, balance } = await withSource(input, options.sqlJs, (source) =>
    planAndBalance(source, { config, today }, stopwatchOf(options)),
  );
  const explainer = new Explainer(plan, balance);
  return contacts.map((id) => explainer.explain(id));
}
