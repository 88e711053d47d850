import { NULL_INT32 } from '../columns/nulls.js';
import type { Organization } from '../columns/organization.js';
import type { Config } from '../rules/config.js';
import { STATES, type StateRule, stateCode, stateName } from '../rules/states.js';

/** The kernel's numbers of the kinds of rules; 0 is no rule. */
export const KIND_CODES = { birthday_window: 1, effective_date_window: 2, year_round: 3 } as const;

/** A state's rule as the kernel takes it (Rules 4). */
export interface KernelRule {
  readonly state: string;
  readonly kind: StateRule['kind'];
  readonly kindCode: number;
  /** Days before the anchor, the buffer included. */
  readonly leadDays: number;
  readonly tailDays: number;
  readonly startsWithMonth: boolean;
}

/** The rules by rule code, and every contact's rule code. */
export interface AssignedRules {
  /** The rule of code i + 1. */
  readonly rules: readonly KernelRule[];
  /** A rule code per contact, 0 for none. */
  readonly ruleOf: Uint8Array;
}

/**
 * Gives every contact its state's rule, and notes those that lack the date their rule needs (Rules 4): they are not excluded
 * and get the issue `no_anchor_for_window`.
 */
export function assignRules(organization: Organization, config: Config): AssignedRules {
  const { contacts, issues } = organization;
  const rules: KernelRule[] = [];
  const codeOfState = new Uint8Array(STATES.length + 1);
  for (const [state, rule] of Object.entries(config.state_rules)) {
    const buffer = rule.buffer ?? config.pre_window_exclusion_days;
    codeOfState[stateCode(state)] = rules.push({
      state,
      kind: rule.kind,
      kindCode: KIND_CODES[rule.kind],
      leadDays: rule.before + buffer,
      tailDays: rule.after,
      startsWithMonth: rule.use_month_start,
    });
  }
  const { state, birth, effective } = contacts;
  const kindOf = Uint8Array.from([0, ...rules.map((rule) => rule.kindCode)]);
  const ruleOf = new Uint8Array(contacts.count);
  for (let i = 0; i < contacts.count; i++) {
    const code = codeOfState[state[i]];
    if (code === 0) continue;
    const kind = kindOf[code];
    const anchor = kind === KIND_CODES.birthday_window ? birth[i] : effective[i];
    if (kind !== KIND_CODES.year_round && anchor === NULL_INT32) {
      issues.add(contacts.id[i], 'no_anchor_for_window', stateName(state[i]));
    } else {
      ruleOf[i] = code;
    }
  }
  return { rules, ruleOf };
}
