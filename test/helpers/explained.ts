import { expect } from 'vitest';
import type { ContactExplanation } from '../../src/explain/contactExplanation.js';
import type { EmailExplanation } from '../../src/explain/explanation.js';
import { explain, explanationText } from '../../src/index.js';
import type { ConfigInput } from '../../src/rules/config.js';
import type { ContactRecord, OrganizationRecords, ScheduleRecord } from '../../src/rules/records.js';

/** Requires a letter of short lines without holes, and facts that survive JSON. */
export function expectReadable(explanation: ContactExplanation): void {
  const text = explanationText(explanation);
  expect(text).not.toMatch(/undefined|NaN|[ (]null[ ).,]|\[object/);
  const longest = text.split('\n').filter((line) => line.length > 100 && line.trim().includes(' '));
  expect(longest).toEqual([]);
  expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
}

/** The day of the hand-written cases. */
export const TODAY = '2025-06-13';
/** Nothing but what a case is about: no aep emails, no cap in the way, and smoothing that moves by no day. */
export const QUIET: ConfigInput = {
  aep: [],
  load_balancing: { daily_send_percentage_cap: 1, ed_smoothing_window_days: 1 },
};

/** Contact 1 in Texas, or another. */
export function contact(fields: Partial<ContactRecord> = {}): ContactRecord {
  return { id: 1, email: 'a@example.com', state: 'TX', ...fields };
}

/** A row of contact 1 with the id 7: a birthday email that was sent, or another. */
export function row(fields: Partial<ScheduleRecord>): ScheduleRecord {
  return {
    id: 7,
    contact_id: 1,
    email_type: 'birthday',
    status: 'sent',
    scheduled_send_date: null,
    event_year: null,
    ...fields,
  };
}

/** The explanation of a contact, whose letter must be readable. */
export async function letterOf(
  input: Partial<OrganizationRecords>,
  config: ConfigInput = QUIET,
  id = 1,
): Promise<ContactExplanation> {
  const [explanation] = await explain({ contacts: [contact()], ...input }, { contacts: [id], today: TODAY, config });
  expectReadable(explanation);
  return explanation;
}

/** What is explained of one email that is planned. */
export async function emailOf(
  type: string,
  input: Partial<OrganizationRecords>,
  config: ConfigInput = QUIET,
  id = 1,
): Promise<EmailExplanation> {
  const { emails } = await letterOf(input, config, id);
  return emails.find((email) => email.email_type === type) as EmailExplanation;
}

/** What is explained of one email that is missing. */
export async function absenceOf(type: string, input: Partial<OrganizationRecords>, config: ConfigInput = QUIET) {
  const { absent } = await letterOf(input, config);
  return absent.find((absence) => absence.email_type === type);
}

/** A type `news` with one instance, and contact 1 enrolled. */
export function campaign(
  type: object = {},
  instance: object = {},
  enrolment: object | null = {},
): Partial<OrganizationRecords> {
  const live = { contact_id: 1, campaign_instance_id: 3, trigger_date: null, status: 'active' };
  return {
    campaign_types: [
      { name: 'news', active: 1, respect_exclusion_windows: 1, enable_followups: 1, priority: 30, ...type },
    ],
    campaign_instances: [{ id: 3, campaign_type: 'news', ...instance }],
    contact_campaigns: enrolment === null ? [] : [{ ...live, ...enrolment }],
  };
}

/** Contact 1 with a birth date. */
export const born = (birthDate: string, state = 'TX', more: Partial<ContactRecord> = {}) => ({
  contacts: [contact({ birth_date: birthDate, state, ...more })],
});
