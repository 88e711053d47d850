import { ROW_CLASS } from '../columns/schedules.js';
import { ALWAYS } from '../columns/suppressions.js';
import { REASON } from '../plan/reasons.js';
import { coveringSuppression } from '../plan/suppressed.js';
import { bouncesSinceDelivery, scopeCovers } from '../rules/suppressions.js';
import type { SuppressionFacts } from './explanation.js';
import { dayText, orNull, requireAgreement, type Subject, typeOf } from './subject.js';

/** Why a candidate is suppressed, null when it is not (Rules 2, suppressions; 5). */
export function suppressionFacts(subject: Subject, candidate: number): SuppressionFacts | null {
  const { plan, contact } = subject;
  const { views, run, organization } = plan;
  if (views.candidateReason[candidate] !== REASON.suppressed) return null;
  const type = typeOf(subject, candidate);
  const { suppressions } = organization;
  const i = coveringSuppression(plan, contact, views.candidateType[candidate], run.today);
  if (i < 0) return bounceFacts(subject);
  const scope = suppressions.scopes[suppressions.scope[i]];
  const asked = { kind: type.kind, emailType: type.name, campaignTypeName: type.instance?.type.name ?? null };
  requireAgreement(scopeCovers(scope, asked), subject, `${type.name} is covered by a suppression`);
  return {
    by: 'suppression',
    reason: suppressions.reasons[suppressions.reason[i]],
    scope: scope === null ? null : [...scope],
    starts_on: suppressions.startDay[i] === ALWAYS.from ? null : dayText(suppressions.startDay[i]),
    ends_on: suppressions.endDay[i] === ALWAYS.to ? null : dayText(suppressions.endDay[i]),
  };
}

function bounceFacts(subject: Subject): SuppressionFacts {
  const { schedules } = subject.plan.organization;
  const sentDays = (rowClass: number) =>
    subject.rows
      .filter((row) => schedules.rowClass[row] === rowClass)
      .map((row) => orNull(schedules.sentDay[row]))
      .filter((day) => day !== null);
  const most = subject.plan.run.config.organization.suppress_after_bounces;
  const bounces = bouncesSinceDelivery(sentDays(ROW_CLASS.bounced), sentDays(ROW_CLASS.delivered));
  requireAgreement(most > 0 && bounces >= most, subject, `${bounces} emails have bounced`);
  return { by: 'bounces', bounces, most_bounces: most };
}
