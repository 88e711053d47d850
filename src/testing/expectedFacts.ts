import type { CrowdedDay } from '../oracle/dailyCap.js';
import type { Candidate, Contact, OracleResult, PlainOrganization } from '../oracle/model.js';
import { groupBy } from '../oracle/order.js';
import type { Issue } from '../rules/records.js';

/** What an oracle's result knows, contact by contact. */
export interface ExpectedFacts {
  readonly organization: PlainOrganization;
  /** The days that could not take all emails that waited. */
  readonly crowdedDays: readonly CrowdedDay[];
  /** Null for a contact that is not there or was rejected (Rules 2). */
  readonly contact: Contact | null;
  readonly candidates: readonly Candidate[];
  readonly issues: readonly Issue[];
}

/** Looks up what a result knows of a contact, of many contacts about as fast as of one. */
export function factsByContact(result: OracleResult): (contactId: number | null) => ExpectedFacts {
  const { organization } = result;
  const contacts = new Map(organization.contacts.map((contact) => [contact.id, contact]));
  const candidates = groupBy(result.candidates, (candidate) => candidate.contact.id);
  const issues = groupBy(result.issues, (issue) => issue.contact_id);
  return (contactId) => ({
    organization,
    crowdedDays: result.crowdedDays,
    contact: contactId === null ? null : (contacts.get(contactId) ?? null),
    candidates: contactId === null ? [] : (candidates.get(contactId) ?? []),
    issues: issues.get(contactId) ?? [],
  });
}
