import { NULL_INT32 } from '../columns/nulls.js';
import { stateName } from '../rules/states.js';
import type { WindowedContact } from '../rules/windows.js';
import type { Plan } from './plan.js';

/** What a contact's exclusion windows come from (Rules 4). @param contact its index in the columns */
export function windowedContact({ organization, run }: Plan, contact: number): WindowedContact {
  const { contacts } = organization;
  const state = stateName(contacts.state[contact]);
  const rule = state === null ? null : (run.config.state_rules[state] ?? null);
  const birthDay = contacts.birth[contact];
  const effectiveDay = contacts.effective[contact];
  return {
    state,
    rule,
    buffer: rule?.buffer ?? run.config.pre_window_exclusion_days,
    birthDay: birthDay === NULL_INT32 ? null : birthDay,
    effectiveDay: effectiveDay === NULL_INT32 ? null : effectiveDay,
  };
}
