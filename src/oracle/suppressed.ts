import type { Config } from '../rules/config.js';
import { campaignType } from '../rules/emailTypes.js';
import { quoted } from '../rules/quote.js';
import { BOUNCED, suppressedReason } from '../rules/reasons.js';
import type { Issue, SuppressionRecord } from '../rules/records.js';
import {
  bouncesSinceDelivery,
  checkSuppressionColumns,
  holdsOn,
  isKnownScope,
  readSuppression,
  type Suppression,
  scopeCovers,
  suppressionProblems,
} from '../rules/suppressions.js';
import { rowsOf } from './history.js';
import type { PlainCampaignInstance, PlainCampaignType, PlainOrganization, Proposal, ScheduleRow } from './model.js';

/**
 * Reads the suppressions that hold today, in the order of their rows, and says what cannot be read (Rules 2, suppressions).
 *
 * @throws SendplanError `missing_column` when no row says whom it is for
 */
export function readSuppressions(
  records: readonly SuppressionRecord[],
  today: number,
  config: Config,
  campaigns: { readonly types: readonly PlainCampaignType[]; readonly instances: readonly PlainCampaignInstance[] },
): { suppressions: Suppression[]; issues: Issue[] } {
  if (records.length > 0) checkSuppressionColumns(new Set(records.flatMap((record) => Object.keys(record))));
  const order = config.reading.dates;
  const known = {
    emailTypes: campaigns.instances.map(({ id, type }) => campaignType(type.name, id)),
    typeNames: campaigns.types.map((type) => type.name),
  };
  const all = records.map((record) => readSuppression(record, order));
  const issues = records.flatMap((record, i): Issue[] => {
    const { contactId } = all[i];
    const unknown = [...(all[i].scope ?? [])].filter((element) => !isKnownScope(element, known));
    return [
      ...suppressionProblems(record, order).map((detail) => ({
        contact_id: contactId,
        kind: 'unreadable_suppression' as const,
        detail,
      })),
      ...unknown.map((element) => ({
        contact_id: contactId,
        kind: 'unknown_suppression_scope' as const,
        detail: quoted(element),
      })),
    ];
  });
  return { suppressions: all.filter((suppression) => holdsOn(suppression, today)), issues };
}

/** Why an email is suppressed; `suppression` is null when it is for bounces. */
export interface Suppressed {
  readonly reason: string;
  readonly suppression: Suppression | null;
}

/** Why an email is suppressed, or null when it is not (Rules 5, suppression). */
export function suppressedBy(organization: PlainOrganization, proposal: Proposal): Suppressed | null {
  const { contact, kind, emailType, instance } = proposal;
  const subject = { kind, emailType, campaignTypeName: instance?.type.name ?? null };
  const suppression = organization.suppressions.find(
    ({ contactId, email, scope }) =>
      (contactId === contact.id || email === contact.email) && scopeCovers(scope, subject),
  );
  if (suppression !== undefined) return { reason: suppressedReason(suppression.reason), suppression };
  return bouncesTooOften(organization, contact.id) ? { reason: suppressedReason(BOUNCED), suppression: null } : null;
}

/** Tells whether too many emails have bounced since the last one that was delivered (Rules 2, suppressions). */
function bouncesTooOften(organization: PlainOrganization, contactId: number): boolean {
  const most = organization.config.organization.suppress_after_bounces;
  if (most === 0) return false;
  const rows = rowsOf(organization, contactId);
  return bouncesSinceDelivery(sentDaysOf(rows, 'bounced'), sentDaysOf(rows, 'delivered')) >= most;
}

function sentDaysOf(rows: readonly ScheduleRow[], status: string): number[] {
  return rows
    .filter((row) => row.status === status)
    .map((row) => row.sentDay)
    .filter((day) => day !== null);
}
