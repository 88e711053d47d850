import type { Issue } from '../rules/records.js';
import type { Absence } from './absenceFacts.js';
import type { ContactFacts, EmailExplanation, RowFacts, RuleFacts, WindowFacts } from './explanation.js';

/** Everything about one contact's emails. */
export interface ContactExplanation {
  readonly contact_id: number;
  readonly as_of: string;
  /** Null when the contact was rejected. */
  readonly contact: ContactFacts | null;
  readonly rule: RuleFacts | null;
  /** The windows that are open, exclude one of the emails or come next, by year. */
  readonly windows: readonly WindowFacts[];
  readonly emails: readonly EmailExplanation[];
  readonly absent: readonly Absence[];
  /** Rows that were to be sent before the run's day, were not, and cannot be sent in time any more (Rules 12.7). */
  readonly missed: readonly RowFacts[];
  /** What is wrong with the contact (Rules 2, issues). */
  readonly issues: readonly Issue[];
}
