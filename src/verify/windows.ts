import { formatIsoDay } from '../calendar/iso.js';
import { exclusionOn, statutoryStart } from '../rules/windows.js';
import type { Audit } from './audit.js';
import type { FindingKind } from './kinds.js';

interface Breach {
  readonly part: 'statutory_window' | 'year_round_state' | 'window_buffer';
  readonly expected: string;
}

/** What part of a contact's windows a day lies in, and what the rule says; null when it is free (Rules 4). */
export function breachOn(audit: Audit, contact: number, day: number): Breach | null {
  const windowed = audit.windowed(contact);
  const exclusion = exclusionOn(windowed, day);
  if (exclusion === null) return null;
  const { window } = exclusion;
  if (window === null) return { part: 'year_round_state', expected: `${windowed.state} forbids every day` };
  const statutory = statutoryStart(windowed, window);
  if (day < statutory) {
    const last = formatIsoDay(statutory - 1);
    return {
      part: 'window_buffer',
      expected: `buffer of ${windowed.state} from ${formatIsoDay(window.start)} to ${last}`,
    };
  }
  const days = `${formatIsoDay(statutory)} to ${formatIsoDay(window.end)}`;
  return { part: 'statutory_window', expected: `${windowed.state} forbids ${days}` };
}

/**
 * Looks for a contact's emails in its forbidden windows (Rules 4 and 12.1), the state's own part and the buffer told apart.
 *
 * @param isWanted the rows to look at
 * @param prefix `in` for emails to be sent, `sent_in` for those that went out
 */
export function auditWindows(
  audit: Audit,
  contact: number,
  isWanted: (row: number) => boolean,
  prefix: 'in' | 'sent_in',
): void {
  if (audit.plan.run.assigned.ruleOf[contact] === 0) return;
  const { first } = audit.plan.organization.schedules;
  for (let row = first[contact]; row < first[contact + 1]; row++) {
    if (!isWanted(row) || !audit.hasDay(row) || !audit.respectsWindows(row)) continue;
    const breach = breachOn(audit, contact, audit.dayOf(row));
    if (breach === null) continue;
    const kind: FindingKind = `${prefix}_${breach.part}`;
    audit.addRow(kind, row, null, breach.expected);
  }
}
