import type { Config } from '../rules/config.js';
import {
  comparedEmail,
  isValidEmail,
  readCarrier,
  readDate,
  readFlag,
  readInteger,
  readState,
  readText,
} from '../rules/fields.js';
import { quoteValue, unknownStateDetail } from '../rules/quote.js';
import type { ContactRecord, Issue } from '../rules/records.js';
import { stateName } from '../rules/states.js';
import type { Contact } from './model.js';

/** Reads the contacts in the order of their ids, and says what is wrong with them (Rules 2, reading contacts). */
export function readPlainContacts(
  records: readonly ContactRecord[],
  today: number,
  config: Config,
): { contacts: Contact[]; issues: Issue[] } {
  const contacts: Contact[] = [];
  const issues: Issue[] = [];
  const seen = new Set<number>();
  for (const { id, record } of inOrderOfIds(records, issues)) {
    if (seen.has(id)) {
      issues.push({ contact_id: id, kind: 'duplicate_id', detail: null });
      continue;
    }
    seen.add(id);
    if (!isValidEmail(record.email)) {
      issues.push({ contact_id: id, kind: 'invalid_email', detail: quoteValue(record.email) });
      continue;
    }
    contacts.push(readContact(id, record, today, config, issues));
  }
  return { contacts, issues };
}

function inOrderOfIds(records: readonly ContactRecord[], issues: Issue[]): { id: number; record: ContactRecord }[] {
  const numbered: { id: number; record: ContactRecord }[] = [];
  for (const record of records) {
    const id = readInteger(record.id);
    if (id === null || id < 1) {
      issues.push({ contact_id: null, kind: 'invalid_id', detail: quoteValue(record.id) });
    } else {
      numbered.push({ id, record });
    }
  }
  // The sort is stable: of one id, the row that was found first stays first.
  return numbered.sort((a, b) => a.id - b.id);
}

function readContact(id: number, record: ContactRecord, today: number, config: Config, issues: Issue[]): Contact {
  const birthValue = record.birth_date !== undefined ? record.birth_date : record.birthday;
  const birth = readDate(birthValue, config.reading.dates);
  const isBornLater = birth.day !== null && birth.day > today;
  if (birth.invalid || isBornLater) {
    issues.push({ contact_id: id, kind: 'invalid_birth_date', detail: quoteValue(birthValue) });
  }
  const effective = readDate(record.effective_date, config.reading.dates);
  if (effective.invalid) {
    issues.push({ contact_id: id, kind: 'invalid_effective_date', detail: quoteValue(record.effective_date) });
  }

  const state = stateName(readState(record.state, record.zip_code));
  const unreadable = state === null ? unknownStateDetail(record.state, record.zip_code) : null;
  if (state === null) issues.push({ contact_id: id, kind: 'unknown_state', detail: unreadable });
  const rule = state === null ? null : (config.state_rules[state] ?? null);
  const birthDay = isBornLater ? null : birth.day;
  const lacksAnchor =
    (rule?.kind === 'birthday_window' && birthDay === null) ||
    (rule?.kind === 'effective_date_window' && effective.day === null);
  if (lacksAnchor) issues.push({ contact_id: id, kind: 'no_anchor_for_window', detail: state });

  return {
    id,
    email: String(comparedEmail(record.email)),
    state,
    hasUnreadableState: unreadable !== null,
    rule,
    buffer: rule?.buffer ?? config.pre_window_exclusion_days,
    birthDay,
    effectiveDay: effective.day,
    carrier: readCarrier(record.carrier !== undefined ? record.carrier : record.current_carrier),
    failedUnderwriting: readFlag(record.failed_underwriting),
    hasPhone: (readText(record.phone_number) ?? '').trim() !== '',
  };
}
