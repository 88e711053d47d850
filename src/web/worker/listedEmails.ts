import type { Plan } from '../../plan/plan.js';
import { plannedRow } from '../../plan/plannedRows.js';
import { becomesRow, REASON, ReasonCodes } from '../../plan/reasons.js';
import { RowWriter } from '../../plan/rows.js';
import { kindOfType } from '../../report/charts/series.js';
import { stateName } from '../../rules/states.js';
import type { EmailChoice, EmailsRequest, ListedEmail, ListedEmails } from '../protocol/protocol.js';
import { type Breathe, csvInBatches, isOfState } from './listing.js';
import { contactsById } from './lookups.js';
import type { PlannedDatabase } from './plannedDatabase.js';

type Planned = Pick<PlannedDatabase, 'plan' | 'connection' | 'refused'>;

/** The candidates that become rows and are meant, contact by contact. */
function chosenCandidates({ plan, refused }: Planned, choice: EmailChoice): number[] {
  const { views, count, organization } = plan;
  const { day, kind, status, reason: wanted } = choice;
  const isKind = organization.planned.types.map(({ name }) => kind === null || kind === kindOfType(name));
  const isMeant = isOfState(choice.state);
  const reasons = new ReasonCodes(plan);
  const chosen: number[] = [];
  for (let i = 0; i < count; i++) {
    const reason = views.candidateReason[i];
    if (!becomesRow(reason) || !isKind[views.candidateType[i]]) continue;
    if (day !== null && views.candidateSend[i] !== day) continue;
    const isScheduled = reason === REASON.scheduled;
    if (status !== 'any' && isScheduled !== (status === 'pre-scheduled')) continue;
    if (!isMeant(organization.contacts.state[views.candidateContact[i]])) continue;
    if (wanted !== null && (isScheduled || organization.texts.texts[reasons.codeOf(i)] !== wanted)) continue;
    if (!refused.has(i)) chosen.push(i);
  }
  return chosen;
}

/** The emails of candidates with whom they go to. */
function emailsOf(plan: Plan, candidates: readonly number[], contacts: ReturnType<typeof contactsById>): ListedEmail[] {
  const { views, organization } = plan;
  const writer = new RowWriter(plan, Math.max(1, candidates.length));
  return candidates.map((candidate) => {
    const row = plannedRow(writer.rows, writer.add(candidate));
    const { name = null, address = null } = contacts.get(row.contact_id) ?? {};
    const state = stateName(organization.contacts.state[views.candidateContact[candidate]]);
    return { ...row, name, address, state };
  });
}

function idsOf({ views, organization }: Plan, candidates: readonly number[]): Set<number> {
  return new Set(candidates.map((candidate) => organization.contacts.id[views.candidateContact[candidate]]));
}

/** The planned emails that are meant, by contact. */
export function listEmails(planned: Planned, request: EmailsRequest): ListedEmails {
  const { plan, connection } = planned;
  const candidates = chosenCandidates(planned, request);
  const shown = candidates.slice(request.start, request.end);
  const contacts = contactsById(connection, idsOf(plan, shown));
  return { total: candidates.length, emails: emailsOf(plan, shown, contacts) };
}

const COLUMNS = [
  ...(['contact_id', 'name', 'address', 'state', 'email_type', 'status', 'skip_reason', 'planned_send_date'] as const),
  ...(['scheduled_send_date', 'scheduled_send_time', 'priority', 'email_template', 'sms_template'] as const),
];

/**
 * The planned emails that are meant as CSV, with names and addresses, by contact.
 *
 * @param breathe is told how many there are so far, and of how many; what it throws gives the writing up
 */
export async function emailsAsCsv(planned: Planned, choice: EmailChoice, breathe: Breathe): Promise<Blob> {
  const { plan, connection } = planned;
  const candidates = chosenCandidates(planned, choice);
  const contacts = contactsById(connection, idsOf(plan, candidates));
  const rowsOf = (batch: readonly number[]) =>
    emailsOf(plan, batch, contacts).map((email) => COLUMNS.map((column) => email[column]));
  return csvInBatches(COLUMNS, candidates, rowsOf, breathe);
}
