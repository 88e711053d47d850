import { oracle } from '../../oracle/oracle.js';
import type { Issue, PlannedRow } from '../../rules/records.js';
import { whyExpected } from '../describe.js';
import { factsByContact } from '../expectedFacts.js';
import { type AbsentEmail, absentEmails } from './absentEmails.js';
import type { OracleRequest } from './request.js';

/** What the reference model says of an organization, for programs; its names are stable. */
export interface OracleAnswer {
  /** The request's; left out when it has none. */
  readonly name?: string;
  readonly as_of: string;
  /** The rows that a run must leave behind, by contact id, email type and send day (Rules 11). */
  readonly rows: readonly PlannedRow[];
  /** Of each row, in the same order, why it is as it is: sentences. */
  readonly why: readonly (readonly string[])[];
  /** The emails that contacts could be expected to get and do not. */
  readonly absent: readonly AbsentEmail[];
  /** What cannot be read or becomes no row (Rules 2). */
  readonly issues: readonly Issue[];
}

/**
 * Answers a request by the reference model (Rules 1 to 11).
 *
 * @throws SendplanError as `oracle` does
 */
export function answerRequest({ name, asOf, config, records }: OracleRequest): OracleAnswer {
  const result = oracle(records, { today: asOf, config });
  const factsOf = factsByContact(result);
  const why = result.rows.map((row) => whyExpected(row, factsOf(row.contact_id)));
  const answer = { as_of: asOf, rows: result.rows, why, absent: absentEmails(result, factsOf), issues: result.issues };
  return name === null ? answer : { name, ...answer };
}
